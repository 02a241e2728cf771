#include "ui/widgets/panel_header.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

#include "ui/icons.h"
#include "ui/theme.h"

namespace asterism {

PanelHeader::PanelHeader(const QString& title, QWidget* parent)
    : QWidget(parent), m_layout(new QHBoxLayout(this)), m_figuresLabel(new QLabel(this)) {
    auto* titleLabel = new QLabel(title, this);
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    titleLabel->setFont(bold);
    m_figuresLabel->setForegroundRole(QPalette::PlaceholderText);
    m_layout->setContentsMargins(kGridUnit + kGridUnit / 2, kGridUnit / 2, kGridUnit / 2,
                                 kGridUnit / 2);
    m_layout->setSpacing(kGridUnit / 2);
    m_layout->addWidget(titleLabel);
    m_layout->addWidget(m_figuresLabel, 1);
}

void PanelHeader::setFigures(const QString& figures) {
    m_figuresLabel->setText(figures);
}

QToolButton* PanelHeader::addButton(const char* iconName, const QString& name,
                                    const QString& objectName) {
    QToolButton* button = makeIconButton(iconName, name, objectName, this);
    m_layout->addWidget(button);
    return button;
}

QToolButton* makeIconButton(const char* iconName, const QString& name, const QString& objectName,
                            QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setObjectName(objectName);
    button->setIcon(icon(iconName));
    button->setIconSize(QSize(2 * kGridUnit, 2 * kGridUnit));
    button->setAutoRaise(true);
    button->setToolTip(name);
    button->setAccessibleName(name);
    button->setFocusPolicy(Qt::TabFocus);
    return button;
}

}  // namespace asterism
