#include "ui/models/block_table_model.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ui/figures.h"
#include "ui/file_names.h"

namespace asterism {

namespace {

constexpr int kAnnounceMilliseconds = 33;
constexpr int kNamesShown = 3;

// Figures stand right; the number of a block is its name and stands left.
bool isFigure(int column) {
    return column >= BlockTableModel::tokensColumn;
}

QString namesText(const QStringList& names) {
    if (names.size() <= kNamesShown) return names.join(QStringLiteral(", "));
    return BlockTableModel::tr("%1 and %n more", nullptr,
                               static_cast<int>(names.size()) - kNamesShown)
        .arg(names.mid(0, kNamesShown).join(QStringLiteral(", ")));
}

// Names of the documents that blocks hold tokens of. Both lists are in the order of the context.
void nameDocuments(std::vector<BlockRow>& rows, const std::vector<DocumentSpan>& spans) {
    std::size_t first = 0;
    for (BlockRow& row : rows) {
        row.documents.clear();
        while (first < spans.size() && spans[first].tokens.end <= row.tokens.begin) ++first;
        for (std::size_t i = first; i < spans.size() && spans[i].tokens.begin < row.tokens.end; ++i)
            row.documents.append(spans[i].name);
    }
}

// Bytes of the KV cache before a token. The event has the sum of all blocks; every token takes the
// same room, and what a block takes beside its tokens (scales of its keys) is under a hundredth.
std::int64_t bytesUpTo(const EncodingStarted& event, std::int64_t token) {
    if (event.contextTokens <= 0) return 0;
    return std::llround(static_cast<double>(event.kvBytes) * static_cast<double>(token) /
                        static_cast<double>(event.contextTokens));
}

}  // namespace

BlockTableModel::BlockTableModel(QObject* parent) : QAbstractTableModel(parent) {
    m_announceTimer.setSingleShot(true);
    m_announceTimer.setInterval(kAnnounceMilliseconds);
    connect(&m_announceTimer, &QTimer::timeout, this, &BlockTableModel::announce);
}

int BlockTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int BlockTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columns;
}

QVariant BlockTableModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const BlockRow& row = m_rows[static_cast<std::size_t>(index.row())];
    switch (role) {
        case Qt::DisplayRole:
            return textOf(row, index.column());
        case kSortRole:
            return sortKeyOf(row, index.column());
        case Qt::ToolTipRole:
            if (index.column() == documentsColumn)
                return toolTipText(row.documents.join(QLatin1Char('\n')));
            return {};
        case Qt::TextAlignmentRole:
            return QVariant::fromValue(
                Qt::Alignment(isFigure(index.column()) ? Qt::AlignRight : Qt::AlignLeft) |
                Qt::AlignVCenter);
        default:
            return {};
    }
}

QVariant BlockTableModel::textOf(const BlockRow& row, int column) const {
    switch (column) {
        case blockColumn:
            return countText(row.index);
        case documentsColumn:
            return leftToRight(namesText(row.documents));
        case tokensColumn:
            return countText(row.tokens.tokens());
        case stateColumn:
            return row.isRestored && row.state == DocumentState::ready ? tr("ready, restored")
                                                                       : stateText(row.state);
        case rankColumn:
            return row.rank ? QVariant(countText(*row.rank)) : QVariant();
        case timeColumn:
            return row.rank ? QVariant(durationText(row.seconds)) : QVariant();
        case rateColumn:
            return row.seconds > 0 ? QVariant(rateText(row.tokensPerSecond())) : QVariant();
        case kvBytesColumn:
            return bytesText(row.kvBytes);
        case massColumn:
            return row.mass ? QVariant(shareText(*row.mass)) : QVariant();
        default:
            return {};
    }
}

