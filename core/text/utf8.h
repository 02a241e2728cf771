#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace asterism {

// Offset of the first byte that does not belong to a valid UTF-8 sequence; npos if all do.
std::size_t findInvalidUtf8(std::string_view text);

// A character of a text, or a stretch of bytes that is none.
struct Character {
    std::int32_t code = -1;  // -1: no UTF-8, or the end of the text
    std::size_t bytes = 0;   // 0: the end of the text
};

// The characters on the two sides of an offset that is at most the text's size.
Character characterAt(std::string_view text, std::size_t offset);
Character characterBefore(std::string_view text, std::size_t offset);

// The text with every maximal invalid part replaced by U+FFFD, as the Unicode standard advises.
std::string replaceInvalidUtf8(std::string_view text);

// Valid UTF-8 in Normalization Form C: a letter and its accents are one character where there is
// one. Throws Error if ICU cannot (2 GiB and more).
std::string toNfc(std::string_view text);

// Collects bytes as they are generated and hands out only whole UTF-8 sequences.
class Utf8Stream {
  public:
    // Text that became complete by adding these bytes; invalid bytes come out as U+FFFD.
    std::string add(std::string_view bytes);
    // What is left at the end; an unfinished sequence comes out as U+FFFD.
    std::string finish();

  private:
    std::string m_pending;
};

}  // namespace asterism
