#include "ui/widgets/project_strip.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include "ui/figures.h"
#include "ui/models/block_table_model.h"
#include "ui/widgets/block_words.h"
#include "ui/widgets/mass_scale.h"
#include "ui/widgets/state_fill.h"

namespace asterism {

namespace {

constexpr int kSmallestCell = 2;  // pixels, each way
constexpr int kGappedCell = 4;    // cells this wide or high stand one pixel apart
constexpr int kCellArea = 4 * kGridUnit;
constexpr int kWidestCell = 12 * kGridUnit;  // or one block would look like a wall

// From what most needs to be seen to what least does.
constexpr std::array kByUrgency = {DocumentState::failed,   DocumentState::changed,
                                   DocumentState::encoding, DocumentState::reading,
                                   DocumentState::queued,   DocumentState::ready};

std::size_t urgencyOf(DocumentState state) {
    return static_cast<std::size_t>(std::find(kByUrgency.begin(), kByUrgency.end(), state) -
                                    kByUrgency.begin());
}

}  // namespace

ProjectStrip::ProjectStrip(QWidget* parent)
    : ChartWidget(QStringLiteral("projectStrip"), tr("Blocks of the project"), parent) {
    setAccessibleDescription(tr("Arrow keys move from block to block, Enter chooses one."));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QSize ProjectStrip::sizeHint() const {
    return {80 * kGridUnit, textHeight() + kCellArea + 2 * kGridUnit};
}

QSize ProjectStrip::minimumSizeHint() const {
    return {20 * kGridUnit, sizeHint().height()};
}

void ProjectStrip::setModel(const BlockTableModel* model) {
    if (m_model) m_model->disconnect(this);
    m_model = model;
    m_current = -1;
    if (m_model) {
        connect(m_model, &QAbstractItemModel::modelReset, this, [this] {
            m_current = -1;
            update();
        });
        connect(m_model, &QAbstractItemModel::dataChanged, this, [this] { update(); });
    }
    update();
}

void ProjectStrip::setColoring(Coloring coloring) {
    m_coloring = coloring;
    update();
}

void ProjectStrip::setCurrentBlock(int block) {
    if (block == m_current || block >= blocks()) return;
    m_current = std::max(-1, block);
    cursorMoved();
}

int ProjectStrip::blocks() const {
    return m_model ? m_model->rowCount() : 0;
}

QRect ProjectStrip::Grid::cell(int index) const {
    const int line = index / columns;
    const int column = index % columns;
    const int left = area.left() + area.width() * column / columns;
    const int right = area.left() + area.width() * (column + 1) / columns;
    const int top = area.top() + area.height() * line / lines;
    const int bottom = area.top() + area.height() * (line + 1) / lines;
    // Cells with gaps are all of one size, so that all are drawn in the same form.
    const bool hasGapX = area.width() / columns >= kGappedCell;
    const bool hasGapY = lines > 1 && area.height() / lines >= kGappedCell;
    return {left, top, hasGapX ? area.width() / columns - 1 : right - left,
            hasGapY ? area.height() / lines - 1 : bottom - top};
}

// The fewest lines whose cells are not narrower than high, or than a state's form needs.
ProjectStrip::Grid ProjectStrip::grid() const {
    Grid grid;
    grid.area = rect().adjusted(kGridUnit, textHeight() + kGridUnit, -kGridUnit, -kGridUnit);
    const int width = std::max(kSmallestCell, grid.area.width());
    const int height = std::max(kSmallestCell, grid.area.height());
    const int mostCells = (width / kSmallestCell) * (height / kSmallestCell);
    grid.blocksPerCell = std::max(1, (blocks() + mostCells - 1) / mostCells);
    grid.cells = (blocks() + grid.blocksPerCell - 1) / grid.blocksPerCell;
    const int fewestColumns = std::max(1, width / kWidestCell);
    for (grid.lines = 1;; ++grid.lines) {
        grid.columns = std::max(fewestColumns, (grid.cells + grid.lines - 1) / grid.lines);
        const int cellHeight = height / (grid.lines + 1);
        const bool isWideEnough =
            width / grid.columns >= std::min(2 * kGridUnit, height / grid.lines);
        if (isWideEnough || cellHeight < kSmallestCell) return grid;
    }
}

int ProjectStrip::blockAt(const QPoint& point) const {
    const Grid layout = grid();
    if (layout.cells == 0 || !layout.area.contains(point)) return -1;
    // The inverse of Grid::cell, whose edges round down.
    const int x = point.x() - layout.area.left();
    const int y = point.y() - layout.area.top();
    const int column = ((x + 1) * layout.columns - 1) / layout.area.width();
    const int line = ((y + 1) * layout.lines - 1) / layout.area.height();
    const int cell = line * layout.columns + column;
    return cell < layout.cells ? cell * layout.blocksPerCell : -1;
}

QRect ProjectStrip::cellOf(int block) const {
    const Grid layout = grid();
    return layout.cell(block / layout.blocksPerCell);
}

QString ProjectStrip::textAt(const QPoint& point) const {
    const int block = blockAt(point);
    return block < 0 ? QString() : blockWords(m_model->rows()[static_cast<std::size_t>(block)]);
}

QString ProjectStrip::cursorText() const {
    return m_current < 0 ? QString()
                         : blockWords(m_model->rows()[static_cast<std::size_t>(m_current)]);
}

void ProjectStrip::mouseReleaseEvent(QMouseEvent* event) {
    const int block = blockAt(event->position().toPoint());
    if (event->button() != Qt::LeftButton || block < 0) return;
    setCurrentBlock(block);
    emit blockActivated(block);
}

void ProjectStrip::keyPressEvent(QKeyEvent* event) {
    const Grid layout = grid();
    const int line = layout.columns * layout.blocksPerCell;
    const int last = blocks() - 1;
    const auto move = [&](int block) { setCurrentBlock(std::clamp(block, 0, std::max(0, last))); };
    const int current = std::max(0, m_current);
    switch (event->key()) {
        case Qt::Key_Left:
            return move(m_current < 0 ? 0 : current - 1);
        case Qt::Key_Right:
            return move(m_current < 0 ? 0 : current + 1);
        case Qt::Key_Up:
            return move(current < line ? current : current - line);
        case Qt::Key_Down:
            return move(current + line > last ? current : current + line);
        case Qt::Key_Home:
            return move(0);
        case Qt::Key_End:
            return move(last);
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space:
            if (m_current >= 0) emit blockActivated(m_current);
            return;
        default:
            QWidget::keyPressEvent(event);
    }
}

void ProjectStrip::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setLayoutDirection(layoutDirection());
    painter.fillRect(rect(), theme().window);
    if (blocks() == 0) {
        painter.setPen(theme().mutedText);
        painter.drawText(rect(), Qt::AlignCenter,
                         tr("No blocks yet: add documents to the project"));
        return;
    }
    const Grid layout = grid();
    paintCaption(painter);
    paintCells(painter, layout);
    if (m_current >= 0) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(theme().text, 2));
        painter.drawRect(cellOf(m_current).adjusted(-1, -1, 1, 1));
    }
    if (hasFocus()) paintFrame(painter, rect().adjusted(2, 2, -1, -1));
}

