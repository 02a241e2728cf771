#include "ui/program_style.h"

#include <algorithm>

#include <QPainter>
#include <QStyleOption>

#include "ui/theme.h"

namespace asterism {

namespace {

constexpr int kHandleMargin = 3;
constexpr int kChosenLine = 2;
constexpr int kShortestHandle = 4 * kGridUnit;

// The handle of a scroll bar: its place is its share of what can be scrolled.
QRect handleOf(const QStyleOptionSlider& bar) {
    const bool isUpright = bar.orientation == Qt::Vertical;
    const int length = isUpright ? bar.rect.height() : bar.rect.width();
    const auto range = static_cast<qint64>(bar.maximum) - bar.minimum;
    int handle = length;
    if (range > 0)
        handle = static_cast<int>(
            std::clamp<qint64>(bar.pageStep * static_cast<qint64>(length) / (range + bar.pageStep),
                               std::min(kShortestHandle, length), length));
    const int begin = QStyle::sliderPositionFromValue(bar.minimum, bar.maximum, bar.sliderPosition,
                                                      length - handle, bar.upsideDown);
    return isUpright ? QRect(bar.rect.x(), bar.rect.y() + begin, bar.rect.width(), handle)
                     : QRect(bar.rect.x() + begin, bar.rect.y(), handle, bar.rect.height());
}

// What is before the handle, or what is behind it.
QRect restOf(const QStyleOptionSlider& bar, bool isBefore) {
    const QRect handle = handleOf(bar);
    QRect rest = bar.rect;
    if (bar.orientation == Qt::Vertical)
        isBefore ? rest.setBottom(handle.top() - 1) : rest.setTop(handle.bottom() + 1);
    else
        isBefore ? rest.setRight(handle.left() - 1) : rest.setLeft(handle.right() + 1);
    return rest;
}

void drawScrollBar(const QStyleOptionSlider& bar, QPainter& painter) {
    painter.fillRect(bar.rect, bar.palette.brush(QPalette::Base));
    if (bar.maximum <= bar.minimum) return;
    const Theme& theme = Theme::of(bar.palette);
    const bool isInHand = (bar.state & (QStyle::State_MouseOver | QStyle::State_Sunken)) &&
                          (bar.activeSubControls & QStyle::SC_ScrollBarSlider);
    const QRectF handle =
        QRectF(QStyle::visualRect(bar.direction, bar.rect, handleOf(bar)))
            .adjusted(kHandleMargin, kHandleMargin, -kHandleMargin, -kHandleMargin);
    const double radius = std::min(handle.width(), handle.height()) / 2;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(isInHand ? theme.mutedText : theme.outline);
    painter.drawRoundedRect(handle, radius, radius);
    painter.restore();
}

// Which of several choices is taken shows in more than a shade of the button.
void underline(const QStyleOptionToolButton& button, QPainter& painter) {
    QRect line = button.rect;
    line.setTop(line.bottom() - kChosenLine + 1);
    painter.fillRect(line, button.palette.brush(QPalette::Highlight));
}

}  // namespace

ProgramStyle::ProgramStyle() : QProxyStyle(QStringLiteral("Fusion")) {}

int ProgramStyle::pixelMetric(PixelMetric metric, const QStyleOption* option,
                              const QWidget* widget) const {
    switch (metric) {
        case PM_ScrollBarExtent:
            return kGridUnit + kGridUnit / 2;
        case PM_ScrollBarSliderMin:
            return kShortestHandle;
        case PM_HeaderMargin:
            return kGridUnit - 2;
        case PM_FocusFrameHMargin:  // left and right of the text of an item
            return kGridUnit - 3;
        default:
            return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

QSize ProgramStyle::sizeFromContents(ContentsType type, const QStyleOption* option,
                                     const QSize& contents, const QWidget* widget) const {
    QSize size = QProxyStyle::sizeFromContents(type, option, contents, widget);
    if (type == CT_ItemViewItem) size.rheight() += kGridUnit / 2;
    if (type == CT_PushButton) size += QSize(2 * kGridUnit, kGridUnit / 2);
    return size;
}

QRect ProgramStyle::subControlRect(ComplexControl control, const QStyleOptionComplex* option,
                                   SubControl part, const QWidget* widget) const {
    const auto* bar = qstyleoption_cast<const QStyleOptionSlider*>(option);
    if (control != CC_ScrollBar || !bar)
        return QProxyStyle::subControlRect(control, option, part, widget);
    switch (part) {
        case SC_ScrollBarGroove:
            return bar->rect;
        case SC_ScrollBarSlider:
            return visualRect(bar->direction, bar->rect, handleOf(*bar));
        case SC_ScrollBarSubPage:
        case SC_ScrollBarAddPage:
            return visualRect(bar->direction, bar->rect, restOf(*bar, part == SC_ScrollBarSubPage));
        default:
            return {};
    }
}

void ProgramStyle::drawControl(ControlElement element, const QStyleOption* option,
                               QPainter* painter, const QWidget* widget) const {
    if (element != CE_PushButtonLabel)
        return QProxyStyle::drawControl(element, option, painter, widget);
    // Qt has placed text and icon by then; a painter that goes by the program's direction would
    // move the text once more.
    painter->save();
    painter->setLayoutDirection(Qt::LeftToRight);
    QProxyStyle::drawControl(element, option, painter, widget);
    painter->restore();
}

void ProgramStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option,
                                      QPainter* painter, const QWidget* widget) const {
    const auto* bar = qstyleoption_cast<const QStyleOptionSlider*>(option);
    if (control == CC_ScrollBar && bar) return drawScrollBar(*bar, *painter);
    QProxyStyle::drawComplexControl(control, option, painter, widget);
    const auto* button = qstyleoption_cast<const QStyleOptionToolButton*>(option);
    if (control == CC_ToolButton && button && !button->text.isEmpty() && (button->state & State_On))
        underline(*button, *painter);
}

}  // namespace asterism
