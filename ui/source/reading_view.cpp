#include "ui/source/reading_view.h"

#include <QEvent>

#include "ui/chat/markdown_text.h"
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
    document()->setDefaultFont(font());
    showMarkdown(*document(), markdown, {}, palette());
    document()->setDocumentMargin(2 * kGridUnit);
}

QVariant ReadingView::loadResource(int, const QUrl&) {
    return {};
}

void ReadingView::changeEvent(QEvent* event) {
    QTextBrowser::changeEvent(event);
    const bool isLook =
        event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange;
    if (isLook && !m_text.isEmpty()) showText(m_text);
}

}  // namespace asterism
