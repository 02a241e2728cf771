#pragma once

#include <optional>

#include <QPoint>
#include <QRect>

#include "ui/models/block_row.h"
#include "ui/widgets/chart_widget.h"

namespace asterism {

class BlockTableModel;

// What every rank did when: one row a rank, one bar a block, over the seconds since encoding
// began; bars of blocks that came from the KV cache on disk are striped. Blocks narrower than a
// pixel are drawn together.
// Wheel, + and - zoom, 0 shows everything, dragging and Ctrl with Left or Right pan; Left and
// Right step through a rank's blocks, Up and Down through the ranks, Enter or a click chooses.
class GanttChart : public ChartWidget {
    Q_OBJECT

  public:
    explicit GanttChart(QWidget* parent = nullptr);

    // The model must outlive the chart.
    void setModel(const BlockTableModel* model);
    // Seconds that are shown.
    double viewBegin() const { return m_begin; }
    double viewEnd() const { return m_end; }
    int currentBlock() const { return m_current; }  // -1: none
    // The block drawn at a point; -1: none.
    int blockAt(const QPoint& point) const;
    // Where a block is drawn; an empty rectangle if it has not run.
    QRectF barOf(int block) const;

    QString cursorText() const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

  public slots:
    void setCurrentBlock(int block);
    void showAll();

  signals:
    void blockActivated(int block);

  protected:
    QString textAt(const QPoint& point) const override;
    void paintEvent(QPaintEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    void modelChanged();
    // Where times and ranks are drawn. Made once per use: measuring text is slow.
    struct Scale {
        QRect plot;
        int ranks = 0;
        double begin = 0;
        double pixelsPerSecond = 0;
        double xOf(double seconds) const {
            return plot.left() + (seconds - begin) * pixelsPerSecond;
        }
        double secondsAt(double x) const { return begin + (x - plot.left()) / pixelsPerSecond; }
        QRect rankRow(int rank) const;
    };
    Scale scale() const;
    void zoom(double factor, double aroundSeconds);
    void pan(double seconds);
    void moveCurrent(int step);
    void moveRank(int step);
    void makeVisible(const BlockRow& row);
    const BlockRow* currentRow() const;
    void paintLegend(QPainter& painter, const QRect& plot) const;
    void paintAxis(QPainter& painter, const Scale& scale) const;
    void paintBars(QPainter& painter, const Scale& scale) const;
    void paintBar(QPainter& painter, const QRect& bar, const BlockRow& row) const;
    void paintCurrent(QPainter& painter, const Scale& scale) const;

    const BlockTableModel* m_model = nullptr;
    int m_ranks = 0;
    double m_total = 0;  // end of the last block
    double m_begin = 0;
    double m_end = 0;
    bool m_showsAll = true;  // the view grows with the run
    int m_current = -1;
    std::optional<QPoint> m_pressedAt;
    double m_pressedBegin = 0;
    bool m_isDragging = false;
};

}  // namespace asterism
