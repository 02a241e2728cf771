#include "core/documents/text_builder.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "core/text/utf8.h"

namespace asterism {

namespace {

constexpr std::string_view kWhite = " \t\n\r\f";
constexpr std::string_view kSoftHyphen = "\xC2\xAD";
constexpr int kDeepestItem = 12;

}  // namespace

void TextBuilder::append(std::string_view text) {
    if (m_result.text.size() + text.size() > m_textBytes)
        throw RefusedFile(LeftOutCause::tooLarge, "holds more than ", m_textBytes / 1'000'000,
                          " MB of text");
    m_result.text += text;
}

void TextBuilder::flushBreak() {
    std::string& text = m_result.text;
    if (m_break != Break::none && !text.empty()) {
        while (text.ends_with(' ')) text.pop_back();
        const std::size_t wanted = m_break == Break::paragraph ? 2 : 1;
        const std::size_t last = text.find_last_not_of('\n');
        const std::size_t present = text.size() - (last == text.npos ? 0 : last + 1);
        if (present < wanted) append(std::string(wanted - present, '\n'));
    }
    const bool isInLine = m_break == Break::none && !text.empty() && !text.ends_with('\n');
    if (m_wantsBlank && isInLine && m_prefix.empty() && !text.ends_with(' ')) append(" ");
    m_break = Break::none;
    m_wantsBlank = false;
    m_isAtCellBegin = false;
    append(m_prefix);
    m_prefix.clear();
}

void TextBuilder::addText(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t begin = std::min(text.find_first_not_of(kWhite, at), text.size());
        if (begin > at) m_wantsBlank = true;
        const std::size_t end = std::min(text.find_first_of(kWhite, begin), text.size());
        addWord(text.substr(begin, end - begin));
        at = end;
    }
}

void TextBuilder::addWord(std::string_view word) {
    while (!word.empty()) {
        const std::size_t end = std::min(word.find(kSoftHyphen), word.size());
        if (end > 0) addVerbatim(word.substr(0, end));
        word.remove_prefix(std::min(end + kSoftHyphen.size(), word.size()));
    }
}

void TextBuilder::addVerbatim(std::string_view text) {
    if (text.empty()) return;
    if (findInvalidUtf8(text) != text.npos) {
        m_hasInvalid = true;
        return addVerbatim(replaceInvalidUtf8(text));
    }
    flushBreak();
    if (m_headingLevel > 0 && m_headingBegin == 0) m_headingBegin = m_result.text.size();
    append(text);
}

// A break before the first text of a cell is that of a paragraph inside it: the row goes on.
void TextBuilder::breakLine() {
    if (!m_isAtCellBegin) m_break = std::max(m_break, Break::line);
}

void TextBuilder::breakParagraph() {
    if (!m_isAtCellBegin) m_break = Break::paragraph;
}

void TextBuilder::beginHeading(int level) {
    if (m_headingLevel > 0) endHeading();
    breakParagraph();
    m_headingLevel = static_cast<std::size_t>(std::clamp(level, 1, 6));
    m_headingBegin = 0;
    m_prefix = std::string(m_headingLevel, '#') + ' ';
}

void TextBuilder::endHeading() {
    if (m_headingLevel == 0) return;
    if (m_headingBegin > 0) {
        const std::string& text = m_result.text;
        std::string title = text.substr(m_headingBegin);
        std::replace(title.begin(), title.end(), '\n', ' ');
        m_result.marks.push_back({Mark::Kind::heading, m_headingBegin - m_headingLevel - 1,
                                  static_cast<int>(m_headingLevel), std::move(title)});
    }
    m_prefix.clear();
    m_headingLevel = 0;
    breakParagraph();
}

void TextBuilder::beginItem(int depth) {
    breakLine();
    m_prefix =
        std::string(2 * static_cast<std::size_t>(std::clamp(depth, 1, kDeepestItem) - 1), ' ') +
        "- ";
}

void TextBuilder::beginEntry(std::string_view label) {
    breakParagraph();
    m_prefix = std::string(label) + ' ';
}

void TextBuilder::beginRow() {
    m_isAtCellBegin = false;
    breakLine();
    m_isFirstCell = true;
}

void TextBuilder::beginCell() {
    m_isAtCellBegin = true;
    if (std::exchange(m_isFirstCell, false)) return;
    // An empty first cell leaves its row's break behind.
    if (m_break != Break::none) flushBreak();
    m_wantsBlank = false;
    append(m_result.text.empty() || std::isspace(static_cast<unsigned char>(m_result.text.back()))
               ? "| "
               : " | ");
}

void TextBuilder::endCell() {
    // Breaks behind the last paragraph of a cell would end the row.
    if (!m_isAtCellBegin) m_break = Break::none;
    m_isAtCellBegin = false;
}

void TextBuilder::markPage(int number) {
    // A sentence may run over the page's end: no empty line in between.
    breakLine();
    flushBreak();
    m_result.marks.push_back({Mark::Kind::page, m_result.text.size(), number, {}});
}

void TextBuilder::lowerQuality(TextQuality quality) {
    m_result.quality = std::max(m_result.quality, quality);
}

ReadText TextBuilder::take() {
    std::string& text = m_result.text;
    const std::size_t last = text.find_last_not_of(kWhite);
    if (last == text.npos) throw RefusedFile(LeftOutCause::noText, "holds no text");
    text.resize(last + 1);
    text += '\n';
    if (m_hasInvalid) {
        note("some characters are damaged; they are shown as U+FFFD");
        lowerQuality(TextQuality::doubtful);
    }
    for (Mark& mark : m_result.marks) mark.offset = std::min(mark.offset, text.size());
    return std::move(m_result);
}

}  // namespace asterism
