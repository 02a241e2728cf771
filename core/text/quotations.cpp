#include "core/text/quotations.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>

#include "core/text/markdown_blocks.h"
#include "core/text/utf8.h"

namespace asterism {

namespace {

constexpr int kLeastWords = 3;
constexpr int kLeastColumns = 12;

// A mark that opens a quotation and those that may close it; 0: none.
struct Marks {
    std::int32_t open;
    std::array<std::int32_t, 2> close;
};
constexpr Marks kMarks[] = {
    {'"', {'"', 0}},
    {'\'', {'\'', 0}},
    {0x201C, {0x201D, 0}},       // English, Chinese, Spanish ...
    {0x201E, {0x201C, 0x201D}},  // German, Polish ...
    {0x201D, {0x201D, 0}},       // Swedish, Finnish
    {0x2018, {0x2019, 0}},
    {0x201A, {0x2018, 0x2019}},
    {0xAB, {0xBB, 0}},     // French, Russian, Spanish ...
    {0xBB, {0xAB, 0xBB}},  // German books, Danish, Swedish
    {0x2039, {0x203A, 0}},
    {0x203A, {0x2039, 0x203A}},
    {0x300C, {0x300D, 0}},
    {0x300E, {0x300F, 0}},  // Japanese, Chinese
    {0xFF02, {0xFF02, 0}},
    {0x301D, {0x301E, 0x301F}},
};

const Marks* marksOpenedBy(std::int32_t code) {
    const auto found = std::find_if(std::begin(kMarks), std::end(kMarks),
                                    [&](const Marks& marks) { return marks.open == code; });
    return found == std::end(kMarks) ? nullptr : found;
}

// Marks that are apostrophes, or close as well as open.
bool isAmbiguous(std::int32_t code) {
    return code == '"' || code == '\'' || code == 0x2019 || code == 0x201D || code == 0xBB ||
           code == 0x203A || code == 0xFF02;
}

bool isWordPart(Character character) {
    return character.code >= 0 && u_isalnum(character.code) != 0;
}

bool isBlank(Character character) {
    return character.bytes == 0 || (character.code >= 0 && u_isUWhiteSpace(character.code) != 0);
}

ByteRange trimmed(std::string_view text, ByteRange range) {
    const auto before = [&] { return characterBefore(text, range.end); };
    while (range.begin < range.end && isBlank(characterAt(text, range.begin)))
        range.begin += characterAt(text, range.begin).bytes;
    while (range.begin < range.end && isBlank(before())) range.end -= before().bytes;
    return range;
}

bool isLongEnough(std::string_view text) {
    int words = 0;
    int columns = 0;
    bool isInWord = false;
    for (std::size_t at = 0; at < text.size() && columns < kLeastColumns;) {
        const Character character = characterAt(text, at);
        at += character.bytes;
        if (isBlank(character)) {
            isInWord = false;
            continue;
        }
        if (isWordPart(character) && !isInWord) {
            ++words;
            isInWord = true;
        }
        const int width = character.code < 0
                              ? U_EA_NEUTRAL
                              : u_getIntPropertyValue(character.code, UCHAR_EAST_ASIAN_WIDTH);
        columns += width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
    }
    return words >= kLeastWords || columns >= kLeastColumns;
}

// Goes through one block that is neither a block quote nor code.
class MarkScan {
  public:
    MarkScan(std::string_view answer, ByteRange block, std::vector<Quotation>& quotations)
        : m_text(answer.substr(0, block.end)),
          m_begin(block.begin),
          m_code(inlineCode(answer, block)),
          m_quotations(quotations) {}

    void run() {
        for (std::size_t at = m_begin; at < m_text.size();) {
            if (const ByteRange* code = codeAt(at)) {
                add(Quotation::Kind::inlineCode, *code);
                at = code->end;
                continue;
            }
            const Character character = characterAt(m_text, at);
            const std::size_t inside = at + character.bytes;
            const Marks* marks = marksOpenedBy(character.code);
            const std::size_t end = marks != nullptr && opens(character.code, at, inside)
                                        ? closingMark(*marks, inside)
                                        : m_text.npos;
            if (end == m_text.npos) {
                at = inside;
            } else {
                add(Quotation::Kind::marks, {inside, end});
                at = end + characterAt(m_text, end).bytes;
            }
        }
    }

  private:
    // The code that begins at or around an offset; offsets only rise.
    const ByteRange* codeAt(std::size_t at) {
        while (m_nextCode < m_code.size() && m_code[m_nextCode].end <= at) ++m_nextCode;
        const bool isInside = m_nextCode < m_code.size() && m_code[m_nextCode].begin <= at;
        return isInside ? &m_code[m_nextCode] : nullptr;
    }

