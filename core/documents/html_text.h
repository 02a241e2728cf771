#pragma once

#include <string_view>

#include "core/documents/text_builder.h"

namespace asterism {

// Adds what a person reads of an HTML or XHTML page: text, headings, lists, tables, the text of
// links and of images; no scripts and styles. `html` is UTF-8. Throws RefusedFile (unsafe) if the
// tags are so many, or so nested, that taking them apart would cost time or memory out of
// proportion.
void addHtml(std::string_view html, TextBuilder& builder);

// What the page says its encoding is, in its XML declaration or a meta tag; empty if nothing.
std::string_view statedHtmlEncoding(std::string_view bytes);

}  // namespace asterism