QVariant BlockTableModel::sortKeyOf(const BlockRow& row, int column) const {
    switch (column) {
        case blockColumn:
            return qlonglong{row.index};
        case documentsColumn:
            return row.documents.join(QLatin1Char('\n'));
        case tokensColumn:
            return qlonglong{row.tokens.tokens()};
        case stateColumn:
            return static_cast<int>(row.state);
        case rankColumn:
            return row.rank.value_or(-1);
        case timeColumn:
            return row.rank ? row.seconds : -1.0;
        case rateColumn:
            return row.tokensPerSecond();
        case kvBytesColumn:
            return qlonglong{row.kvBytes};
        case massColumn:
            return row.mass.value_or(-1.0);
        default:
            return {};
    }
}

QVariant BlockTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(
            Qt::Alignment(isFigure(section) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    switch (section) {
        case blockColumn:
            return tr("Block");
        case documentsColumn:
            return tr("Documents");
        case tokensColumn:
            return tr("Tokens");
        case stateColumn:
            return tr("State");
        case rankColumn:
            return tr("Rank");
        case timeColumn:
            return tr("Time");
        case rateColumn:
            return tr("Tokens/s");
        case kvBytesColumn:
            return tr("KV cache");
        case massColumn:
            return tr("Attention");
        default:
            return {};
    }
}

void BlockTableModel::setRows(std::vector<BlockRow> rows) {
    beginResetModel();
    m_rows = std::move(rows);
    m_touched.clear();
    m_announceTimer.stop();
    m_largestMass = 0;
    for (const BlockRow& row : m_rows)
        m_largestMass = std::max(m_largestMass, row.mass.value_or(0));
    endResetModel();
}

void BlockTableModel::encodingStarted(const EncodingStarted& event) {
    std::vector<BlockRow> rows(event.blocks.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].index = static_cast<std::int64_t>(i);
        rows[i].tokens = event.blocks[i];
        rows[i].kvBytes =
            bytesUpTo(event, rows[i].tokens.end) - bytesUpTo(event, rows[i].tokens.begin);
    }
    nameDocuments(rows, m_spans);
    setRows(std::move(rows));
}

void BlockTableModel::blockEncoded(const BlockEncoded& event) {
    if (event.index < 0 || event.index >= std::ssize(m_rows)) return;
    BlockRow& row = m_rows[static_cast<std::size_t>(event.index)];
    if (row.tokens != event.tokens) return;
    row.state = DocumentState::ready;
    row.rank = event.rank;
    row.beginSeconds = event.beginSeconds;
    row.seconds = event.seconds;
    row.isRestored = event.isRestored;
    touch(static_cast<int>(event.index));
}

void BlockTableModel::setState(int block, DocumentState state) {
    if (block < 0 || block >= rowCount()) return;
    m_rows[static_cast<std::size_t>(block)].state = state;
    touch(block);
}

void BlockTableModel::setDocuments(const std::vector<DocumentSpan>& spans) {
    m_spans = spans;
    nameDocuments(m_rows, m_spans);
    if (!m_rows.empty())
        emit dataChanged(index(0, documentsColumn), index(rowCount() - 1, documentsColumn));
}

void BlockTableModel::setMass(const std::vector<float>& mass) {
    if (m_rows.empty() || (!mass.empty() && mass.size() != m_rows.size())) return;
    m_largestMass = 0;
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        m_rows[i].mass.reset();
        if (mass.empty()) continue;
        m_rows[i].mass = mass[i];
        m_largestMass = std::max(m_largestMass, double{mass[i]});
    }
    emit dataChanged(index(0, massColumn), index(rowCount() - 1, massColumn));
}

void BlockTableModel::touch(int row) {
    m_touched.push_back(row);
    if (!m_announceTimer.isActive()) m_announceTimer.start();
}

void BlockTableModel::announce() {
    std::vector<int> touched = std::exchange(m_touched, {});
    std::sort(touched.begin(), touched.end());
    // One signal per run of neighbours.
    for (std::size_t first = 0; first < touched.size();) {
        std::size_t last = first;
        while (last + 1 < touched.size() && touched[last + 1] <= touched[last] + 1) ++last;
        emit dataChanged(index(touched[first], 0), index(touched[last], columns - 1));
        first = last + 1;
    }
}

}  // namespace asterism