    Character before(std::size_t at) const {
        return at == m_begin ? Character{} : characterBefore(m_text, at);
    }

    // Not behind a letter, as apostrophes and inches are.
    bool opens(std::int32_t code, std::size_t at, std::size_t inside) const {
        if (!isAmbiguous(code)) return true;
        return !isWordPart(before(at)) && !isBlank(characterAt(m_text, inside));
    }

    // Where the mark stands that closes what begins at `inside`; npos if none does. What was not
    // found once is not there farther on either: a text made of open marks takes no longer.
    std::size_t closingMark(const Marks& marks, std::size_t inside) {
        const auto index = static_cast<std::size_t>(&marks - std::begin(kMarks));
        if (m_isNeverClosed[index]) return m_text.npos;
        std::size_t code = m_nextCode;
        for (std::size_t at = inside; at < m_text.size();) {
            while (code < m_code.size() && m_code[code].end <= at) ++code;
            if (code < m_code.size() && m_code[code].begin <= at) {
                at = m_code[code].end;
                continue;
            }
            const Character character = characterAt(m_text, at);
            const bool isMark =
                character.code == marks.close[0] || character.code == marks.close[1];
            if (isMark && character.code > 0 && at > inside && closes(character, at)) return at;
            at += character.bytes;
        }
        m_isNeverClosed[index] = true;
        return m_text.npos;
    }

    bool closes(Character mark, std::size_t at) const {
        if (!isAmbiguous(mark.code)) return true;
        const bool isFrench = mark.code == 0xBB || mark.code == 0x203A;
        return !isWordPart(characterAt(m_text, at + mark.bytes)) &&
               (isFrench || !isBlank(before(at)));
    }

    void add(Quotation::Kind kind, ByteRange range) {
        range = trimmed(m_text, range);
        const std::string_view text = range.of(m_text);
        if (isLongEnough(text)) m_quotations.push_back({kind, range, std::string(text)});
    }

    std::string_view m_text;
    std::size_t m_begin;
    std::vector<ByteRange> m_code;
    std::size_t m_nextCode = 0;
    std::array<bool, std::size(kMarks)> m_isNeverClosed{};
    std::vector<Quotation>& m_quotations;
};

// "-- Author" below a block quote.
bool isAttribution(std::string_view line) {
    return line.starts_with("--") || line.starts_with("\u2014") || line.starts_with("\u2013");
}

// Narrows the lines of a block quote to what stands between the marks around them, if any do.
void leaveOutMarks(std::string_view answer, std::vector<ByteRange>& lines) {
    const Character first = characterAt(answer, lines.front().begin);
    const Character last = characterBefore(answer, lines.back().end);
    const Marks* marks = marksOpenedBy(first.code);
    const bool isMarked = marks != nullptr && last.code > 0 &&
                          (last.code == marks->close[0] || last.code == marks->close[1]) &&
                          lines.back().end - lines.front().begin >= first.bytes + last.bytes;
    if (!isMarked) return;
    lines.front().begin += first.bytes;
    lines.back().end -= last.bytes;
}

// A block that is a quotation as a whole.
void addWholeBlock(std::string_view answer, const MarkdownBlock& block,
                   std::vector<Quotation>& quotations) {
    const bool isCode = block.kind == MarkdownBlock::Kind::code;
    std::vector<ByteRange> lines = block.lines;
    if (!isCode)
        while (!lines.empty() && isAttribution(lines.back().of(answer))) lines.pop_back();
    if (lines.empty()) return;
    if (!isCode) leaveOutMarks(answer, lines);
    Quotation quotation;
    quotation.kind = isCode ? Quotation::Kind::codeBlock : Quotation::Kind::blockQuote;
    quotation.range = {lines.front().begin, lines.back().end};
    for (const ByteRange& line : lines) {
        if (!quotation.text.empty()) quotation.text += '\n';
        quotation.text += line.of(answer);
    }
    if (isLongEnough(quotation.text)) quotations.push_back(std::move(quotation));
}

}  // namespace

std::vector<Quotation> findQuotations(std::string_view answer) {
    std::vector<Quotation> quotations;
    for (const MarkdownBlock& block : markdownBlocks(answer)) {
        if (block.isQuoted || block.kind == MarkdownBlock::Kind::code)
            addWholeBlock(answer, block, quotations);
        else
            MarkScan(answer, block.range(), quotations).run();
    }
    return quotations;
}

}  // namespace asterism
