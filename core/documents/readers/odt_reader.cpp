#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "core/documents/reader_list.h"
#include "core/documents/text_builder.h"
#include "core/documents/xml_part.h"
#include "core/documents/zip_archive.h"

namespace asterism {

namespace {

constexpr std::string_view kMimeType = "application/vnd.oasis.opendocument.text";

// Adds the content of a text document.
class OdtWalk {
  public:
    explicit OdtWalk(TextBuilder& builder) : m_builder(builder) {}

    void addContent(const pugi::xml_node& parent, int depth) {
        checkXmlDepth(depth);
        for (const pugi::xml_node& child : parent.children()) add(child, depth);
    }

  private:
    void add(const pugi::xml_node& node, int depth) {
        const std::string_view name = localName(node);
        if (name == "h") {
            m_builder.beginHeading(numberOf(attributeOf(node, "outline-level")));
            addRuns(node, depth + 1);
            m_builder.endHeading();
        } else if (name == "p") {
            addParagraph(node, depth);
        } else if (name == "list") {
            addList(node, depth);
        } else if (name == "table") {
            addTable(node, depth);
        } else if (name != "tracked-changes" && name != "sequence-decls" && name != "forms") {
            addContent(node, depth + 1);
        }
    }

    static int numberOf(std::string_view text) {
        int number = 1;
        std::from_chars(text.data(), text.data() + text.size(), number);
        return number;
    }

    void addParagraph(const pugi::xml_node& node, int depth) {
        // The first paragraph of an item stands behind its dash.
        if (m_lists == 0) m_builder.breakParagraph();
        addRuns(node, depth + 1);
        if (m_lists == 0)
            m_builder.breakParagraph();
        else
            m_builder.breakLine();
    }

    void addRuns(const pugi::xml_node& parent, int depth) {
        checkXmlDepth(depth);
        for (const pugi::xml_node& child : parent.children()) {
            const std::string_view name = localName(child);
            if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) {
                m_builder.addText(child.value());
            } else if (name == "s" || name == "tab") {
                m_builder.addText(" ");
            } else if (name == "line-break") {
                m_builder.breakLine();
            } else if (name == "note") {
                addAside("note", childOf(child, "note-body"), depth);
            } else if (name == "annotation") {
                addAside("comment", child, depth);
            } else if (name == "text-box") {
                addContent(child, depth + 1);
            } else {
                addRuns(child, depth + 1);
            }
        }
    }

    // Notes and comments stay where they refer to: between brackets, on one line.
    void addAside(const char* what, const pugi::xml_node& node, int depth) {
        checkXmlDepth(depth);
        m_builder.addText(std::string(" [") + what + ":");
        for (const pugi::xml_node& child : node.children()) {
            m_builder.addText(" ");
            addRuns(child, depth + 1);
        }
        m_builder.addText("]");
    }

    void addList(const pugi::xml_node& list, int depth) {
        checkXmlDepth(depth);
        if (m_lists == 0) m_builder.breakParagraph();
        ++m_lists;
        for (const pugi::xml_node& item : list.children()) {
            const std::string_view name = localName(item);
            if (name != "list-item" && name != "list-header") continue;
            m_builder.beginItem(m_lists);
            addContent(item, depth + 1);
        }
        if (--m_lists == 0) m_builder.breakParagraph();
    }

    void addTable(const pugi::xml_node& table, int depth) {
        m_builder.breakParagraph();
        addRows(table, depth + 1);
        m_builder.breakParagraph();
    }

    void addRows(const pugi::xml_node& parent, int depth) {
        checkXmlDepth(depth);
        for (const pugi::xml_node& row : parent.children()) {
            const std::string_view name = localName(row);
            if (name == "table-header-rows" || name == "table-rows" || name == "table-row-group")
                addRows(row, depth + 1);
            if (name != "table-row") continue;
            m_builder.beginRow();
            for (const pugi::xml_node& cell : row.children()) {
                if (localName(cell) != "table-cell") continue;
                m_builder.beginCell();
                const int outerLists = std::exchange(m_lists, 0);
                addContent(cell, depth + 1);
                m_lists = outerLists;
                m_builder.endCell();
            }
        }
    }

    TextBuilder& m_builder;
    int m_lists = 0;  // open lists
};

bool isEncrypted(ZipArchive& archive) {
    constexpr const char* kManifest = "META-INF/manifest.xml";
    return archive.has(kManifest) &&
           archive.read(kManifest).find("encryption-data") != std::string::npos;
}

bool hasRunningHeaders(ZipArchive& archive) {
    if (!archive.has("styles.xml")) return false;
    const std::string styles = archive.read("styles.xml");
    return styles.find("<style:header>") != std::string::npos ||
           styles.find("<style:footer>") != std::string::npos;
}

class OdtReader : public DocumentReader {
  public:
    DocumentKind kind() const override { return DocumentKind::odt; }

    bool accepts(std::string_view fileName, std::string_view head) const override {
        return looksLikeZip(head) && (statedMimeType(head).starts_with(kMimeType) ||
                                      hasSuffix(fileName, {".odt", ".ott"}));
    }

    ReadText read(std::string_view bytes, const ReadLimits& limits) const override {
        ZipArchive archive(bytes, limits);
        if (isEncrypted(archive))
            throw RefusedFile(LeftOutCause::encrypted,
                              "encrypted: it wants a password; save a copy without one");
        const pugi::xml_document document = parseXml(archive.read("content.xml"), "content.xml");
        const pugi::xml_node body = childOf(childOf(document, "document-content"), "body");
        TextBuilder builder(limits);
        OdtWalk(builder).addContent(childOf(body, "text"), 0);
        if (hasRunningHeaders(archive))
            builder.note("the running headers and footers of its pages are left out");
        return builder.take();
    }
};

}  // namespace

const DocumentReader& odtReader() {
    static const OdtReader reader;
    return reader;
}

}  // namespace asterism
