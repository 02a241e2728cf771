#pragma once

#include <vector>

#include <QWidget>

#include "ui/theme.h"

namespace asterism {

// Base of the charts that paint themselves: focus, tool tips, and a value that screen readers are
// told when the chart's cursor moves. A chart can be used by keys alone.
class ChartWidget : public QWidget {
    Q_OBJECT

  public:
    // What the cursor stands on, in words; empty if there is nothing.
    virtual QString cursorText() const = 0;

  protected:
    ChartWidget(const QString& objectName, const QString& accessibleName, QWidget* parent);

    // What lies under a point, in words; empty if nothing does.
    virtual QString textAt(const QPoint& point) const = 0;
    // Repaints and tells screen readers what the cursor stands on now.
    void cursorMoved();

    const Theme& theme() const { return *m_theme; }
    void paintFrame(QPainter& painter, const QRect& plot) const;
    // In place of a chart of nothing.
    void paintEmpty(QPainter& painter, const QString& text) const;
    int textHeight() const { return fontMetrics().height(); }

    bool event(QEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    const Theme* m_theme;
};

// Round numbers that divide [begin, end], at most `most` of them.
std::vector<double> axisTicks(double begin, double end, int most);
// How many columns a chart with a column per token makes room for: it grows in strides, so that
// columns keep their places while an answer streams, and charts of the same answer share an axis.
int columnsFor(int tokens);
// A time on an axis whose ticks are `step` seconds apart: as many digits as tell them apart.
QString axisTimeText(double seconds, double step);

}  // namespace asterism
