#include "ui/widgets/gantt_chart.h"

#include <algorithm>
#include <cmath>

#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>

#include "ui/figures.h"
#include "ui/models/block_table_model.h"
#include "ui/widgets/block_words.h"
#include "ui/widgets/state_fill.h"

namespace asterism {

namespace {

constexpr double kZoomStep = 1.25;
constexpr double kSmallestView = 1e-6;  // seconds
constexpr int kTickWidth = 80;          // pixels
constexpr int kThickestBar = 3 * kGridUnit;
constexpr int kSmallestBar = 3;  // pixels; narrower ones are drawn together

// What of one pixel column of a rank is covered by bars too narrow to be drawn alone.
enum Cover : std::uint8_t { kNothing = 0, kEncoded = 1, kRestored = 2 };

// Merges a rank's narrow bars into runs of pixels.
void paintCover(QPainter& painter, const std::vector<std::uint8_t>& cover, const QRect& row,
                const Theme& theme) {
    for (std::size_t first = 0; first < cover.size();) {
        std::size_t last = first;
        while (last + 1 < cover.size() && cover[last + 1] == cover[first]) ++last;
        const QRect run(row.left() + static_cast<int>(first), row.top(),
                        static_cast<int>(last - first) + 1, row.height());
        if (cover[first] & kEncoded)
            painter.fillRect(run, theme.stateColor(DocumentState::ready));
        else if (cover[first] & kRestored)
            fillStriped(painter, run, theme.stateColor(DocumentState::reading), theme);
        first = last + 1;
    }
}

}  // namespace

GanttChart::GanttChart(QWidget* parent)
    : ChartWidget(QStringLiteral("ganttChart"), tr("Ranks over time"), parent) {
    setAccessibleDescription(
        tr("Left and Right: blocks of a rank. Up and Down: ranks. Plus, minus, 0: zoom. "
           "Enter: choose the block."));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

QSize GanttChart::sizeHint() const {
    return {80 * kGridUnit, 3 * textHeight() + std::clamp(m_ranks, 4, 8) * 4 * kGridUnit};
}

QSize GanttChart::minimumSizeHint() const {
    return {30 * kGridUnit, 2 * textHeight() + 7 * kGridUnit};
}

void GanttChart::setModel(const BlockTableModel* model) {
    if (m_model) m_model->disconnect(this);
    m_model = model;
    if (m_model) {
        connect(m_model, &QAbstractItemModel::modelReset, this, [this] {
            m_current = -1;
            m_showsAll = true;
            modelChanged();
        });
        connect(m_model, &QAbstractItemModel::dataChanged, this, &GanttChart::modelChanged);
    }
    modelChanged();
}

void GanttChart::modelChanged() {
    m_ranks = 0;
    m_total = 0;
    if (m_model)
        for (const BlockRow& row : m_model->rows()) {
            if (!row.rank) continue;
            m_ranks = std::max(m_ranks, *row.rank + 1);
            m_total = std::max(m_total, row.beginSeconds + row.seconds);
        }
    if (m_showsAll) {
        m_begin = 0;
        m_end = m_total;
    }
    update();
}

GanttChart::Scale GanttChart::scale() const {
    const int labels = fontMetrics().horizontalAdvance(tr("Rank %1").arg(std::max(0, m_ranks - 1)));
    const QRect plot = rect().adjusted(labels + 2 * kGridUnit, textHeight() + kGridUnit, -kGridUnit,
                                       -textHeight() - kGridUnit);
    return {plot, m_ranks, m_begin,
            std::max(1, plot.width()) / std::max(m_end - m_begin, kSmallestView)};
}

QRect GanttChart::Scale::rankRow(int rank) const {
    const int top = plot.top() + plot.height() * rank / ranks;
    const int bottom = plot.top() + plot.height() * (rank + 1) / ranks;
    const int margin = bottom - top > 2 * kGridUnit ? kGridUnit / 2 : bottom - top > 6 ? 1 : 0;
    const int height = std::clamp(bottom - top - 2 * margin, 1, kThickestBar);
    return {plot.left(), (top + bottom - height) / 2, plot.width(), height};
}

QRectF GanttChart::barOf(int block) const {
    if (!m_model || block < 0 || block >= m_model->rowCount()) return {};
    const BlockRow& row = m_model->rows()[static_cast<std::size_t>(block)];
    if (!row.rank) return {};
    const Scale shown = scale();
    QRectF bar = shown.rankRow(*row.rank);
    bar.setLeft(shown.xOf(row.beginSeconds));
    bar.setRight(shown.xOf(row.beginSeconds + row.seconds));
    return bar;
}

int GanttChart::blockAt(const QPoint& point) const {
    if (!m_model || m_ranks == 0) return -1;
    const Scale shown = scale();
    if (!shown.plot.contains(point)) return -1;
    std::vector<bool> isUnder;
    for (int rank = 0; rank < m_ranks; ++rank)
        isUnder.push_back(shown.rankRow(rank).adjusted(0, -2, 0, 2).contains(point));
    // The nearest block within two pixels: narrow ones can be hit, too.
    double best = 2;
    int found = -1;
    for (const BlockRow& row : m_model->rows()) {
        if (!row.rank || !isUnder[static_cast<std::size_t>(*row.rank)]) continue;
        const double left = shown.xOf(row.beginSeconds);
        const double right = shown.xOf(row.beginSeconds + row.seconds);
        const double distance = std::max({0.0, left - point.x(), point.x() - right});
        if (distance < best) {
            best = distance;
            found = static_cast<int>(row.index);
        }
    }
    return found;
}

QString GanttChart::textAt(const QPoint& point) const {
    const int block = blockAt(point);
    return block < 0 ? QString() : blockWords(m_model->rows()[static_cast<std::size_t>(block)]);
}

QString GanttChart::cursorText() const {
    const BlockRow* row = currentRow();
    return row ? blockWords(*row) : QString();
}

const BlockRow* GanttChart::currentRow() const {
    if (!m_model || m_current < 0 || m_current >= m_model->rowCount()) return nullptr;
    return &m_model->rows()[static_cast<std::size_t>(m_current)];
}

void GanttChart::setCurrentBlock(int block) {
    if (block == m_current) return;
    m_current = block;
    if (const BlockRow* row = currentRow()) makeVisible(*row);
    cursorMoved();
}

void GanttChart::showAll() {
    m_showsAll = true;
    m_begin = 0;
    m_end = m_total;
    update();
}

void GanttChart::zoom(double factor, double aroundSeconds) {
    const double length = std::max((m_end - m_begin) / factor, kSmallestView);
    if (length >= m_total) return showAll();
    const double share = (aroundSeconds - m_begin) / std::max(m_end - m_begin, kSmallestView);
    m_begin = aroundSeconds - std::clamp(share, 0.0, 1.0) * length;
    m_end = m_begin + length;
    m_showsAll = false;
    pan(0);
}

void GanttChart::pan(double seconds) {
    if (m_showsAll) return;
    const double length = m_end - m_begin;
    m_begin = std::clamp(m_begin + seconds, 0.0, std::max(0.0, m_total - length));
    m_end = m_begin + length;
    update();
}

void GanttChart::makeVisible(const BlockRow& row) {
    if (m_showsAll || !row.rank) return;
    if (row.beginSeconds < m_begin || row.beginSeconds + row.seconds > m_end)
        pan(row.beginSeconds + row.seconds / 2 - (m_begin + m_end) / 2);
}

// The next block of the same rank in time, before or behind the current one.
void GanttChart::moveCurrent(int step) {
    if (!m_model) return;
    const BlockRow* current = currentRow();
    const int rank = current && current->rank ? *current->rank : 0;
    const BlockRow* next = nullptr;
    for (const BlockRow& row : m_model->rows()) {
        if (row.rank != rank) continue;
        if (!current) {
            next = &row;
            break;
        }
        const double ahead = step * (row.beginSeconds - current->beginSeconds);
        const bool isCloser = !next || ahead < step * (next->beginSeconds - current->beginSeconds);
        if (ahead > 0 && isCloser) next = &row;
    }
    if (next) setCurrentBlock(static_cast<int>(next->index));
}

// The block that the neighbouring rank was at when the current one began.
void GanttChart::moveRank(int step) {
    const BlockRow* current = currentRow();
    if (!current || !current->rank) return moveCurrent(step);
    const int rank = *current->rank + step;
    const BlockRow* next = nullptr;
    for (const BlockRow& row : m_model->rows()) {
        if (row.rank != rank) continue;
        const auto distance = [&](const BlockRow& other) {
            return std::abs(other.beginSeconds - current->beginSeconds);
        };
        if (!next || distance(row) < distance(*next)) next = &row;
    }
    if (next) setCurrentBlock(static_cast<int>(next->index));
}

void GanttChart::wheelEvent(QWheelEvent* event) {
    const QPoint delta = event->angleDelta();
    if (std::abs(delta.x()) > std::abs(delta.y()))
        pan(-delta.x() / 120.0 * (m_end - m_begin) / 10);
    else
        zoom(std::pow(kZoomStep, delta.y() / 120.0), scale().secondsAt(event->position().x()));
    event->accept();
}

void GanttChart::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return QWidget::mousePressEvent(event);
    m_pressedAt = event->position().toPoint();
    m_pressedBegin = m_begin;
    m_isDragging = false;
}

void GanttChart::mouseMoveEvent(QMouseEvent* event) {
    if (!m_pressedAt) return;
    const int moved = event->position().toPoint().x() - m_pressedAt->x();
    m_isDragging = m_isDragging || std::abs(moved) >= QApplication::startDragDistance();
    if (m_isDragging) pan(m_pressedBegin - m_begin - moved / scale().pixelsPerSecond);
}

void GanttChart::mouseReleaseEvent(QMouseEvent* event) {
    const bool isClick = m_pressedAt && !m_isDragging;
    m_pressedAt.reset();
    if (!isClick) return;
    const int block = blockAt(event->position().toPoint());
    if (block < 0) return;
    setCurrentBlock(block);
    emit blockActivated(block);
}

void GanttChart::keyPressEvent(QKeyEvent* event) {
    const bool isPanning = event->modifiers().testFlag(Qt::ControlModifier);
    const double tenth = (m_end - m_begin) / 10;
    switch (event->key()) {
        case Qt::Key_Left:
            return isPanning ? pan(-tenth) : moveCurrent(-1);
        case Qt::Key_Right:
            return isPanning ? pan(tenth) : moveCurrent(1);
        case Qt::Key_Up:
            return moveRank(-1);
        case Qt::Key_Down:
            return moveRank(1);
        case Qt::Key_Plus:
        case Qt::Key_Equal:
            return zoom(kZoomStep, (m_begin + m_end) / 2);
        case Qt::Key_Minus:
            return zoom(1 / kZoomStep, (m_begin + m_end) / 2);
        case Qt::Key_0:
            return showAll();
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space:
            if (currentRow()) emit blockActivated(m_current);
            return;
        default:
            QWidget::keyPressEvent(event);
    }
}

void GanttChart::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setLayoutDirection(layoutDirection());
    if (m_ranks == 0)
        return paintEmpty(painter,
                          tr("Shows what every rank does once blocks are encoded or loaded"));
    const Scale shown = scale();
    painter.fillRect(rect(), theme().base);
    paintLegend(painter, shown.plot);
    paintAxis(painter, shown);
    painter.setClipRect(shown.plot);
    paintBars(painter, shown);
    paintCurrent(painter, shown);
    painter.setClipping(false);
    paintFrame(painter, shown.plot);
}

