#pragma once

#include <QByteArray>
#include <QWidget>

class QLabel;
class QPushButton;
class QSortFilterProxyModel;
class QTableView;

namespace asterism {

class BlockTableModel;
class GanttChart;

// Per-block timing: what every block took, as a chart of the ranks over time and as a table, both
// of one model. Choosing a block in one shows it in the other.
class BlocksPanel : public QWidget {
    Q_OBJECT

  public:
    // The model must outlive the panel.
    explicit BlocksPanel(BlockTableModel& model, QWidget* parent = nullptr);

  public slots:
    void setCurrentBlock(int block);

  signals:
    // The user chose a block.
    void blockActivated(int block);
    // The user asks for the figures in a file.
    void csvExportRequested();
    void traceExportRequested();

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    void makeTable();
    QWidget* makeFooter();
    void showSummary();
    void tableMoved();

    BlockTableModel& m_model;
    QSortFilterProxyModel* m_sorted = nullptr;
    QLabel* m_summary = nullptr;
    GanttChart* m_chart = nullptr;
    QTableView* m_table = nullptr;
    QPushButton* m_csvButton = nullptr;
    QPushButton* m_traceButton = nullptr;
};

}  // namespace asterism
