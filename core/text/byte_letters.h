#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace asterism {

// Byte-level vocabularies spell every byte as one printable character, its letter: visible
// Latin-1 characters stand for themselves, the 68 others for U+0100 onwards.

std::string letterOf(std::uint8_t byte);

// The bytes a piece stands for; empty if a character of it is no letter.
std::optional<std::string> bytesOfLetters(std::string_view piece);

}  // namespace asterism
