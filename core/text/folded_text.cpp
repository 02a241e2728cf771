#include "core/text/folded_text.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "core/text/utf8.h"

namespace asterism {

namespace {

// Quotation marks and the like as they are typed; U+0000: not one of them.
char plainMark(std::int32_t code) {
    switch (code) {
        case 0xB4:
        case 0x2018:
        case 0x2019:
        case 0x201A:
        case 0x201B:
        case 0x2032:
        case 0x2039:
        case 0x203A:
            return '\'';
        case 0xAB:
        case 0xBB:
        case 0x201C:
        case 0x201D:
        case 0x201E:
        case 0x201F:
        case 0x2033:
        case 0x301D:
        case 0x301E:
            return '"';
        default:
            return 0;
    }
}

bool isHyphen(std::int32_t code) {
    return code == '-' || (code >= 0x2010 && code <= 0x2015) || code == 0x2212 || code == 0xFE58 ||
           code == 0xFE63 || code == 0xFF0D;
}

// Soft hyphens, and what PDF readers give for a hyphen at a line's end.
bool isSoftHyphen(std::int32_t code) {
    return code == 0xAD || code == 0xFFFE;
}

bool isInvisible(std::int32_t code) {
    return isSoftHyphen(code) || (code >= 0x200B && code <= 0x200F) || code == 0x2060 ||
           code == 0xFEFF || (code >= 0xFE00 && code <= 0xFE0F);
}

// Scripts whose lines may end anywhere between two characters.
bool isWrittenWithoutSpaces(std::int32_t code) {
    return (code >= 0x3000 && code <= 0x30FF) || (code >= 0xFF00 && code <= 0xFF60) ||
           (code >= 0 && u_hasBinaryProperty(code, UCHAR_IDEOGRAPHIC) != 0);
}

bool isSpace(std::int32_t code) {
    return code >= 0 && u_isUWhiteSpace(code) != 0;
}

bool isLetter(std::int32_t code) {
    return code >= 0 && u_isalpha(code) != 0;
}

// ASCII characters that are themselves wherever they stand.
constexpr std::array<bool, 256> kIsPlain = [] {
    std::array<bool, 256> isPlain{};
    for (std::size_t byte = '!'; byte < 0x7F; ++byte)
        isPlain[byte] = byte != '-' && byte != '*' && byte != '`';
    return isPlain;
}();

const icu::Normalizer2& compatibilityForms() {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* forms = icu::Normalizer2::getNFKCInstance(status);
    if (U_FAILURE(status)) throw Error("cannot compare quotations: ICU says ", u_errorName(status));
    return *forms;
}

}  // namespace

// Goes through a text once and writes its folded form.
class TextFolder {
  public:
    TextFolder(std::string_view text, FoldedText& folded)
        : m_text(text), m_folded(folded), m_forms(compatibilityForms()) {
        m_folded.m_text.reserve(text.size());
    }

    void run() {
        while (m_next < m_text.size())
            if (!copyPlain()) foldOne(characterAt(m_text, m_next));
        m_folded.m_text.shrink_to_fit();
        m_folded.m_runs.push_back({m_folded.m_text.size(), m_text.size(), true});
    }

  private:
    // The last character in front of one that is not ASCII may be composed with it.
    bool copyPlain() {
        std::size_t end = m_next;
        while (end < m_text.size() && kIsPlain[static_cast<unsigned char>(m_text[end])]) ++end;
        if (end > m_next && end < m_text.size() && (m_text[end] & 0x80) != 0) --end;
        if (end == m_next) return false;
        copyTo(end);
        return true;
    }

    void foldOne(Character character) {
        const std::size_t behind = m_next + character.bytes;
        if (isSpace(character.code)) {
            foldSpace();
        } else if (isHyphen(character.code)) {
            if (!skipInsideWord(behind)) replaceTo(behind, "-");
        } else if (isInvisible(character.code)) {
            if (!isSoftHyphen(character.code) || !skipInsideWord(behind)) replaceTo(behind, {});
        } else if (const char mark = plainMark(character.code); mark != 0) {
            replaceTo(behind, {&mark, 1});
        } else if (character.code == '*' || character.code == '`') {
            foldMarkdown(m_text[m_next]);
        } else if (character.code < 0) {
            copyTo(behind);
        } else {
            foldForms(character, behind);
        }
    }

