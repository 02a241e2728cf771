#include "ui/panels/blocks_panel.h"

#include <algorithm>

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QVBoxLayout>

#include "ui/figures.h"
#include "ui/models/block_table_model.h"
#include "ui/widgets/gantt_chart.h"
#include "ui/widgets/mass_scale.h"
#include "ui/widgets/state_fill.h"

namespace asterism {

namespace {

constexpr int kNameDigits = 20;  // width of the documents' names where there is no room for more

// Puts the mark of its state, or the colour of its mass, before a cell's text.
class BlockDelegate : public QStyledItemDelegate {
  public:
    BlockDelegate(const BlockTableModel& model, QObject* parent)
        : QStyledItemDelegate(parent), m_model(model) {}

  protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
        QStyledItemDelegate::initStyleOption(option, index);
        const Theme& theme = Theme::of(option->palette);
        const QVariant key = index.data(BlockTableModel::kSortRole);
        if (index.column() == BlockTableModel::stateColumn) {
            const qreal ratio = option->widget ? option->widget->devicePixelRatioF() : 1.0;
            show(option, statePixmap(static_cast<DocumentState>(key.toInt()), theme, ratio));
        } else if (index.column() == BlockTableModel::massColumn && key.toDouble() >= 0) {
            QPixmap swatch(kGridUnit, kGridUnit);
            const MassScale scale(theme.scheme(), m_model.largestMass());
            swatch.fill(QColor(scale.color(key.toDouble())));
            show(option, swatch);
            option->decorationPosition = QStyleOptionViewItem::Right;
        }
    }

  private:
    static void show(QStyleOptionViewItem* option, const QPixmap& mark) {
        option->features |= QStyleOptionViewItem::HasDecoration;
        // The same colours in a selected row: they mean the same there.
        option->icon = QIcon(mark);
        option->icon.addPixmap(mark, QIcon::Selected);
        option->decorationSize = mark.deviceIndependentSize().toSize();
    }

    const BlockTableModel& m_model;
};

}  // namespace

BlocksPanel::BlocksPanel(BlockTableModel& model, QWidget* parent)
    : QWidget(parent), m_model(model) {
    setObjectName(QStringLiteral("blocksPanel"));
    setAccessibleName(tr("Blocks"));
    m_summary = new QLabel(this);
    m_summary->setObjectName(QStringLiteral("blocksSummaryLabel"));
    m_summary->setWordWrap(true);
    m_summary->setTextFormat(Qt::PlainText);
    m_chart = new GanttChart(this);
    m_chart->setModel(&model);
    makeTable();

    auto* splitter = new QSplitter(Qt::Vertical, this);
    splitter->setObjectName(QStringLiteral("blocksSplitter"));
    splitter->setChildrenCollapsible(false);
    splitter->setHandleWidth(kGridUnit);
    splitter->addWidget(m_chart);
    splitter->addWidget(m_table);
    splitter->setStretchFactor(1, 1);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kGridUnit, kGridUnit, kGridUnit, kGridUnit);
    layout->setSpacing(kGridUnit);
    layout->addWidget(m_summary);
    layout->addWidget(splitter, 1);
    layout->addWidget(makeFooter());

    connect(m_chart, &GanttChart::blockActivated, this, &BlocksPanel::setCurrentBlock);
    connect(m_chart, &GanttChart::blockActivated, this, &BlocksPanel::blockActivated);
    connect(&m_model, &QAbstractItemModel::modelReset, this, &BlocksPanel::showSummary);
    connect(&m_model, &QAbstractItemModel::dataChanged, this, &BlocksPanel::showSummary);
    showSummary();
}

