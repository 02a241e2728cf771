#include "ui/source/reading_view.h"

#include <QEvent>

#include "ui/chat/markdown_text.h"
#include "ui/source/passage_finder.h"
#include "ui/theme.h"

namespace asterism {

ReadingView::ReadingView(QWidget* parent) : QTextBrowser(parent) {
    setObjectName(QStringLiteral("readingView"));
    setAccessibleName(tr("The source as it is read"));
    setFrameShape(QFrame::NoFrame);
    setOpenLinks(false);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
}

void ReadingView::showText(const QString& markdown) {
    m_text = markdown;
    m_markEnd = m_markBegin = 0;
    render();
}

void ReadingView::mark(int begin, int end) {
    m_markBegin = begin;
    m_markEnd = end;
    QTextCursor passage(document());
    passage.setPosition(begin);
    setTextCursor(passage);
    ensureCursorVisible();
    passage.setPosition(end, QTextCursor::KeepAnchor);
    setExtraSelections({{passage, passageFormat(palette())}});
}

void ReadingView::render() {
    document()->setDefaultFont(font());
    showMarkdown(*document(), m_text, {}, palette());
    document()->setDocumentMargin(2 * kGridUnit);
    if (m_markEnd > m_markBegin) mark(m_markBegin, m_markEnd);
}

QVariant ReadingView::loadResource(int, const QUrl&) {
    return {};
}

void ReadingView::changeEvent(QEvent* event) {
    QTextBrowser::changeEvent(event);
    const bool isLook =
        event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange;
    if (isLook && !m_text.isEmpty()) render();
}

}  // namespace asterism
