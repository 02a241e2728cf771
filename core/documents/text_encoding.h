#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace asterism {

struct ReadText;

// Text of some encoding as UTF-8.
struct DecodedText {
    std::string text;          // without byte order mark; line ends are \n
    std::string encoding;      // as ICU or uchardet name it
    bool isGuessed = false;    // nothing in the file says so
    bool isUnknown = false;    // not even a guess was possible: windows-1252 was taken
    std::size_t replaced = 0;  // bytes or sequences that were not valid and became U+FFFD
};

// Finds the encoding by byte order mark, `stated` (what the file says of itself, may be empty),
// validity as UTF-8, or statistics, in this order. Throws RefusedFile if the bytes are no text.
DecodedText decodeText(std::string_view bytes, std::string_view stated = {});

// The same as a reader's result: what is unsure is named in the notes and in the quality.
ReadText readEncodedText(std::string_view bytes, std::string_view stated = {});

// Whether the first bytes of a file are those of something that is not text.
bool looksBinary(std::string_view head);

}  // namespace asterism
