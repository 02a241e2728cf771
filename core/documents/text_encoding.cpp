#include "core/documents/text_encoding.h"

#include <uchardet/uchardet.h>
#include <unicode/ucnv.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "core/documents/document_reader.h"
#include "core/text/utf8.h"

namespace asterism {

namespace {

// Statistics settle long before this, and uchardet takes some 50 ns a byte.
constexpr std::size_t kGuessBytes = 256 * 1024;
constexpr std::string_view kFallback = "windows-1252";

struct ByteOrderMark {
    std::string_view bytes;
    std::string_view encoding;
};

// The marks of UTF-32 come first: that of UTF-32LE begins with that of UTF-16LE.
constexpr ByteOrderMark kByteOrderMarks[] = {
    {{"\xFF\xFE\0\0", 4}, "UTF-32LE"}, {{"\0\0\xFE\xFF", 4}, "UTF-32BE"}, {"\xEF\xBB\xBF", "UTF-8"},
    {"\xFF\xFE", "UTF-16LE"},          {"\xFE\xFF", "UTF-16BE"},
};

const ByteOrderMark* findByteOrderMark(std::string_view bytes) {
    for (const ByteOrderMark& mark : kByteOrderMarks)
        if (bytes.starts_with(mark.bytes)) return &mark;
    return nullptr;
}

// UTF-16 without a mark: text in any European language has its zeros in one half of the pairs.
std::optional<std::string_view> guessUtf16(std::string_view head) {
    std::size_t zeros[2] = {0, 0};
    for (std::size_t i = 0; i < head.size(); ++i)
        if (head[i] == '\0') ++zeros[i % 2];
    const std::size_t pairs = head.size() / 2;
    if (zeros[0] == 0 && zeros[1] * 2 > pairs) return "UTF-16LE";
    if (zeros[1] == 0 && zeros[0] * 2 > pairs) return "UTF-16BE";
    return std::nullopt;
}

std::string guessEncoding(std::string_view bytes) {
    const std::unique_ptr<uchardet, decltype(&uchardet_delete)> detector(uchardet_new(),
                                                                         &uchardet_delete);
    if (uchardet_handle_data(detector.get(), bytes.data(), std::min(bytes.size(), kGuessBytes)) !=
        0)
        return {};
    uchardet_data_end(detector.get());
    return uchardet_get_charset(detector.get());
}

// Whether most of what is not ASCII is UTF-8: then it is UTF-8 with a few damaged places, such as
// a log that carries foreign bytes.
bool isMostlyUtf8(std::string_view bytes) {
    std::size_t valid = 0;
    std::size_t invalid = 0;
    const auto size = static_cast<std::int32_t>(bytes.size());
    for (std::int32_t i = 0; i < size;) {
        UChar32 character = 0;
        U8_NEXT(bytes.data(), i, size, character);
        if (character < 0)
            ++invalid;
        else if (character > 0x7F)
            ++valid;
    }
    return valid > 10 * invalid;
}

std::size_t countReplacements(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = text.find("\xEF\xBF\xBD"); at != std::string_view::npos;
         at = text.find("\xEF\xBF\xBD", at + 3))
        ++count;
    return count;
}

// Nothing if ICU does not know the encoding.
std::optional<std::string> convert(std::string_view bytes, const std::string& encoding) {
    UErrorCode status = U_ZERO_ERROR;
    const std::unique_ptr<UConverter, decltype(&ucnv_close)> converter(
        ucnv_open(encoding.c_str(), &status), &ucnv_close);
    if (U_FAILURE(status)) return std::nullopt;
    const icu::UnicodeString characters(bytes.data(), static_cast<std::int32_t>(bytes.size()),
                                        converter.get(), status);
    if (U_FAILURE(status)) return std::nullopt;
    std::string text;
    characters.toUTF8String(text);
    return text;
}

bool hasManyControls(std::string_view head) {
    const auto isControl = [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != '\x1B';
    };
    const auto controls =
        static_cast<std::size_t>(std::count_if(head.begin(), head.end(), isControl));
    return controls * 20 > head.size();
}

bool isUtf8Name(std::string_view encoding) {
    return ucnv_compareNames(std::string(encoding).c_str(), "UTF-8") == 0;
}

void unifyLineEnds(std::string& text) {
    if (text.find('\r') == std::string::npos) return;
    std::size_t to = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
        text[to++] = text[i] == '\r' ? '\n' : text[i];
    }
    text.resize(to);
}

