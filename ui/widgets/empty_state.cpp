#include "ui/widgets/empty_state.h"

#include <QEvent>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/icons.h"
#include "ui/theme.h"
#include "ui/widgets/relative_font.h"

namespace asterism {

EmptyState::EmptyState(QWidget* parent)
    : QWidget(parent),
      m_signLabel(new QLabel(this)),
      m_titleLabel(new QLabel(this)),
      m_textLabel(new QLabel(this)),
      m_actionButton(new QPushButton(this)) {
    m_signLabel->setAlignment(Qt::AlignCenter);
    m_titleLabel->setObjectName(QStringLiteral("emptyStateTitleLabel"));
    setRelativeFont(m_titleLabel, kHeading, QFont::DemiBold);
    for (QLabel* label : {m_titleLabel, m_textLabel}) {
        label->setAlignment(Qt::AlignCenter);
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
    }
    m_textLabel->setForegroundRole(QPalette::PlaceholderText);
    m_actionButton->setObjectName(QStringLiteral("emptyStateButton"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(2 * kGridUnit, 2 * kGridUnit, 2 * kGridUnit, 2 * kGridUnit);
    layout->setSpacing(kGridUnit);
    layout->addStretch(2);
    layout->addWidget(m_signLabel);
    layout->addWidget(m_titleLabel);
    layout->addWidget(m_textLabel);
    layout->addSpacing(kGridUnit / 2);
    layout->addWidget(m_actionButton, 0, Qt::AlignHCenter);
    layout->addStretch(3);
    connect(m_actionButton, &QPushButton::clicked, this, &EmptyState::activated);
}

void EmptyState::show(const char* iconName, const QString& title, const QString& text,
                      const QString& button) {
    m_iconName = iconName;
    showSign();
    m_titleLabel->setText(title);
    m_textLabel->setText(text);
    m_textLabel->setVisible(!text.isEmpty());
    m_actionButton->setText(button);
    m_actionButton->setVisible(!button.isEmpty());
}

void EmptyState::showSign() {
    m_signLabel->setPixmap(
        icon(m_iconName, palette().color(QPalette::PlaceholderText)).pixmap(QSize(40, 40)));
}

void EmptyState::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) showSign();
}

}  // namespace asterism
