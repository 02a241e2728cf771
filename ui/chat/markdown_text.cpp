#include "ui/chat/markdown_text.h"

#include <algorithm>
#include <utility>

#include <QCoreApplication>
#include <QFontDatabase>
#include <QPalette>
#include <QRegularExpression>
#include <QTextCursor>
#include <QTextDocument>
#include <QTextDocumentFragment>
#include <QTextFrame>
#include <QTextList>
#include <QTextTable>

#include "storage/records.h"
#include "ui/theme.h"

namespace asterism {

namespace {

// Signs travel through the Markdown parser as characters of Unicode's private use area.
constexpr char16_t kQuotationBegin = 0xE0FE;
constexpr char16_t kQuotationEnd = 0xE0FF;
constexpr char16_t kCitation = 0xE100;  // + number

// A run of lines that is Markdown, or the text of a fenced code block.
struct Segment {
    bool isCode = false;
    QString language;
    QString text;
};

struct Fence {
    QChar sign;
    qsizetype length = 0;  // 0: the line is no fence
    QString info;
};

Fence fenceOf(const QString& line) {
    static const QRegularExpression pattern(
        QStringLiteral("^ {0,3}(`{3,}(?=[^`]*$)|~{3,})[ \\t]*(.*?)[ \\t]*$"));
    const QRegularExpressionMatch match = pattern.match(line);
    if (!match.hasMatch()) return {};
    return {match.captured(1).front(), match.captured(1).size(), match.captured(2)};
}

std::vector<Segment> segmentsOf(const QString& markdown) {
    std::vector<Segment> segments(1);
    Fence open;
    for (const QString& line : markdown.split(QLatin1Char('\n'))) {
        const Fence fence = fenceOf(line);
        if (open.length == 0 && fence.length > 0) {
            open = fence;
            segments.push_back({true, fence.info.section(QLatin1Char(' '), 0, 0), {}});
        } else if (open.length > 0 && fence.sign == open.sign && fence.length >= open.length &&
                   fence.info.isEmpty()) {
            open = {};
            segments.emplace_back();
        } else {
            segments.back().text += line + QLatin1Char('\n');
        }
    }
    return segments;
}

QString withSigns(QString text, std::vector<TextSign> signs) {
    std::stable_sort(signs.begin(), signs.end(), [](const TextSign& one, const TextSign& other) {
        return one.position < other.position;
    });
    for (auto sign = signs.rbegin(); sign != signs.rend(); ++sign) {
        char16_t letter =
            sign->kind == TextSign::Kind::quotationBegin ? kQuotationBegin : kQuotationEnd;
        if (sign->kind == TextSign::Kind::citation)
            letter = static_cast<char16_t>(kCitation + std::clamp(sign->number, 1, kMostCitations));
        text.insert(std::clamp<qsizetype>(sign->position, 0, text.size()), QChar(letter));
    }
    return text;
}

const QRegularExpression& signPattern() {
    static const QRegularExpression pattern(QStringLiteral("[\\x{E0FE}-\\x{E1FF}]"));
    return pattern;
}

class Writer {
  public:
    Writer(QTextDocument& document, const QPalette& palette)
        : m_document(document),
          m_cursor(&document),
          m_palette(palette),
          m_theme(Theme::of(palette)) {}

    void write(const QString& markdown) {
        int codeNumber = 0;
        for (const Segment& segment : segmentsOf(markdown)) {
            if (segment.isCode)
                writeCode(segment, codeNumber++);
            else if (!segment.text.trimmed().isEmpty())
                writeProse(segment.text);
        }
        removeEmptyEdges();
    }

    void placeSigns() {
        QTextCursor begin;
        for (QTextCursor found = m_document.find(signPattern()); !found.isNull();
             found = m_document.find(signPattern(), found)) {
            const char16_t letter = found.selectedText().front().unicode();
            if (letter == kQuotationBegin) {
                found.removeSelectedText();
                begin = found;
                begin.setKeepPositionOnInsert(true);
            } else if (letter == kQuotationEnd) {
                found.removeSelectedText();
                if (!begin.isNull()) flagQuotation(begin, found);
            } else {
                writeChip(found, letter - kCitation);
            }
        }
    }

