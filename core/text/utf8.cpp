#include "core/text/utf8.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/utf8.h>

#include <cstdint>

#include "core/base/error.h"

namespace asterism {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

const std::uint8_t* bytesOf(std::string_view text) {
    return reinterpret_cast<const std::uint8_t*>(text.data());
}

// Length of the text without a sequence at its end that is valid so far but not complete.
std::size_t wholeLength(std::string_view text) {
    auto length = static_cast<std::int64_t>(text.size());
    const std::uint8_t* bytes = bytesOf(text);
    U8_TRUNCATE_IF_INCOMPLETE(bytes, 0, length);
    return static_cast<std::size_t>(length);
}

}  // namespace

std::size_t findInvalidUtf8(std::string_view text) {
    const std::uint8_t* bytes = bytesOf(text);
    const auto length = static_cast<std::int64_t>(text.size());
    for (std::int64_t next = 0; next < length;) {
        const std::int64_t start = next;
        UChar32 codePoint = 0;
        U8_NEXT(bytes, next, length, codePoint);
        if (codePoint < 0) return static_cast<std::size_t>(start);
    }
    return std::string_view::npos;
}

Character characterAt(std::string_view text, std::size_t offset) {
    if (offset >= text.size()) return {};
    const std::uint8_t* bytes = bytesOf(text);
    auto next = static_cast<std::int64_t>(offset);
    UChar32 code = 0;
    U8_NEXT(bytes, next, static_cast<std::int64_t>(text.size()), code);
    return {code < 0 ? -1 : code, static_cast<std::size_t>(next) - offset};
}

Character characterBefore(std::string_view text, std::size_t offset) {
    if (offset == 0) return {};
    std::size_t begin = offset - 1;
    while (begin > 0 && offset - begin < U8_MAX_LENGTH && U8_IS_TRAIL(bytesOf(text)[begin]))
        --begin;
    const Character character = characterAt(text.substr(0, offset), begin);
    // A byte alone where no character ends.
    return begin + character.bytes == offset ? character : Character{-1, 1};
}

std::string replaceInvalidUtf8(std::string_view text) {
    std::string valid;
    valid.reserve(text.size());
    while (!text.empty()) {
        const std::size_t bad = findInvalidUtf8(text);
        valid.append(text.substr(0, bad));
        if (bad == std::string_view::npos) break;
        text.remove_prefix(bad);
        // The macro steps over exactly the maximal invalid part.
        const std::uint8_t* bytes = bytesOf(text);
        std::int64_t next = 0;
        UChar32 codePoint = 0;
        U8_NEXT(bytes, next, static_cast<std::int64_t>(text.size()), codePoint);
        text.remove_prefix(static_cast<std::size_t>(next));
        valid.append(kReplacement);
    }
    return valid;
}

std::string toNfc(std::string_view text) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
    std::string composed;
    if (U_SUCCESS(status)) {
        icu::StringByteSink<std::string> sink(&composed, static_cast<std::int32_t>(text.size()));
        const icu::StringPiece source(text.data(), static_cast<std::int32_t>(text.size()));
        nfc->normalizeUTF8(0, source, sink, nullptr, status);
    }
    if (U_FAILURE(status))
        throw Error("cannot normalize ", text.size(), " bytes of text: ICU says ",
                    u_errorName(status));
    return composed;
}

std::string Utf8Stream::add(std::string_view bytes) {
    m_pending.append(bytes);
    const std::size_t length = wholeLength(m_pending);
    std::string text = replaceInvalidUtf8(std::string_view(m_pending).substr(0, length));
    m_pending.erase(0, length);
    return text;
}

std::string Utf8Stream::finish() {
    std::string text = replaceInvalidUtf8(m_pending);
    m_pending.clear();
    return text;
}

}  // namespace asterism
