#include "core/documents/page_text.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>

namespace asterism {

namespace {

constexpr UChar32 kLineEndHyphen = 0xFFFE;
constexpr UChar32 kReplacement = 0xFFFD;
constexpr UChar32 kSoftHyphen = 0xAD;

// Longer than the longest words of languages that separate words.
constexpr std::size_t kLongWord = 60;

std::string_view lettersOf(UChar32 ligature) {
    switch (ligature) {
        case 0xFB00:
            return "ff";
        case 0xFB01:
            return "fi";
        case 0xFB02:
            return "fl";
        case 0xFB03:
            return "ffi";
        case 0xFB04:
            return "ffl";
        case 0xFB05:
        case 0xFB06:
            return "st";
        default:
            return {};
    }
}

template <typename Visit>
void forEachCharacter(std::string_view text, Visit visit) {
    const auto size = static_cast<std::int32_t>(text.size());
    for (std::int32_t i = 0; i < size;) {
        const std::int32_t begin = i;
        UChar32 character = 0;
        U8_NEXT_OR_FFFD(text.data(), i, size, character);
        visit(character,
              text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(i - begin)));
    }
}

// Scripts that put no blanks between words.
bool isUnspaced(UChar32 character) {
    return character >= 0x2E80 || (character >= 0x0E00 && character < 0x1000);
}

}  // namespace

std::string cleanPageText(std::string_view text) {
    std::string cleaned;
    cleaned.reserve(text.size());
    bool isJoining = false;  // behind a line-end hyphen, until the next line's first word
    forEachCharacter(text, [&](UChar32 character, std::string_view bytes) {
        if (character == kLineEndHyphen) {
            isJoining = true;
        } else if (isJoining && (character == '\r' || character == '\n' || character == ' ')) {
            return;
        } else if (character == '\r' || character == kSoftHyphen) {
            return;
        } else if (character == '\n' || character == '\t' || !u_iscntrl(character)) {
            isJoining = false;
            const std::string_view letters = lettersOf(character);
            cleaned += letters.empty() ? bytes : letters;
        }
    });
    return cleaned;
}

std::string nameNumbers(const std::vector<int>& numbers) {
    std::vector<std::string> runs;
    for (std::size_t i = 0; i < numbers.size();) {
        std::size_t end = i + 1;
        while (end < numbers.size() && numbers[end] == numbers[end - 1] + 1) ++end;
        runs.push_back(std::to_string(numbers[i]));
        if (end - i == 2) runs.push_back(std::to_string(numbers[i + 1]));
        if (end - i > 2) runs.back() += " to " + std::to_string(numbers[end - 1]);
        i = end;
    }
    std::string names;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        if (i > 0) names += i + 1 == runs.size() ? " and " : ", ";
        names += runs[i];
    }
    return names;
}

void judgeExtractedText(ReadText& read) {
    std::size_t characters = 0;
    std::size_t unreadable = 0;
    std::size_t inLongWords = 0;
    std::size_t wordLength = 0;
    const auto endWord = [&] {
        if (wordLength > kLongWord) inLongWords += wordLength;
        wordLength = 0;
    };
    forEachCharacter(read.text, [&](UChar32 character, std::string_view) {
        ++characters;
        if (character == kReplacement || u_charType(character) == U_PRIVATE_USE_CHAR) ++unreadable;
        if (u_isalpha(character) && !isUnspaced(character))
            ++wordLength;
        else
            endWord();
    });
    endWord();
    const auto lower = [&](TextQuality quality, std::string note) {
        read.quality = std::max(read.quality, quality);
        read.notes.push_back(std::move(note));
    };
    if (unreadable * 200 > characters)
        lower(unreadable * 20 > characters ? TextQuality::poor : TextQuality::doubtful,
              std::to_string(unreadable) + " of " + std::to_string(characters) +
                  " characters could not be read: a font does not say which they are");
    if (inLongWords * 20 > characters)
        lower(inLongWords * 4 > characters ? TextQuality::poor : TextQuality::doubtful,
              "words run together: the file does not say where blanks are");
}

}  // namespace asterism