void GanttChart::paintLegend(QPainter& painter, const QRect& plot) const {
    const auto swatch = [&](int right, const QString& text) {
        const QRect label(right - fontMetrics().horizontalAdvance(text), kGridUnit / 2,
                          fontMetrics().horizontalAdvance(text), textHeight());
        painter.setPen(theme().mutedText);
        painter.drawText(label, Qt::AlignLeft | Qt::AlignVCenter, text);
        return QRect(label.left() - 2 * kGridUnit - kGridUnit / 2,
                     label.center().y() - kGridUnit / 2, 2 * kGridUnit, kGridUnit + 2);
    };
    const QRect restored = swatch(plot.right(), tr("restored from disk"));
    fillStriped(painter, restored, theme().stateColor(DocumentState::reading), theme());
    const QRect encoded = swatch(restored.left() - 2 * kGridUnit, tr("encoded"));
    painter.fillRect(encoded, theme().stateColor(DocumentState::ready));
}

void GanttChart::paintAxis(QPainter& painter, const Scale& shown) const {
    const QRect& area = shown.plot;
    // Long times are divided by whole minutes or hours.
    const double length = m_end - m_begin;
    const double unit = length > 5 * 3600 ? 3600 : length > 5 * 60 ? 60 : 1;
    const auto ticks =
        axisTicks(m_begin / unit, m_end / unit, std::max(1, area.width() / kTickWidth));
    const double step = ticks.size() > 1 ? (ticks[1] - ticks[0]) * unit : length;
    for (const double units : ticks) {
        const double tick = units * unit;
        const int x = static_cast<int>(std::lround(shown.xOf(tick)));
        painter.setPen(theme().line);
        painter.drawLine(x, area.top(), x, area.bottom());
        painter.setPen(theme().mutedText);
        const QString text = axisTimeText(tick, step);
        const int width = fontMetrics().horizontalAdvance(text);
        const int left =
            std::clamp(x - width / 2, area.left(), std::max(area.left(), area.right() + 1 - width));
        painter.drawText(QRect(left, area.bottom() + kGridUnit / 2, width, textHeight()),
                         Qt::AlignCenter, text);
    }
    // As many names as there is room for.
    const int room = std::max(1, area.height());
    const int every = std::max(1, (m_ranks * textHeight() + room - 1) / room);
    for (int rank = 0; rank < m_ranks; rank += every) {
        const int center = shown.rankRow(rank).center().y();
        painter.drawText(QRect(0, center - textHeight() / 2, area.left() - kGridUnit, textHeight()),
                         Qt::AlignRight | Qt::AlignVCenter, tr("Rank %1").arg(rank));
    }
}

