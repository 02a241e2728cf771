#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/documents/document_reader.h"

namespace asterism {

// Puts together the text of a format that has structure: readers say what begins and ends, this
// class keeps white space, line and paragraph breaks and the marks right. Paragraphs are separated
// by an empty line, headings begin with # signs, as many as their level, list items with a dash.
class TextBuilder {
  public:
    // More text than `textBytes` of the limits ends in RefusedFile.
    explicit TextBuilder(const ReadLimits& limits) : m_textBytes(limits.textBytes) {}

    // Running text: every run of white space becomes one blank.
    void addText(std::string_view text);
    // Text whose white space matters.
    void addVerbatim(std::string_view text);

    void breakLine();
    void breakParagraph();

    // Closed by endHeading, which drops the heading again if no text came.
    void beginHeading(int level);
    void endHeading();

    // `depth` counts from 1. Items are lines of their own, lists are not broken by empty lines.
    void beginItem(int depth);

    // A paragraph behind a label, such as the number of a footnote.
    void beginEntry(std::string_view label);

    // A row is a line; its cells are separated by " | ". After the table comes breakParagraph.
    void beginRow();
    void beginCell();
    void endCell();

    void markPage(int number);
    void note(std::string text) { m_result.notes.push_back(std::move(text)); }
    void lowerQuality(TextQuality quality);

    bool isEmpty() const { return m_result.text.empty(); }

    // Throws RefusedFile (noText) if nothing but white space came.
    ReadText take();

  private:
    enum class Break { none, line, paragraph };

    void addWord(std::string_view word);
    void append(std::string_view text);
    void flushBreak();

    std::uintmax_t m_textBytes;
    ReadText m_result;
    Break m_break = Break::none;     // wanted before the next text
    bool m_hasInvalid = false;       // bytes that are not UTF-8 came
    bool m_isFirstCell = false;      // of its row
    bool m_isAtCellBegin = false;    // no text in this cell yet
    bool m_wantsBlank = false;       // white space was seen since the last text
    std::string m_prefix;            // of the line that comes: list dash, heading signs
    std::size_t m_headingLevel = 0;  // 0 outside headings
    std::size_t m_headingBegin = 0;  // where its title begins
};

}  // namespace asterism