    // The offset behind the white space at `at`.
    std::size_t endOfSpace(std::size_t at) const {
        for (Character next = characterAt(m_text, at); isSpace(next.code);
             next = characterAt(m_text, at))
            at += next.bytes;
        return at;
    }

    std::int32_t lastCode() const {
        return characterBefore(m_folded.m_text, m_folded.m_text.size()).code;
    }

    void foldSpace() {
        const std::size_t end = endOfSpace(m_next);
        const bool isLeftOut = isWrittenWithoutSpaces(lastCode()) &&
                               isWrittenWithoutSpaces(characterAt(m_text, end).code);
        replaceTo(end, isLeftOut ? "" : " ");
    }

    // Leaves out a hyphen that ends at `end` if letters stand on both sides of it, and with it the
    // line end that may follow.
    bool skipInsideWord(std::size_t end) {
        if (!isLetter(lastCode())) return false;
        const std::size_t behind = endOfSpace(end);
        const bool isAtLineEnd = m_text.substr(end, behind - end).find('\n') != m_text.npos;
        if (behind > end && !isAtLineEnd) return false;
        if (!isLetter(characterAt(m_text, behind).code)) return false;
        replaceTo(behind, {});
        return true;
    }

    void foldMarkdown(char mark) {
        const std::size_t end = std::min(m_text.find_first_not_of(mark, m_next), m_text.size());
        if (mark == '*' && end == m_next + 1)
            copyTo(end);
        else
            replaceTo(end, {});
    }

    // A character with those behind it that it may be composed with.
    void foldForms(Character character, std::size_t end) {
        const std::size_t first = end;
        for (Character next = characterAt(m_text, end);
             next.code >= 0x80 && !m_forms.hasBoundaryBefore(next.code);
             next = characterAt(m_text, end))
            end += next.bytes;
        const bool isAlone = end == first;
        if (isAlone && (character.code < 0x80 ||
                        u_getIntPropertyValue(character.code, UCHAR_NFKC_QUICK_CHECK) == UNORM_YES))
            return copyTo(end);
        UErrorCode status = U_ZERO_ERROR;
        const std::string_view source = m_text.substr(m_next, end - m_next);
        const icu::UnicodeString normalized = m_forms.normalize(
            icu::UnicodeString::fromUTF8({source.data(), static_cast<std::int32_t>(source.size())}),
            status);
        std::string text;
        if (U_SUCCESS(status)) normalized.toUTF8String(text);
        replaceTo(end, U_SUCCESS(status) ? std::string_view(text) : source);
    }

    void copyTo(std::size_t end) {
        add(true, m_text.substr(m_next, end - m_next));
        m_next = end;
    }

    void replaceTo(std::size_t end, std::string_view replacement) {
        add(replacement == m_text.substr(m_next, end - m_next), replacement);
        m_next = end;
    }

    void add(bool isCopy, std::string_view bytes) {
        const bool goesOn = isCopy && !m_folded.m_runs.empty() && m_folded.m_runs.back().isCopy;
        if (!goesOn) m_folded.m_runs.push_back({m_folded.m_text.size(), m_next, isCopy});
        m_folded.m_text.append(bytes);
    }

    std::string_view m_text;
    FoldedText& m_folded;
    const icu::Normalizer2& m_forms;
    std::size_t m_next = 0;
};

FoldedText::FoldedText(std::string_view text) {
    TextFolder(text, *this).run();
}

// The run that holds a byte of the folded text: of several that begin there, all but the last of
// which are empty, the last.
const FoldedText::Run* FoldedText::runAt(std::size_t folded) const {
    const auto behind = std::partition_point(m_runs.begin(), m_runs.end(),
                                             [&](const Run& run) { return run.folded <= folded; });
    return &*(behind - 1);
}

ByteRange FoldedText::toOriginal(ByteRange folded) const {
    const Run* first = runAt(folded.begin);
    const Run* last = runAt(folded.end - 1);
    return {first->isCopy ? first->original + (folded.begin - first->folded) : first->original,
            last->isCopy ? last->original + (folded.end - last->folded) : (last + 1)->original};
}

}  // namespace asterism
