#include "ui/widgets/eliding_label.h"

#include <QHelpEvent>
#include <QPainter>
#include <QStyle>
#include <QToolTip>

#include "ui/figures.h"

namespace asterism {

ElidingLabel::ElidingLabel(Qt::TextElideMode mode, QWidget* parent) : QLabel(parent), m_mode(mode) {
    setTextFormat(Qt::PlainText);
}

QSize ElidingLabel::minimumSizeHint() const {
    return {0, QLabel::minimumSizeHint().height()};
}

QString ElidingLabel::shownText() const {
    return fontMetrics().elidedText(text(), m_mode, contentsRect().width());
}

void ElidingLabel::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const auto flags =
        static_cast<int>(QStyle::visualAlignment(layoutDirection(), QLabel::alignment()));
    style()->drawItemText(&painter, contentsRect(), flags, palette(), isEnabled(), shownText(),
                          foregroundRole());
}

bool ElidingLabel::event(QEvent* event) {
    const bool isCut = event->type() == QEvent::ToolTip && shownText() != text();
    if (!isCut) return QLabel::event(event);
    const QString all = toolTip().isEmpty() ? toolTipText(text()) : toolTip();
    QToolTip::showText(static_cast<QHelpEvent*>(event)->globalPos(), all, this);
    return true;
}

}  // namespace asterism
