#include "ui/source/numbered_text_view.h"

#include <algorithm>

#include <QFontDatabase>
#include <QPaintEvent>
#include <QPainter>
#include <QTextBlock>

#include "ui/source/passage_finder.h"
#include "ui/theme.h"

namespace asterism {

namespace {

// Without a size: that of the text around it holds, also when it changes.
QFont fixedFont() {
    QFont font;
    font.setFamilies(QFontDatabase::systemFont(QFontDatabase::FixedFont).families());
    font.setStyleHint(QFont::Monospace);
    return font;
}

}  // namespace

class NumberedTextView::Numbers : public QWidget {
  public:
    explicit Numbers(NumberedTextView* view) : QWidget(view), m_view(*view) {}

  protected:
    void paintEvent(QPaintEvent* event) override { m_view.paintNumbers(event); }

  private:
    NumberedTextView& m_view;
};

NumberedTextView::NumberedTextView(QWidget* parent)
    : QPlainTextEdit(parent), m_numbers(new Numbers(this)) {
    setObjectName(QStringLiteral("sourceTextView"));
    setAccessibleName(tr("Text of the source"));
    setReadOnly(true);
    setFrameShape(QFrame::NoFrame);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setFont(fixedFont());
    setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    connect(this, &QPlainTextEdit::blockCountChanged, this, &NumberedTextView::placeNumbers);
    connect(this, &QPlainTextEdit::updateRequest, m_numbers,
            [this](const QRect&, int) { m_numbers->update(); });
    placeNumbers();
}

void NumberedTextView::mark(int begin, int end) {
    if (begin >= end) {
        setExtraSelections({});
        return;
    }
    QTextCursor passage(document());
    passage.setPosition(begin);
    setTextCursor(passage);
    centerCursor();
    passage.setPosition(std::min(end, document()->characterCount() - 1), QTextCursor::KeepAnchor);
    setExtraSelections({{passage, passageFormat(palette())}});
}

QString NumberedTextView::markedText() const {
    return extraSelections().isEmpty() ? QString()
                                       : extraSelections().first().cursor.selectedText();
}

int NumberedTextView::numbersWidth() const {
    const auto digits = QString::number(std::max(1, blockCount())).size();
    return fontMetrics().horizontalAdvance(QLatin1Char('9')) * static_cast<int>(digits) +
           2 * kGridUnit;
}

void NumberedTextView::placeNumbers() {
    const int width = numbersWidth();
    const bool isLeftToRight = layoutDirection() == Qt::LeftToRight;
    setViewportMargins(isLeftToRight ? width : 0, 0, isLeftToRight ? 0 : width, 0);
    const QRect inside = contentsRect();
    m_numbers->setGeometry(isLeftToRight ? inside.left() : inside.right() - width, inside.top(),
                           width, inside.height());
}

void NumberedTextView::resizeEvent(QResizeEvent* event) {
    QPlainTextEdit::resizeEvent(event);
    placeNumbers();
}

void NumberedTextView::changeEvent(QEvent* event) {
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::FontChange && m_numbers) placeNumbers();
}

void NumberedTextView::paintNumbers(QPaintEvent* event) {
    QPainter painter(m_numbers);
    const Theme& theme = Theme::of(palette());
    painter.fillRect(event->rect(), theme.window);
    painter.setPen(theme.mutedText);
    painter.setFont(font());
    QTextBlock block = firstVisibleBlock();
    while (block.isValid()) {
        const QRectF place = blockBoundingGeometry(block).translated(contentOffset());
        if (place.top() > event->rect().bottom()) break;
        painter.drawText(0, static_cast<int>(place.top()), m_numbers->width() - kGridUnit,
                         fontMetrics().lineSpacing(), Qt::AlignRight,
                         QString::number(block.blockNumber() + 1));
        block = block.next();
    }
}

}  // namespace asterism
