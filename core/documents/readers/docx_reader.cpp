#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "core/documents/reader_list.h"
#include "core/documents/text_builder.h"
#include "core/documents/xml_part.h"
#include "core/documents/zip_archive.h"

namespace asterism {

namespace {

constexpr int kDeepestHeading = 6;

int numberOf(std::string_view text, int otherwise) {
    int number = otherwise;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

// Level of the headings among the paragraph styles, by the style's id.
using HeadingStyles = std::map<std::string, int, std::less<>>;

// "heading 2" is its name in every language of the program; ids are translated.
int levelOfStyle(const pugi::xml_node& style) {
    const std::string_view name = attributeOf(childOf(style, "name"), "val");
    if (name == "Title" || name == "title") return 1;
    if (name.size() > 8 && (name.starts_with("heading ") || name.starts_with("Heading ")))
        return numberOf(name.substr(8), 0);
    const std::string_view outline =
        attributeOf(childOf(childOf(style, "pPr"), "outlineLvl"), "val");
    return outline.empty() ? 0 : numberOf(outline, kDeepestHeading) + 1;
}

HeadingStyles readStyles(ZipArchive& archive, const std::string& name) {
    HeadingStyles levels;
    if (!archive.has(name)) return levels;
    const pugi::xml_document document = parseXml(archive.read(name), name);
    for (const pugi::xml_node& style : childOf(document, "styles").children()) {
        const int level = levelOfStyle(style);
        if (level >= 1 && level <= kDeepestHeading)
            levels[std::string(attributeOf(style, "styleId"))] = level;
    }
    return levels;
}

// Adds the paragraphs and tables of one part.
class WordWalk {
  public:
    WordWalk(const HeadingStyles& styles, TextBuilder& builder)
        : m_styles(styles), m_builder(builder) {}

    void addContent(const pugi::xml_node& parent, int depth) {
        checkXmlDepth(depth);
        for (const pugi::xml_node& child : parent.children()) {
            const std::string_view name = localName(child);
            if (name == "p")
                addParagraph(child, depth);
            else if (name == "tbl")
                addTable(child, depth);
            else if (!isSkipped(name))
                addContent(child, depth + 1);
        }
    }

  private:
    // Properties, deleted text, codes of fields, and the second form of what was said already.
    static bool isSkipped(std::string_view name) {
        return name == "pPr" || name == "rPr" || name == "tblPr" || name == "trPr" ||
               name == "tcPr" || name == "sdtPr" || name == "sectPr" || name == "del" ||
               name == "moveFrom" || name == "instrText" || name == "delText" || name == "Fallback";
    }

    void addParagraph(const pugi::xml_node& paragraph, int depth) {
        const pugi::xml_node properties = childOf(paragraph, "pPr");
        const int level = headingLevel(properties);
        const pugi::xml_node list = childOf(properties, "numPr");
        if (level > 0) {
            m_builder.beginHeading(level);
        } else if (list) {
            if (!m_isInList) m_builder.breakParagraph();
            m_builder.beginItem(numberOf(attributeOf(childOf(list, "ilvl"), "val"), 0) + 1);
        } else {
            m_builder.breakParagraph();
        }
        m_isInList = list && level == 0;
        addRuns(paragraph, depth + 1);
        if (level > 0) m_builder.endHeading();
        if (!list) m_builder.breakParagraph();
    }

    int headingLevel(const pugi::xml_node& properties) const {
        if (const auto found = m_styles.find(attributeOf(childOf(properties, "pStyle"), "val"));
            found != m_styles.end())
            return found->second;
        const std::string_view outline = attributeOf(childOf(properties, "outlineLvl"), "val");
        const int level = outline.empty() ? 0 : numberOf(outline, kDeepestHeading) + 1;
        return level <= kDeepestHeading ? level : 0;
    }

    void addRuns(const pugi::xml_node& parent, int depth) {
        checkXmlDepth(depth);
        for (const pugi::xml_node& child : parent.children()) {
            const std::string_view name = localName(child);
            if (name == "t") {
                m_builder.addText(child.text().get());
            } else if (name == "tab") {
                m_builder.addText(" ");
            } else if (name == "br" || name == "cr") {
                m_builder.breakLine();
            } else if (name == "noBreakHyphen") {
                m_builder.addText("-");
            } else if (name == "footnoteReference" || name == "endnoteReference") {
                m_builder.addText("[" + std::string(attributeOf(child, "id")) + "]");
            } else if (name == "txbxContent") {
                addContent(child, depth + 1);
            } else if (!isSkipped(name)) {
                addRuns(child, depth + 1);
            }
        }
    }

    void addTable(const pugi::xml_node& table, int depth) {
        m_builder.breakParagraph();
        addRows(table, depth + 1);
        m_builder.breakParagraph();
    }

    // Content controls and marks of changes may stand around rows, and around cells.
    void addRows(const pugi::xml_node& parent, int depth) {
        checkXmlDepth(depth);
        for (const pugi::xml_node& child : parent.children()) {
            const std::string_view name = localName(child);
            if (name == "tr") {
                m_builder.beginRow();
                addCells(child, depth + 1);
            } else if (!isSkipped(name)) {
                addRows(child, depth + 1);
            }
        }
    }

    void addCells(const pugi::xml_node& parent, int depth) {
        checkXmlDepth(depth);
        for (const pugi::xml_node& child : parent.children()) {
            const std::string_view name = localName(child);
            if (name == "tc") {
                m_builder.beginCell();
                addContent(child, depth + 1);
                m_builder.endCell();
            } else if (!isSkipped(name)) {
                addCells(child, depth + 1);
            }
        }
    }

    const HeadingStyles& m_styles;
    TextBuilder& m_builder;
    bool m_isInList = false;  // the paragraph before was a list item
};

// The part that a relationship of this type points to; nothing if there is none.
std::optional<std::string> relatedPart(ZipArchive& archive, const std::string& relations,
                                       std::string_view base, std::string_view type) {
    if (!archive.has(relations)) return std::nullopt;
    const pugi::xml_document document = parseXml(archive.read(relations), relations);
    for (const pugi::xml_node& relation : childOf(document, "Relationships").children()) {
        if (!attributeOf(relation, "Type").ends_with(type)) continue;
        std::string_view target = attributeOf(relation, "Target");
        // A path from the root of the archive begins with a slash.
        if (target.starts_with('/')) return resolveReference({}, target.substr(1));
        return resolveReference(base, target);
    }
    return std::nullopt;
}

// Footnotes and the like, each behind the number that refers to it.
void addNotes(ZipArchive& archive, const std::string& name, const char* title, WordWalk& walk,
              TextBuilder& builder) {
    const pugi::xml_document document = parseXml(archive.read(name), name);
    bool isFirst = true;
    for (const pugi::xml_node& note : document.document_element().children()) {
        // Those with a type are separator lines.
        if (note.type() != pugi::node_element || !attributeOf(note, "type").empty()) continue;
        if (isFirst) {
            builder.beginHeading(1);
            builder.addText(title);
            builder.endHeading();
        }
        isFirst = false;
        builder.beginEntry("[" + std::string(attributeOf(note, "id")) + "]");
        walk.addContent(note, 0);
    }
}

class DocxReader : public DocumentReader {
  public:
    DocumentKind kind() const override { return DocumentKind::docx; }

    bool accepts(std::string_view fileName, std::string_view head) const override {
        return looksLikeZip(head) && hasSuffix(fileName, {".docx", ".docm", ".dotx"});
    }

    ReadText read(std::string_view bytes, const ReadLimits& limits) const override {
        ZipArchive archive(bytes, limits);
        const std::string main = relatedPart(archive, "_rels/.rels", {}, "/officeDocument")
                                     .value_or("word/document.xml");
        const std::size_t folderEnd = main.rfind('/') + 1;
        const std::string folder = main.substr(0, folderEnd);

        const HeadingStyles styles = readStyles(archive, folder + "styles.xml");
        TextBuilder builder(limits);
        WordWalk walk(styles, builder);
        const pugi::xml_document document = parseXml(archive.read(main), main);
        walk.addContent(childOf(childOf(document, "document"), "body"), 0);
        for (const auto& [part, title] :
             {std::pair{"footnotes.xml", "Footnotes"}, std::pair{"endnotes.xml", "Endnotes"},
              std::pair{"comments.xml", "Comments"}})
            if (archive.has(folder + part)) addNotes(archive, folder + part, title, walk, builder);
        noteHeaders(archive, folder, builder);
        return builder.take();
    }

  private:
    static void noteHeaders(const ZipArchive& archive, const std::string& folder,
                            TextBuilder& builder) {
        for (const std::string& name : archive.names())
            if (name.starts_with(folder + "header") || name.starts_with(folder + "footer"))
                return builder.note("the running headers and footers of its pages are left out");
    }
};

}  // namespace

const DocumentReader& docxReader() {
    static const DocxReader reader;
    return reader;
}

}  // namespace asterism
