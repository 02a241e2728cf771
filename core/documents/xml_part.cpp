#include "core/documents/xml_part.h"

#include <sstream>
#include <utility>

#include "core/documents/document_reader.h"

namespace asterism {

namespace {

std::string_view withoutPrefix(std::string_view name) {
    const std::size_t colon = name.find(':');
    return colon == name.npos ? name : name.substr(colon + 1);
}

// A node of the parsed tree takes 64 bytes, so half a gigabyte. Word writes 13 bytes or more for
// each, so that a part of 100 MB stays below.
constexpr std::size_t kMostNodes = 8'000'000;

// Elements, texts between tags and attributes, without parsing.
void checkNodes(std::string_view content, std::string_view partName) {
    std::size_t nodes = 0;
    for (std::size_t i = 0; i < content.size(); ++i) {
        if (content[i] == '=') ++nodes;
        if (content[i] != '<') continue;
        nodes += i > 0 && content[i - 1] != '>';
        nodes += i + 1 < content.size() && content[i + 1] != '/';
    }
    if (nodes > kMostNodes)
        throw RefusedFile(LeftOutCause::unsafe, partName, ": has ", nodes,
                          " elements, texts and attributes; at most ", kMostNodes, " are read");
}

}  // namespace

pugi::xml_document parseXml(const std::string& content, std::string_view partName) {
    checkNodes(content, partName);
    pugi::xml_document document;
    // Blanks between runs of text are text, too.
    const pugi::xml_parse_result result = document.load_buffer(
        content.data(), content.size(), pugi::parse_default | pugi::parse_ws_pcdata);
    if (!result)
        throw RefusedFile(LeftOutCause::damaged, "damaged: ", partName, ": ", result.description(),
                          " at byte ", result.offset);
    return document;
}

std::string_view localName(const pugi::xml_node& node) {
    return withoutPrefix(node.name());
}

std::string_view localName(const pugi::xml_attribute& attribute) {
    return withoutPrefix(attribute.name());
}

std::string_view attributeOf(const pugi::xml_node& node, std::string_view name) {
    for (const pugi::xml_attribute& attribute : node.attributes())
        if (localName(attribute) == name) return attribute.value();
    return {};
}

pugi::xml_node childOf(const pugi::xml_node& node, std::string_view name) {
    for (const pugi::xml_node& child : node.children())
        if (localName(child) == name) return child;
    return {};
}

void checkXmlDepth(int depth) {
    if (depth > kDeepestXml)
        throw RefusedFile(LeftOutCause::unsafe, "its content is nested more than ", kDeepestXml,
                          " levels deep");
}

std::string htmlOfXhtml(std::string content) {
    if (content.find("/>") == content.npos) return content;
    // Entities stay as they are: HTML has more of them than XML knows.
    constexpr unsigned kParsing =
        pugi::parse_cdata | pugi::parse_ws_pcdata | pugi::parse_eol | pugi::parse_doctype;
    constexpr unsigned kWriting = pugi::format_raw | pugi::format_no_escapes |
                                  pugi::format_no_empty_element_tags | pugi::format_no_declaration;
    checkNodes(content, "XHTML");
    pugi::xml_document document;
    if (!document.load_buffer(content.data(), content.size(), kParsing)) return content;
    std::ostringstream html;
    document.save(html, "", kWriting);
    return std::move(html).str();
}

}  // namespace asterism