  private:
    void writeProse(const QString& text) {
        QTextDocument part;
        part.setDefaultFont(m_document.defaultFont());
        part.setMarkdown(text,
                         QTextDocument::MarkdownFeatures(QTextDocument::MarkdownDialectGitHub |
                                                         QTextDocument::MarkdownNoHTML));
        style(part);
        if (m_isBegun) m_cursor.insertBlock(QTextBlockFormat(), QTextCharFormat());
        m_isBegun = true;
        m_cursor.insertFragment(QTextDocumentFragment(&part));
        m_cursor.movePosition(QTextCursor::End);
    }

    // Distances, the look of inline code and links; images become links.
    void style(QTextDocument& part) {
        for (QTextBlock block = part.begin(); block.isValid(); block = block.next()) {
            QTextCursor cursor(block);
            QTextBlockFormat format = block.blockFormat();
            const bool isTight = block.textList() || cursor.currentTable();
            format.setTopMargin(format.headingLevel() > 0 ? kGridUnit : 0);
            format.setBottomMargin(isTight ? 2 : kGridUnit);
            if (!cursor.currentTable())
                format.setLineHeight(125, QTextBlockFormat::ProportionalHeight);
            cursor.setBlockFormat(format);
            std::vector<std::pair<int, QTextFragment>> fragments;
            for (auto it = block.begin(); !it.atEnd(); ++it)
                fragments.emplace_back(it.fragment().position(), it.fragment());
            for (auto it = fragments.rbegin(); it != fragments.rend(); ++it)
                styleFragment(part, it->second, format.headingLevel());
        }
        for (QTextFrame* frame : part.rootFrame()->childFrames())
            if (auto* table = qobject_cast<QTextTable*>(frame)) styleTable(*table);
    }

    void styleFragment(QTextDocument& part, const QTextFragment& fragment, int headingLevel) {
        QTextCursor cursor(&part);
        cursor.setPosition(fragment.position());
        cursor.setPosition(fragment.position() + fragment.length(), QTextCursor::KeepAnchor);
        QTextCharFormat format = fragment.charFormat();
        if (format.isImageFormat()) {
            const QString address = format.toImageFormat().name();
            QTextCharFormat link;
            link.setAnchor(true);
            link.setAnchorHref(address);
            link.setForeground(m_palette.link());
            cursor.insertText(
                QCoreApplication::translate("MarkdownText", "[image: %1]").arg(address), link);
            return;
        }
        if (headingLevel > 0) {
            format.clearProperty(QTextFormat::FontSizeAdjustment);
            format.setFontPointSize(m_document.defaultFont().pointSizeF() *
                                    (headingLevel == 1   ? 1.35
                                     : headingLevel == 2 ? 1.2
                                                         : 1.08));
            format.setFontWeight(QFont::DemiBold);
        }
        if (format.fontFixedPitch()) {
            format.setFont(codeFont(), QTextCharFormat::FontPropertiesSpecifiedOnly);
            format.setBackground(m_theme.window);
        }
        if (format.isAnchor()) format.setForeground(m_palette.link());
        cursor.setCharFormat(format);
    }

    void styleTable(QTextTable& table) {
        QTextTableFormat format = table.format();
        format.setBorder(1);
        format.setBorderCollapse(true);
        format.setBorderBrush(m_theme.line);
        format.setBorderStyle(QTextFrameFormat::BorderStyle_Solid);
        format.setCellPadding(4);
        format.setCellSpacing(0);
        format.setBottomMargin(kGridUnit);
        table.setFormat(format);
    }

    QFont codeFont() const {
        QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
        font.setPointSizeF(m_document.defaultFont().pointSizeF() * 0.93);
        return font;
    }

