#include "ui/chat/question_edit.h"

#include <algorithm>

#include <QKeyEvent>
#include <QMimeData>
#include <QTextBlock>
#include <QTextLayout>

#include "ui/theme.h"

namespace asterism {

QuestionEdit::QuestionEdit(QWidget* parent) : QPlainTextEdit(parent) {
    setObjectName(QStringLiteral("questionEdit"));
    setAccessibleName(tr("Question"));
    setTabChangesFocus(true);
    setAcceptDrops(false);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    document()->setDocumentMargin(kGridUnit / 2.0);
    connect(this, &QPlainTextEdit::textChanged, this, &QuestionEdit::fitHeight);
    fitHeight();
}

void QuestionEdit::keyPressEvent(QKeyEvent* event) {
    const bool isEnter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (isEnter && !(event->modifiers() & (Qt::ShiftModifier | Qt::AltModifier)))
        emit sendAsked();
    else
        QPlainTextEdit::keyPressEvent(event);
}

void QuestionEdit::insertFromMimeData(const QMimeData* source) {
    if (source->hasText() && source->text().size() > kLongPaste)
        emit longTextPasted(source->text());
    else if (source->hasText())
        insertPlainText(source->text());
}

void QuestionEdit::resizeEvent(QResizeEvent* event) {
    QPlainTextEdit::resizeEvent(event);
    fitHeight();
}

// One line at least, eight at most, then it scrolls.
void QuestionEdit::fitHeight() {
    constexpr int kMostLines = 8;
    int lines = 0;
    for (QTextBlock block = document()->begin(); block.isValid(); block = block.next())
        lines += std::max(1, block.layout() ? block.layout()->lineCount() : 1);
    const int shown = std::clamp(lines, 1, kMostLines);
    setVerticalScrollBarPolicy(lines > kMostLines ? Qt::ScrollBarAsNeeded : Qt::ScrollBarAlwaysOff);
    setFixedHeight(shown * fontMetrics().lineSpacing() + kGridUnit + 4);
}

}  // namespace asterism
