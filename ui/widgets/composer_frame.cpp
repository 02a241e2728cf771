#include "ui/widgets/composer_frame.h"

#include <algorithm>

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/theme.h"

namespace asterism {

ComposerFrame::ComposerFrame(QWidget* parent) : QWidget(parent), m_box(new QWidget(this)) {
    // Spaces beside the box take what it has no use for; as margins they would keep the window from
    // becoming smaller again.
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(2 * kGridUnit, kGridUnit, 2 * kGridUnit, 2 * kGridUnit);
    layout->addStretch(1);
    layout->addWidget(m_box, 1000);
    layout->addStretch(1);
}

void ComposerFrame::setParts(QWidget* edit, QLabel* scope, QLabel* model, QPushButton* send) {
    m_edit = edit;
    edit->setAutoFillBackground(false);
    edit->installEventFilter(this);
    // Where there is little room, the model's name gives way before the scope does.
    scope->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Preferred);
    model->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    model->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(kGridUnit / 2, 0, 0, 0);
    row->setSpacing(kGridUnit);
    row->addWidget(scope);
    row->addWidget(model, 1);
    row->addWidget(send);
    auto* layout = new QVBoxLayout(m_box);
    layout->setContentsMargins(kGridUnit, kGridUnit / 2, kGridUnit, kGridUnit);
    layout->setSpacing(kGridUnit / 2);
    layout->addWidget(edit);
    layout->addLayout(row);
}

void ComposerFrame::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const Theme& theme = Theme::of(palette());
    const bool isFocused = m_edit && m_edit->hasFocus();
    painter.setPen(QPen(isFocused ? theme.accent : theme.outline, isFocused ? 1.6 : 1.0));
    painter.setBrush(theme.base);
    painter.drawRoundedRect(QRectF(m_box->geometry()).adjusted(0.5, 0.5, -0.5, -0.5), 10, 10);
}

void ComposerFrame::resizeEvent(QResizeEvent*) {
    constexpr int kColumnCharacters = 78;
    m_box->setMaximumWidth(fontMetrics().averageCharWidth() * kColumnCharacters);
}

bool ComposerFrame::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut) update();
    return QWidget::eventFilter(watched, event);
}

}  // namespace asterism