void ProjectStrip::paintCaption(QPainter& painter) const {
    const QRect line(kGridUnit, kGridUnit / 2, width() - 2 * kGridUnit, textHeight());
    QString text = blocksText(blocks());
    if (m_coloring == Coloring::mass) {
        text += tr(": attention of the answer");
        MassScale(theme().scheme(), m_model->largestMass()).paintLegend(painter, line);
    } else {
        const int taken = fontMetrics().horizontalAdvance(text) + 2 * kGridUnit;
        paintStateLegend(painter, line.adjusted(taken, 0, 0, 0));
    }
    painter.setPen(theme().text);
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, text);
}

// The states that occur, with their numbers; where not all of them have room, the more urgent.
void ProjectStrip::paintStateLegend(QPainter& painter, const QRect& area) const {
    std::array<int, kByUrgency.size()> counts{};
    for (const BlockRow& row : m_model->rows()) ++counts[urgencyOf(row.state)];
    struct Entry {
        QPixmap mark;
        QString text;
        int width = 0;
    };
    std::vector<Entry> entries;
    int left = area.right() + 1 + 2 * kGridUnit;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        if (counts[i] == 0) continue;
        Entry entry{
            statePixmap(kByUrgency[i], theme(), devicePixelRatioF()),
            tr("%1 %2", "number, state").arg(countText(counts[i]), stateText(kByUrgency[i])), 0};
        entry.width = static_cast<int>(entry.mark.deviceIndependentSize().width()) + kGridUnit / 2 +
                      fontMetrics().horizontalAdvance(entry.text);
        if (left - entry.width - 2 * kGridUnit < area.left()) break;
        left -= entry.width + 2 * kGridUnit;
        entries.push_back(std::move(entry));
    }
    painter.setPen(theme().mutedText);
    for (const Entry& entry : entries) {
        const int size = static_cast<int>(entry.mark.deviceIndependentSize().width());
        painter.drawPixmap(left, area.center().y() - size / 2 + 1, entry.mark);
        painter.drawText(QRect(left, area.top(), entry.width, area.height()),
                         Qt::AlignRight | Qt::AlignVCenter, entry.text);
        left += entry.width + 2 * kGridUnit;
    }
}

void ProjectStrip::paintCells(QPainter& painter, const Grid& layout) const {
    const MassScale scale(theme().scheme(), m_model->largestMass());
    for (int cell = 0; cell < layout.cells; ++cell) {
        const int first = cell * layout.blocksPerCell;
        paintCell(painter, layout.cell(cell), first,
                  std::min(first + layout.blocksPerCell, blocks()), scale);
    }
}

// A cell for blocks [first, last).
void ProjectStrip::paintCell(QPainter& painter, const QRect& cell, int first, int last,
                             const MassScale& scale) const {
    double mass = 0;
    std::size_t urgency = kByUrgency.size() - 1;
    for (int block = first; block < last; ++block) {
        const BlockRow& row = m_model->rows()[static_cast<std::size_t>(block)];
        mass = std::max(mass, row.mass.value_or(0));
        urgency = std::min(urgency, urgencyOf(row.state));
    }
    // A block that is not there has no mass to show.
    const DocumentState state = kByUrgency[urgency];
    const bool isThere = state == DocumentState::ready || state == DocumentState::changed;
    if (m_coloring == Coloring::mass && isThere)
        painter.fillRect(cell, QColor(scale.color(mass)));
    else
        fillState(painter, cell, state, theme());
}

}  // namespace asterism
