#include "ui/widgets/notice_bar.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>

#include "storage/records.h"
#include "ui/icons.h"
#include "ui/theme.h"

namespace asterism {

namespace {

QColor colorOf(NoticeBar::Kind kind, const QPalette& palette) {
    const Theme& theme = Theme::of(palette);
    switch (kind) {
        case NoticeBar::Kind::information:
            return theme.accent;
        case NoticeBar::Kind::warning:
            return theme.stateColor(DocumentState::changed);
        case NoticeBar::Kind::error:
            return theme.stateColor(DocumentState::failed);
    }
    return theme.accent;
}

const char* signOf(NoticeBar::Kind kind) {
    switch (kind) {
        case NoticeBar::Kind::information:
            return "dialog-information";
        case NoticeBar::Kind::warning:
            return "dialog-warning";
        case NoticeBar::Kind::error:
            return "dialog-error";
    }
    return "dialog-information";
}

}  // namespace

NoticeBar::NoticeBar(QWidget* parent)
    : QWidget(parent),
      m_signLabel(new QLabel(this)),
      m_textLabel(new QLabel(this)),
      m_actionButton(new QPushButton(this)) {
    m_signLabel->setAlignment(Qt::AlignTop);
    m_textLabel->setObjectName(QStringLiteral("noticeLabel"));
    m_textLabel->setTextFormat(Qt::PlainText);
    m_textLabel->setWordWrap(true);
    m_textLabel->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_actionButton->setObjectName(QStringLiteral("noticeButton"));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(kGridUnit + kGridUnit / 2, kGridUnit, kGridUnit, kGridUnit);
    layout->setSpacing(kGridUnit);
    layout->addWidget(m_signLabel);
    layout->addWidget(m_textLabel, 1);
    layout->addWidget(m_actionButton, 0, Qt::AlignVCenter);
    connect(m_actionButton, &QPushButton::clicked, this, &NoticeBar::activated);
    hide();
}

void NoticeBar::show(Kind kind, const QString& text, const QString& button) {
    m_kind = kind;
    showSign();
    m_textLabel->setText(text);
    m_actionButton->setText(button);
    m_actionButton->setVisible(!button.isEmpty());
    setVisible(!text.isEmpty());
    update();
}

void NoticeBar::showSign() {
    m_signLabel->setPixmap(icon(signOf(m_kind), colorOf(m_kind, palette())).pixmap(QSize(18, 18)));
}

void NoticeBar::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) showSign();
}

QString NoticeBar::text() const {
    return m_textLabel->text();
}

void NoticeBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    QColor tint = colorOf(m_kind, palette());
    painter.fillRect(rect().x(), 0, 3, height(), tint);
    tint.setAlpha(28);
    painter.fillRect(rect(), tint);
}

}  // namespace asterism
