#pragma once

#include <QPixmap>
#include <QRect>

#include "ui/theme.h"

class QPainter;

namespace asterism {

// Cells that say a state by form as well as by colour: hollow for queued, dotted for reading, half
// full for encoding, full for ready, striped for changed, crossed out for failed.

// Fills a cell. Below 6 x 6 pixels forms are reduced to full, upper half (changed), lower half
// (failed) and faint (queued).
void fillState(QPainter& painter, const QRect& cell, DocumentState state, const Theme& theme);
// Stripes over a cell, the mark of what came from the KV cache on disk in time charts.
void fillStriped(QPainter& painter, const QRect& cell, const QColor& color, const Theme& theme);

// A cell of a text line's size, for tables and legends.
QPixmap statePixmap(DocumentState state, const Theme& theme, qreal devicePixelRatio);

}  // namespace asterism
