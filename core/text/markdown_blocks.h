#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/text/byte_range.h"

namespace asterism {

// A stretch of a Markdown text that stands for itself: a paragraph, a heading, a list item, a
// table row or the code between two fences.
struct MarkdownBlock {
    enum class Kind : std::uint8_t { prose, heading, tableRow, code };

    Kind kind = Kind::prose;
    bool isQuoted = false;  // its lines begin with >
    // What its lines say, in order: without markers, and but for code without indentation and
    // blanks at the end. At least one line holds something.
    std::vector<ByteRange> lines;

    ByteRange range() const { return {lines.front().begin, lines.back().end}; }
};

// The blocks of a text as models write it: read line by line and leniently, since an answer may
// end anywhere. Rules and rows that only separate are left out. Works on any bytes.
std::vector<MarkdownBlock> markdownBlocks(std::string_view text);

// What stands between runs of backticks of one length, marks and blanks left out. Within one
// block, of the text that `range` tells.
std::vector<ByteRange> inlineCode(std::string_view text, ByteRange range);

}  // namespace asterism
