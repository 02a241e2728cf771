#pragma once

#include <span>
#include <vector>

#include <QImage>
#include <QStringList>

#include "ui/widgets/chart_widget.h"

namespace asterism {

class MassScale;

// Attention mass as an answer streams: one column a token, the blocks of the context from top to
// bottom. Where there are more blocks than rows are kept, neighbours add up in one; where there are
// more tokens than pixels, a column shows the largest mass of its tokens.
// Arrow keys, Home and End move, Enter or a click chooses the block.
class HeatStrip : public ChartWidget {
    Q_OBJECT

  public:
    explicit HeatStrip(QWidget* parent = nullptr);

    int tokens() const { return static_cast<int>(m_texts.size()); }
    int blocks() const { return m_blocks; }
    // Mass of a block (or of it and the neighbours it shares a row with) at a token.
    double massAt(int token, int block) const;
    // Left and right edge of the columns: charts above it can stand on the same lines.
    QRect plot() const;

    QString cursorText() const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

  public slots:
    // Begins an answer over a context of this many blocks.
    void start(int blocks);
    // The next token: its text and one figure per block. Figures of another number of blocks are
    // ignored: they belong to another context.
    void addToken(const QString& text, const std::vector<float>& mass);

  signals:
    void blockActivated(int block);

  protected:
    QString textAt(const QPoint& point) const override;
    void paintEvent(QPaintEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    int rowOf(int block) const { return static_cast<int>(qint64{block} * m_rows / m_blocks); }
    int firstBlockOf(int row) const;
    std::span<const float> column(int token) const;
    QString words(int token, int row) const;
    bool cellAt(const QPoint& point, int& token, int& row) const;
    void drawImage(const QSize& size);
    void drawColumn(int x, int columns, const MassScale& scale);

    int m_blocks = 0;
    int m_rows = 0;
    std::vector<float> m_mass;  // [tokens, rows]
    QStringList m_texts;        // one per token
    float m_largest = 0;
    int m_token = -1;  // of the cursor
    int m_row = 0;
    QImage m_image;  // of the plot, as it was last drawn:
    int m_drawnTokens = 0;
    int m_drawnColumns = 0;
    float m_drawnLargest = 0;
};

}  // namespace asterism
