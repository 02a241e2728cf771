#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/text/byte_range.h"

namespace asterism {

// Words that an answer gives as somebody else's.
struct Quotation {
    enum class Kind : std::uint8_t { marks, blockQuote, inlineCode, codeBlock };

    Kind kind = Kind::marks;
    ByteRange range;   // in the answer, without marks
    std::string text;  // without the marks in front of the lines of a block quote
};

// The quotations of an answer, in order: between quotation marks of many languages, in block
// quotes and in code. Those of less than three words and less than 12 characters (wide ones, as
// Chinese, count twice) are none. A quotation inside another one is part of it. Works on any bytes.
std::vector<Quotation> findQuotations(std::string_view answer);

}  // namespace asterism
