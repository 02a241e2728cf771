#pragma once

#include <pugixml.hpp>
#include <string>
#include <string_view>

namespace asterism {

// XML of an office document. Throws RefusedFile: damaged, with the place of the first error, or
// unsafe, if its tree would take memory out of proportion.
pugi::xml_document parseXml(const std::string& content, std::string_view partName);

// Name without its namespace prefix, which every writer may choose.
std::string_view localName(const pugi::xml_node& node);
std::string_view localName(const pugi::xml_attribute& attribute);

// Value of the attribute with this local name; empty if there is none.
std::string_view attributeOf(const pugi::xml_node& node, std::string_view name);

// First child with this local name; an empty node if there is none.
pugi::xml_node childOf(const pugi::xml_node& node, std::string_view name);

// Documents nest their content a few dozen levels; deeper ones are refused as unsafe, so that a
// walk by recursion stays within the stack.
inline constexpr int kDeepestXml = 400;
void checkXmlDepth(int depth);

// XHTML as HTML: an element closed in its own tag, such as <title/>, would swallow what follows.
// Returned as it is if it is no well-formed XML. Throws RefusedFile (unsafe) as parseXml does.
std::string htmlOfXhtml(std::string content);

}  // namespace asterism
