#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/documents/html_text.h"
#include "core/documents/reader_list.h"
#include "core/documents/text_encoding.h"
#include "core/documents/xml_part.h"
#include "core/documents/zip_archive.h"

namespace asterism {

namespace {

constexpr std::string_view kMimeType = "application/epub+zip";
constexpr const char* kContainer = "META-INF/container.xml";
constexpr const char* kEncryption = "META-INF/encryption.xml";

std::string packagePart(ZipArchive& archive) {
    const pugi::xml_document document = parseXml(archive.read(kContainer), kContainer);
    const pugi::xml_node rootFiles = childOf(childOf(document, "container"), "rootfiles");
    const auto part =
        resolveReference({}, attributeOf(childOf(rootFiles, "rootfile"), "full-path"));
    if (!part)
        throw RefusedFile(LeftOutCause::damaged, "damaged: ", kContainer, " names no content");
    return *part;
}

// The parts that a licence locks. Fonts may be scrambled in books that are open otherwise.
std::set<std::string> lockedParts(ZipArchive& archive) {
    std::set<std::string> parts;
    if (!archive.has(kEncryption)) return parts;
    const pugi::xml_document document = parseXml(archive.read(kEncryption), kEncryption);
    for (const pugi::xml_node& data : childOf(document, "encryption").children()) {
        const pugi::xml_node reference = childOf(childOf(data, "CipherData"), "CipherReference");
        if (const auto part = resolveReference({}, attributeOf(reference, "URI")))
            parts.insert(*part);
    }
    return parts;
}

struct Chapter {
    std::string part;       // empty if its path leads outside the file
    std::string reference;  // as the book names it
};

// The chapters in the order in which the book is read.
std::vector<Chapter> readSpine(ZipArchive& archive) {
    const std::string package = packagePart(archive);
    const pugi::xml_document document = parseXml(archive.read(package), package);
    const pugi::xml_node root = childOf(document, "package");
    std::map<std::string_view, std::string_view> references;
    for (const pugi::xml_node& item : childOf(root, "manifest").children())
        references[attributeOf(item, "id")] = attributeOf(item, "href");
    std::vector<Chapter> chapters;
    for (const pugi::xml_node& item : childOf(root, "spine").children()) {
        if (localName(item) != "itemref") continue;
        const std::string id(attributeOf(item, "idref"));
        const auto found = references.find(id);
        if (found == references.end()) {
            chapters.push_back({{}, id});
            continue;
        }
        chapters.push_back(
            {resolveReference(package, found->second).value_or(""), std::string(found->second)});
    }
    if (chapters.empty())
        throw RefusedFile(LeftOutCause::damaged, "damaged: ", package, " names no chapters");
    return chapters;
}

class EpubReader : public DocumentReader {
  public:
    DocumentKind kind() const override { return DocumentKind::epub; }

    bool accepts(std::string_view fileName, std::string_view head) const override {
        return looksLikeZip(head) &&
               (statedMimeType(head).starts_with(kMimeType) || hasSuffix(fileName, {".epub"}));
    }

    ReadText read(std::string_view bytes, const ReadLimits& limits) const override {
        ZipArchive archive(bytes, limits);
        const std::set<std::string> locked = lockedParts(archive);
        TextBuilder builder(limits);
        for (const Chapter& chapter : readSpine(archive)) {
            if (locked.contains(chapter.part))
                throw RefusedFile(LeftOutCause::encrypted,
                                  "encrypted: its publisher has locked it");
            addChapter(archive, chapter, builder);
        }
        return builder.take();
    }

  private:
    // A chapter that cannot be read does not cost the book, but is named.
    static void addChapter(ZipArchive& archive, const Chapter& chapter, TextBuilder& builder) {
        const auto leaveOut = [&](const std::string& reason) {
            builder.note("chapter " + chapter.reference + " is left out: " + reason);
            builder.lowerQuality(TextQuality::doubtful);
        };
        if (chapter.part.empty()) return leaveOut("its path leads nowhere in the file");
        if (!archive.has(chapter.part)) return leaveOut("it is missing in the file");
        std::string content;
        try {
            content = archive.read(chapter.part);
            content = readEncodedText(content, statedHtmlEncoding(content)).text;
        } catch (const RefusedFile& refusal) {
            if (refusal.cause() != LeftOutCause::damaged && refusal.cause() != LeftOutCause::binary)
                throw;
            return leaveOut(refusal.what());
        }
        builder.breakParagraph();
        addHtml(htmlOfXhtml(std::move(content)), builder);
        builder.breakParagraph();
    }
};

}  // namespace

const DocumentReader& epubReader() {
    static const EpubReader reader;
    return reader;
}

}  // namespace asterism
