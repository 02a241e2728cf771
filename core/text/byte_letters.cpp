#include "core/text/byte_letters.h"

#include <unicode/utf8.h>

#include <array>

namespace asterism {

namespace {

constexpr int kFirstShifted = 0x100;
constexpr int kShiftedCount = 68;

constexpr bool standsForItself(int byte) {
    return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

struct LetterTable {
    std::array<int, 256> letters{};                                   // byte -> code point
    std::array<std::int16_t, kFirstShifted + kShiftedCount> bytes{};  // code point -> byte or -1
};

constexpr LetterTable makeLetterTable() {
    LetterTable table;
    for (std::int16_t& byte : table.bytes) byte = -1;
    int shifted = kFirstShifted;
    for (int byte = 0; byte < 256; ++byte) {
        const int letter = standsForItself(byte) ? byte : shifted++;
        table.letters[static_cast<std::size_t>(byte)] = letter;
        table.bytes[static_cast<std::size_t>(letter)] = static_cast<std::int16_t>(byte);
    }
    return table;
}

constexpr LetterTable kLetters = makeLetterTable();

}  // namespace

std::string letterOf(std::uint8_t byte) {
    char utf8[U8_MAX_LENGTH];
    std::size_t length = 0;
    U8_APPEND_UNSAFE(utf8, length, kLetters.letters[byte]);
    return {utf8, length};
}

std::optional<std::string> bytesOfLetters(std::string_view piece) {
    std::string bytes;
    const auto length = static_cast<std::int64_t>(piece.size());
    for (std::int64_t next = 0; next < length;) {
        UChar32 letter = 0;
        U8_NEXT(piece.data(), next, length, letter);
        if (letter < 0 || letter >= static_cast<UChar32>(kLetters.bytes.size())) return {};
        const std::int16_t byte = kLetters.bytes[static_cast<std::size_t>(letter)];
        if (byte < 0) return {};
        bytes.push_back(static_cast<char>(byte));
    }
    return bytes;
}

}  // namespace asterism