void GanttChart::paintBars(QPainter& painter, const Scale& shown) const {
    const QRect& area = shown.plot;
    const int width = std::max(1, area.width());
    std::vector<std::vector<std::uint8_t>> cover(
        static_cast<std::size_t>(m_ranks),
        std::vector<std::uint8_t>(static_cast<std::size_t>(width), kNothing));
    std::vector<QRect> ranks;
    for (int rank = 0; rank < m_ranks; ++rank) ranks.push_back(shown.rankRow(rank));
    for (const BlockRow& row : m_model->rows()) {
        if (!row.rank || row.beginSeconds > m_end || row.beginSeconds + row.seconds < m_begin)
            continue;
        // Bars that reach far outside are cut here: positions of a deep zoom overflow an int.
        const double left = std::max(shown.xOf(row.beginSeconds), area.left() - 2.0);
        const double right =
            std::min(shown.xOf(row.beginSeconds + row.seconds), area.right() + 3.0);
        const auto rank = static_cast<std::size_t>(*row.rank);
        if (right - left >= kSmallestBar) {
            const int x = static_cast<int>(std::lround(left));
            const int barWidth = static_cast<int>(std::lround(right)) - x - 1;
            paintBar(painter, QRect(x, ranks[rank].top(), barWidth, ranks[rank].height()), row);
            continue;
        }
        const int first = std::clamp(static_cast<int>(left) - area.left(), 0, width - 1);
        const int last = std::clamp(static_cast<int>(right) - area.left(), first, width - 1);
        for (int x = first; x <= last; ++x)
            cover[rank][static_cast<std::size_t>(x)] |= row.isRestored ? kRestored : kEncoded;
    }
    for (std::size_t rank = 0; rank < ranks.size(); ++rank)
        paintCover(painter, cover[rank], ranks[rank], theme());
}

void GanttChart::paintCurrent(QPainter& painter, const Scale& shown) const {
    const BlockRow* current = currentRow();
    if (!current || !current->rank) return;
    QRectF bar = shown.rankRow(*current->rank).adjusted(0, -1, 0, 1);
    bar.setLeft(std::max(shown.xOf(current->beginSeconds), shown.plot.left() - 4.0));
    const double right = shown.xOf(current->beginSeconds + current->seconds);
    bar.setRight(std::clamp(right, bar.left() + kSmallestBar, shown.plot.right() + 4.0));
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(theme().text, 2));
    painter.drawRect(bar);
}

void GanttChart::paintBar(QPainter& painter, const QRect& bar, const BlockRow& row) const {
    if (row.isRestored)
        return fillStriped(painter, bar, theme().stateColor(DocumentState::reading), theme());
    painter.fillRect(bar, theme().stateColor(DocumentState::ready));
    const QString number = countText(row.index);
    if (bar.width() < fontMetrics().horizontalAdvance(number) + kGridUnit ||
        bar.height() < textHeight())
        return;
    painter.setPen(theme().base);
    painter.drawText(bar, Qt::AlignCenter, number);
}

}  // namespace asterism