void BlocksPanel::makeTable() {
    m_sorted = new QSortFilterProxyModel(this);
    m_sorted->setSourceModel(&m_model);
    m_sorted->setSortRole(BlockTableModel::kSortRole);
    m_table = new QTableView(this);
    m_table->setObjectName(QStringLiteral("blocksTable"));
    m_table->setAccessibleName(tr("Figures per block"));
    m_table->setModel(m_sorted);
    m_table->setItemDelegate(new BlockDelegate(m_model, m_table));
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(BlockTableModel::blockColumn, Qt::AscendingOrder);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setAlternatingRowColors(true);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setTextElideMode(Qt::ElideMiddle);  // of a path both ends tell most
    m_table->setTabKeyNavigation(false);         // Tab leaves the table
    m_table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(m_table->fontMetrics().height() + kGridUnit);
    QHeaderView* header = m_table->horizontalHeader();
    header->setHighlightSections(false);
    header->setSectionsMovable(true);
    header->setMinimumSectionSize(6 * kGridUnit);
    const int digit = m_table->fontMetrics().horizontalAdvance(QLatin1Char('0'));
    const auto setWidth = [&](BlockTableModel::Column column, int digits) {
        header->resizeSection(column, digits * digit + 2 * kGridUnit);
    };
    setWidth(BlockTableModel::blockColumn, 8);
    setWidth(BlockTableModel::documentsColumn, kNameDigits);
    setWidth(BlockTableModel::tokensColumn, 8);
    setWidth(BlockTableModel::stateColumn, 16);
    setWidth(BlockTableModel::rankColumn, 6);
    setWidth(BlockTableModel::timeColumn, 10);
    setWidth(BlockTableModel::rateColumn, 10);
    setWidth(BlockTableModel::kvBytesColumn, 10);
    setWidth(BlockTableModel::massColumn, 11);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &BlocksPanel::tableMoved);
    connect(m_table, &QTableView::activated, this, [this](const QModelIndex& index) {
        emit blockActivated(m_sorted->mapToSource(index).row());
    });
}

QWidget* BlocksPanel::makeFooter() {
    auto* footer = new QWidget(this);
    footer->setObjectName(QStringLiteral("blocksFooter"));
    m_csvButton = new QPushButton(tr("Export as CSV\u2026"), footer);
    m_csvButton->setObjectName(QStringLiteral("exportCsvButton"));
    m_csvButton->setToolTip(tr("Writes the table to a file for spreadsheets"));
    m_traceButton = new QPushButton(tr("Export trace\u2026"), footer);
    m_traceButton->setObjectName(QStringLiteral("exportTraceButton"));
    m_traceButton->setToolTip(
        tr("Writes ranks, blocks and decoding steps over time, for Perfetto"));
    auto* layout = new QHBoxLayout(footer);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGridUnit);
    layout->addStretch(1);
    layout->addWidget(m_csvButton);
    layout->addWidget(m_traceButton);
    connect(m_csvButton, &QPushButton::clicked, this, &BlocksPanel::csvExportRequested);
    connect(m_traceButton, &QPushButton::clicked, this, &BlocksPanel::traceExportRequested);
    return footer;
}

// Names of documents take what the figures leave.
void BlocksPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    QHeaderView* header = m_table->horizontalHeader();
    const int frame = m_table->width() - m_table->viewport()->width();
    const int room = width() - 2 * kGridUnit - frame -
                     (header->length() - header->sectionSize(BlockTableModel::documentsColumn));
    const int digit = m_table->fontMetrics().horizontalAdvance(QLatin1Char('0'));
    header->resizeSection(BlockTableModel::documentsColumn, std::max(kNameDigits * digit, room));
}

void BlocksPanel::tableMoved() {
    const QModelIndex current = m_table->currentIndex();
    m_chart->setCurrentBlock(current.isValid() ? m_sorted->mapToSource(current).row() : -1);
}

void BlocksPanel::setCurrentBlock(int block) {
    const QModelIndex index = m_sorted->mapFromSource(m_model.index(block, 0));
    if (!index.isValid()) return;
    m_table->setCurrentIndex(index);
    m_table->scrollTo(index);
}

void BlocksPanel::showSummary() {
    std::int64_t encoded = 0;
    std::int64_t restored = 0;
    std::int64_t tokens = 0;
    std::int64_t kvBytes = 0;
    double end = 0;
    for (const BlockRow& row : m_model.rows()) {
        tokens += row.tokens.tokens();
        kvBytes += row.kvBytes;
        if (!row.rank) continue;
        ++(row.isRestored ? restored : encoded);
        end = std::max(end, row.beginSeconds + row.seconds);
    }
    const bool isEmpty = m_model.rows().empty();
    m_csvButton->setEnabled(!isEmpty);
    m_traceButton->setEnabled(encoded + restored > 0);
    if (isEmpty) {
        m_summary->setText(
            tr("No blocks yet. Their times appear here while documents are encoded."));
        return;
    }
    QStringList parts{blocksText(m_model.rowCount()), tokensText(tokens),
                      tr("%1 of KV cache").arg(bytesText(kvBytes))};
    if (restored > 0) parts << tr("%1 restored").arg(countText(restored));
    if (encoded > 0) parts << tr("%1 encoded").arg(countText(encoded));
    if (encoded + restored > 0) parts << tr("%1 in all").arg(durationText(end));
    m_summary->setText(parts.join(QStringLiteral(" \u00b7 ")));
}

}  // namespace asterism