DecodedText decodeAs(std::string_view bytes, std::string encoding, bool isGuessed) {
    DecodedText decoded;
    decoded.encoding = std::move(encoding);
    decoded.isGuessed = isGuessed;
    if (decoded.encoding == "UTF-8") {
        decoded.text = replaceInvalidUtf8(bytes);
        decoded.replaced = countReplacements(decoded.text) - countReplacements(bytes);
        return decoded;
    }
    if (auto text = convert(bytes, decoded.encoding)) {
        decoded.text = std::move(*text);
    } else {
        decoded.encoding = kFallback;
        decoded.isGuessed = decoded.isUnknown = true;
        decoded.text = convert(bytes, decoded.encoding).value_or(replaceInvalidUtf8(bytes));
    }
    decoded.replaced = countReplacements(decoded.text);
    return decoded;
}

DecodedText decodeByStatistics(std::string_view bytes) {
    // The 7-bit encodings of East Asia are valid ASCII; only their escapes give them away.
    const bool mayBeShifted = bytes.find('\x1B') != std::string_view::npos;
    const bool isUtf8 = findInvalidUtf8(bytes) == std::string_view::npos;
    if (isUtf8 && !mayBeShifted) return decodeAs(bytes, "UTF-8", false);
    const std::string guess = guessEncoding(bytes);
    if (isUtf8)
        return guess.starts_with("ISO-2022") ? decodeAs(bytes, guess, true)
                                             : decodeAs(bytes, "UTF-8", false);
    return isMostlyUtf8(bytes) ? decodeAs(bytes, "UTF-8", true) : decodeAs(bytes, guess, true);
}

}  // namespace

bool looksBinary(std::string_view head) {
    if (findByteOrderMark(head)) return false;
    if (head.find('\0') != std::string_view::npos) return !guessUtf16(head);
    return hasManyControls(head);
}

DecodedText decodeText(std::string_view bytes, std::string_view stated) {
    const std::string_view head = bytes.substr(0, kHeadBytes);
    if (looksBinary(head)) throw RefusedFile(LeftOutCause::binary, "binary");
    DecodedText decoded;
    if (const ByteOrderMark* mark = findByteOrderMark(bytes)) {
        decoded = decodeAs(bytes.substr(mark->bytes.size()), std::string(mark->encoding), false);
    } else if (const auto utf16 = guessUtf16(head); utf16 && head.find('\0') != head.npos) {
        decoded = decodeAs(bytes, std::string(*utf16), true);
    } else if (isUtf8Name(stated)) {
        decoded = decodeAs(bytes, "UTF-8", false);
    } else if (!stated.empty() && convert("", std::string(stated))) {
        decoded = decodeAs(bytes, std::string(stated), false);
    } else {
        decoded = decodeByStatistics(bytes);
    }
    // A mark or a pattern of zeros can stand in a file of numbers by chance.
    const std::string_view text = decoded.text;
    if (text.find('\0') != text.npos || hasManyControls(text.substr(0, kHeadBytes)) ||
        decoded.replaced * 10 > text.size())
        throw RefusedFile(LeftOutCause::binary, "binary");
    unifyLineEnds(decoded.text);
    return decoded;
}

ReadText readEncodedText(std::string_view bytes, std::string_view stated) {
    DecodedText decoded = decodeText(bytes, stated);
    ReadText result;
    result.text = std::move(decoded.text);
    if (decoded.isUnknown)
        result.notes.push_back("encoding unknown: read as " + decoded.encoding);
    else if (decoded.isGuessed)
        result.notes.push_back("encoding not stated: read as " + decoded.encoding);
    if (decoded.replaced > 0)
        result.notes.push_back(std::to_string(decoded.replaced) + " places are not valid " +
                               decoded.encoding + "; they are shown as U+FFFD");
    if (decoded.isUnknown || decoded.replaced > 0) result.quality = TextQuality::doubtful;
    if (decoded.replaced * 50 > result.text.size()) result.quality = TextQuality::poor;
    return result;
}

}  // namespace asterism
