#pragma once

#include <cstdint>
#include <vector>

#include <QAbstractTableModel>
#include <QTimer>

#include "core/events.h"
#include "ui/models/block_row.h"

namespace asterism {

// The blocks of the open project, one row each, filled by the engine's events. Charts read rows()
// and repaint on the model's signals. Rows change at once; the signals that say so are batched to
// about 30 a second, so that ten thousand blocks restored in a second stay smooth. GUI thread.
class BlockTableModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum Column {
        blockColumn,
        documentsColumn,
        stateColumn,
        tokensColumn,
        rankColumn,
        timeColumn,
        rateColumn,
        kvBytesColumn,
        massColumn,
        columns
    };
    // Numbers to sort by, and the names as text.
    static constexpr int kSortRole = Qt::UserRole;

    explicit BlockTableModel(QObject* parent = nullptr);

    const std::vector<BlockRow>& rows() const { return m_rows; }
    double largestMass() const { return m_largestMass; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  public slots:
    // Replaces all rows: the one time that views start afresh.
    void setRows(std::vector<asterism::BlockRow> rows);
    void encodingStarted(const asterism::EncodingStarted& event);
    // An event of a block that is not in the plan is ignored: it belongs to an earlier run.
    void blockEncoded(const asterism::BlockEncoded& event);
    void setState(int block, asterism::DocumentState state);
    // In the order of the context, not overlapping.
    void setDocuments(const std::vector<asterism::DocumentSpan>& spans);
    // One figure per block; those of a plan of another length are ignored. Empty: no answer yet.
    void setMass(const std::vector<float>& mass);

  private:
    QVariant textOf(const BlockRow& row, int column) const;
    QVariant sortKeyOf(const BlockRow& row, int column) const;
    void touch(int row);
    void announce();

    std::vector<BlockRow> m_rows;
    std::vector<DocumentSpan> m_spans;
    double m_largestMass = 0;
    std::vector<int> m_touched;  // rows whose change is not announced yet
    QTimer m_announceTimer;
};

}  // namespace asterism
