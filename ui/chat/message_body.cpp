#include "ui/chat/message_body.h"

#include <cmath>

#include <QClipboard>
#include <QGuiApplication>
#include <QHelpEvent>
#include <QToolTip>
#include <QWheelEvent>

namespace asterism {

MessageBody::MessageBody(QWidget* parent) : QTextBrowser(parent) {
    setObjectName(QStringLiteral("messageBody"));
    setFrameShape(QFrame::NoFrame);
    setOpenLinks(false);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    viewport()->setAutoFillBackground(false);
    setTextInteractionFlags(Qt::TextBrowserInteraction | Qt::TextSelectableByKeyboard);
    connect(this, &QTextBrowser::anchorClicked, this, &MessageBody::follow);
}

void MessageBody::showText(const QString& markdown, const std::vector<TextSign>& signs) {
    m_text = markdown;
    m_signs = signs;
    m_isPlain = false;
    render();
}

void MessageBody::showPlain(const QString& text) {
    m_text = text;
    m_isPlain = true;
    render();
}

void MessageBody::render() {
    document()->setDefaultFont(font());
    if (m_isPlain) {
        document()->setDocumentMargin(0);
        document()->setPlainText(m_text);
    } else {
        showMarkdown(*document(), m_text, m_signs, palette());
    }
}

int MessageBody::textWidth() const {
    return static_cast<int>(std::ceil(document()->idealWidth())) + 1;
}

void MessageBody::fitWidth(int width) {
    document()->setTextWidth(width);
    setFixedSize(width, static_cast<int>(std::ceil(document()->size().height())));
}

QVariant MessageBody::loadResource(int, const QUrl&) {
    return {};
}

bool MessageBody::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const QUrl link(anchorAt(viewport()->mapFrom(this, help->pos())));
        if (link.scheme() == QLatin1String("cite"))
            QToolTip::showText(help->globalPos(), m_quotes.value(link.path().toInt()), this);
        else if (link.isValid() && link.scheme() != QLatin1String("copy"))
            QToolTip::showText(help->globalPos(), link.toDisplayString(), this);
        else
            QToolTip::hideText();
        return true;
    }
    return QTextBrowser::event(event);
}

// The chat scrolls, not the message.
void MessageBody::wheelEvent(QWheelEvent* event) {
    event->ignore();
}

void MessageBody::changeEvent(QEvent* event) {
    QTextBrowser::changeEvent(event);
    const bool isLook =
        event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange;
    if (isLook && !m_text.isEmpty()) render();
}

void MessageBody::follow(const QUrl& link) {
    if (link.scheme() == QLatin1String("cite"))
        emit citationClicked(link.path().toInt());
    else if (link.scheme() == QLatin1String("copy"))
        QGuiApplication::clipboard()->setText(codeBlocks(m_text).value(link.path().toInt()));
    else
        emit linkClicked(link);
}

}  // namespace asterism
