#pragma once

#include <optional>
#include <string_view>

#include "core/text/byte_range.h"

namespace asterism {

// Finds where a document's passages stand in its text. They come in order and are what a tokenizer
// made of the text, cut near line ends: mostly the text itself, but some tokenizers compose
// accents (NFC) or replace characters, so that lengths differ.
class PassageLocator {
  public:
    // The text must outlive the locator.
    explicit PassageLocator(std::string_view text) : m_text(text) {}

    // The bytes that the next passage was made of. Exact wherever the tokenizer kept line ends, or
    // kept the passage as it is; else the lines behind the last passage's end, as many as the
    // passage has.
    ByteRange next(std::string_view passage);

  private:
    ByteRange locate(std::string_view passage) const;
    ByteRange byLines(std::string_view passage) const;
    std::optional<ByteRange> near(std::string_view passage) const;

    std::string_view m_text;
    std::size_t m_next = 0;  // where the next passage should begin
};

}  // namespace asterism