    void writeCode(const Segment& segment, int number) {
        QTextFrameFormat frame;
        frame.setBackground(m_theme.window);
        frame.setPadding(kGridUnit);
        frame.setTopMargin(kGridUnit / 2);
        frame.setBottomMargin(kGridUnit);
        frame.setBorder(1);
        frame.setBorderBrush(m_theme.line);
        frame.setBorderStyle(QTextFrameFormat::BorderStyle_Solid);
        m_cursor.insertFrame(frame);
        QTextCharFormat muted;
        muted.setForeground(m_palette.placeholderText());
        muted.setFontPointSize(m_document.defaultFont().pointSizeF() * 0.86);
        if (!segment.language.isEmpty())
            m_cursor.insertText(segment.language + QStringLiteral("   "), muted);
        QTextCharFormat link = muted;
        link.setAnchor(true);
        link.setAnchorHref(QStringLiteral("copy:%1").arg(number));
        link.setForeground(m_palette.link());
        m_cursor.insertText(QCoreApplication::translate("MarkdownText", "Copy"), link);
        QTextCharFormat code;
        code.setFont(codeFont());
        QString text = segment.text;
        text.remove(signPattern());
        if (text.endsWith(QLatin1Char('\n'))) text.chop(1);
        m_cursor.insertBlock();
        m_cursor.insertText(text, code);
        m_cursor.movePosition(QTextCursor::End);
        m_isBegun = true;
    }

    void writeChip(QTextCursor& at, int number) {
        QTextCharFormat chip;
        chip.setAnchor(true);
        chip.setAnchorHref(QStringLiteral("cite:%1").arg(number - 1));
        QColor tint = m_theme.accent;
        tint.setAlpha(44);
        chip.setBackground(tint);
        chip.setForeground(m_palette.link());
        chip.setFontUnderline(false);
        chip.setFontPointSize(m_document.defaultFont().pointSizeF() * 0.8);
        chip.setFontWeight(QFont::DemiBold);
        QTextCharFormat space;
        at.insertText(QStringLiteral("\u2009"), space);
        at.insertText(QStringLiteral("\u2009%1\u2009").arg(number), chip);
    }

    void flagQuotation(const QTextCursor& begin, QTextCursor& end) {
        QTextCursor range = begin;
        range.setPosition(end.position(), QTextCursor::KeepAnchor);
        QTextCharFormat flagged;
        flagged.setUnderlineStyle(QTextCharFormat::WaveUnderline);
        flagged.setUnderlineColor(m_theme.stateColor(DocumentState::changed));
        range.mergeCharFormat(flagged);
        QTextCharFormat note;
        note.setForeground(m_theme.stateColor(DocumentState::changed));
        note.setFontPointSize(m_document.defaultFont().pointSizeF() * 0.86);
        end.insertText(QCoreApplication::translate("MarkdownText", " [not found in the sources]"),
                       note);
    }

    // Qt puts an empty line before and after a frame, and the last paragraph needs no distance.
    void removeEmptyEdges() {
        QTextCursor cursor(&m_document);
        QTextBlockFormat none;
        none.setLineHeight(1, QTextBlockFormat::FixedHeight);
        for (QTextBlock block = m_document.begin(); block.isValid(); block = block.next()) {
            const bool isEdge = block.text().isEmpty() &&
                                QTextCursor(block).currentFrame() == m_document.rootFrame();
            if (isEdge) QTextCursor(block).setBlockFormat(none);
        }
        QTextBlock last = m_document.lastBlock();
        QTextBlockFormat format = last.blockFormat();
        format.setBottomMargin(0);
        QTextCursor(last).setBlockFormat(format);
    }

    QTextDocument& m_document;
    QTextCursor m_cursor;
    const QPalette& m_palette;
    const Theme& m_theme;
    bool m_isBegun = false;
};

}  // namespace

void showMarkdown(QTextDocument& document, const QString& markdown,
                  const std::vector<TextSign>& signs, const QPalette& palette) {
    document.clear();
    document.setUndoRedoEnabled(false);
    document.setDocumentMargin(0);
    document.setIndentWidth(2.5 * kGridUnit);
    QString text = markdown;
    text.remove(signPattern());  // none of these came from us
    Writer writer(document, palette);
    writer.write(withSigns(text, text.size() == markdown.size() ? signs : std::vector<TextSign>()));
    writer.placeSigns();
}

QStringList codeBlocks(const QString& markdown) {
    QStringList texts;
    for (const Segment& segment : segmentsOf(markdown))
        if (segment.isCode) texts << segment.text;
    return texts;
}

}  // namespace asterism
