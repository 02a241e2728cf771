#pragma once

#include <cstdint>

#include "ui/models/block_row.h"
#include "ui/widgets/chart_widget.h"

namespace asterism {

class BlockTableModel;
class MassScale;

// The whole project in one strip: every block a cell, in the order of the context, line by line as
// in a text. While encoding cells show states, while answering the attention mass. Where there are
// more blocks than cells can be drawn, neighbours share one, which shows the state that most needs
// to be seen, or the largest mass.
// Left, Right, Up, Down, Home and End move, Enter or a click chooses.
class ProjectStrip : public ChartWidget {
    Q_OBJECT

  public:
    enum class Coloring : std::uint8_t { state, mass };

    explicit ProjectStrip(QWidget* parent = nullptr);

    // The model must outlive the strip.
    void setModel(const BlockTableModel* model);
    Coloring coloring() const { return m_coloring; }
    int currentBlock() const { return m_current; }  // -1: none
    // The (first) block drawn at a point; -1: none.
    int blockAt(const QPoint& point) const;
    // Where a block is drawn.
    QRect cellOf(int block) const;

    QString cursorText() const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

  public slots:
    void setColoring(asterism::ProjectStrip::Coloring coloring);
    void setCurrentBlock(int block);

  signals:
    void blockActivated(int block);

  protected:
    QString textAt(const QPoint& point) const override;
    void paintEvent(QPaintEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    // How the blocks are laid out in the area under the caption.
    struct Grid {
        QRect area;
        int cells = 0;
        int columns = 1;
        int lines = 1;
        int blocksPerCell = 1;
        QRect cell(int index) const;
    };
    Grid grid() const;
    int blocks() const;
    void paintCaption(QPainter& painter) const;
    void paintStateLegend(QPainter& painter, const QRect& area) const;
    void paintCells(QPainter& painter, const Grid& grid) const;
    void paintCell(QPainter& painter, const QRect& cell, int first, int last,
                   const MassScale& scale) const;

    const BlockTableModel* m_model = nullptr;
    Coloring m_coloring = Coloring::state;
    int m_current = -1;
};

}  // namespace asterism
