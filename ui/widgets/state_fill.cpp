#include "ui/widgets/state_fill.h"

#include <QPainter>

#include "storage/records.h"

namespace asterism {

namespace {

constexpr int kSmallestForm = 6;  // pixels that a form needs to be told from another
constexpr int kPixmapSize = 12;

void fillSmall(QPainter& painter, const QRect& cell, DocumentState state, const Theme& theme) {
    const QColor color = theme.stateColor(state);
    QRect part = cell;
    if (state == DocumentState::queued) {
        painter.fillRect(cell, theme.line);
        return;
    }
    if (state == DocumentState::changed) part.setHeight((cell.height() + 1) / 2);
    if (state == DocumentState::failed) part.setTop(cell.top() + cell.height() / 2);
    if (part != cell) painter.fillRect(cell, theme.line);
    painter.fillRect(part, color);
}

void drawFrame(QPainter& painter, const QRect& cell, const QColor& color) {
    painter.setPen(color);
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(cell.adjusted(0, 0, -1, -1));
}

void fillCrossed(QPainter& painter, const QRect& cell, const QColor& color, const Theme& theme) {
    painter.fillRect(cell, color);
    painter.setPen(QPen(theme.base, 1.5));
    painter.setRenderHint(QPainter::Antialiasing);
    // A cross of its own proportions also in wide cells.
    const double half = 0.3 * std::min(cell.width(), cell.height());
    const QPointF center = QRectF(cell).center();
    painter.drawLine(center - QPointF(half, half), center + QPointF(half, half));
    painter.drawLine(center - QPointF(half, -half), center + QPointF(half, -half));
    painter.setRenderHint(QPainter::Antialiasing, false);
}

}  // namespace

void fillStriped(QPainter& painter, const QRect& cell, const QColor& color, const Theme& theme) {
    painter.fillRect(cell, theme.base);
    painter.fillRect(cell, QBrush(color, Qt::BDiagPattern));
    if (std::min(cell.width(), cell.height()) >= kSmallestForm) drawFrame(painter, cell, color);
}

void fillState(QPainter& painter, const QRect& cell, DocumentState state, const Theme& theme) {
    if (std::min(cell.width(), cell.height()) < kSmallestForm)
        return fillSmall(painter, cell, state, theme);
    const QColor color = theme.stateColor(state);
    switch (state) {
        case DocumentState::queued:
            return drawFrame(painter, cell, color);
        case DocumentState::reading:
            painter.fillRect(cell, QBrush(color, Qt::Dense5Pattern));
            return drawFrame(painter, cell, color);
        case DocumentState::encoding:
            painter.fillRect(cell.adjusted(0, cell.height() / 2, 0, 0), color);
            return drawFrame(painter, cell, color);
        case DocumentState::ready:
            return painter.fillRect(cell, color);
        case DocumentState::changed:
            return fillStriped(painter, cell, color, theme);
        case DocumentState::failed:
            return fillCrossed(painter, cell, color, theme);
    }
}

QPixmap statePixmap(DocumentState state, const Theme& theme, qreal devicePixelRatio) {
    QPixmap pixmap(QSize(kPixmapSize, kPixmapSize) * devicePixelRatio);
    pixmap.setDevicePixelRatio(devicePixelRatio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    fillState(painter, QRect(0, 0, kPixmapSize, kPixmapSize), state, theme);
    return pixmap;
}

}  // namespace asterism
