#include "ui/widgets/heat_strip.h"

#include <algorithm>
#include <cmath>

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include "ui/figures.h"
#include "ui/widgets/mass_scale.h"

namespace asterism {

namespace {

constexpr int kMostRows = 512;  // an answer of 2,000 tokens takes 4 MB
constexpr int kLeftMargin = 9 * kGridUnit;

}  // namespace

HeatStrip::HeatStrip(QWidget* parent)
    : ChartWidget(QStringLiteral("heatStrip"), tr("Attention per block and token"), parent) {
    setAccessibleDescription(tr("Arrow keys move by token and block, Enter chooses the block."));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

QSize HeatStrip::sizeHint() const {
    return {80 * kGridUnit, 20 * kGridUnit};
}

QSize HeatStrip::minimumSizeHint() const {
    return {30 * kGridUnit, 2 * textHeight() + 8 * kGridUnit};
}

QRect HeatStrip::plot() const {
    return rect().adjusted(kLeftMargin, textHeight() + kGridUnit, -kGridUnit,
                           -textHeight() - kGridUnit);
}

void HeatStrip::start(int blocks) {
    m_blocks = std::max(0, blocks);
    m_rows = std::min(m_blocks, kMostRows);
    m_mass.clear();
    m_texts.clear();
    m_largest = 0;
    m_token = -1;
    m_row = 0;
    m_drawnTokens = 0;
    update();
}

void HeatStrip::addToken(const QString& text, const std::vector<float>& mass) {
    if (m_blocks == 0 || std::ssize(mass) != m_blocks) return;
    const std::size_t begin = m_mass.size();
    m_mass.resize(begin + static_cast<std::size_t>(m_rows), 0.0F);
    for (int block = 0; block < m_blocks; ++block) {
        float& sum = m_mass[begin + static_cast<std::size_t>(rowOf(block))];
        sum += mass[static_cast<std::size_t>(block)];
        m_largest = std::max(m_largest, sum);
    }
    m_texts.append(text);
    update();
}

std::span<const float> HeatStrip::column(int token) const {
    const auto rows = static_cast<std::size_t>(m_rows);
    return std::span(m_mass).subspan(static_cast<std::size_t>(token) * rows, rows);
}

double HeatStrip::massAt(int token, int block) const {
    if (token < 0 || token >= tokens() || block < 0 || block >= m_blocks) return 0;
    return column(token)[static_cast<std::size_t>(rowOf(block))];
}

int HeatStrip::firstBlockOf(int row) const {
    return static_cast<int>((qint64{row} * m_blocks + m_rows - 1) / m_rows);
}

bool HeatStrip::cellAt(const QPoint& point, int& token, int& row) const {
    const QRect area = plot();
    if (!area.contains(point) || m_rows == 0) return false;
    token = static_cast<int>(qint64{point.x() - area.left()} * columnsFor(tokens()) / area.width());
    row = (point.y() - area.top()) * m_rows / area.height();
    return token < tokens();
}

QString HeatStrip::words(int token, int row) const {
    const int first = firstBlockOf(row);
    const int last = firstBlockOf(row + 1) - 1;
    const QString blocks = first == last
                               ? blockText(first)
                               : tr("Blocks %1 to %2").arg(countText(first), countText(last));
    return tr("Token %1: \u201c%2\u201d\n%3: %4 of its attention")
        .arg(countText(token + 1), m_texts[token], blocks,
             shareText(column(token)[static_cast<std::size_t>(row)]));
}

QString HeatStrip::textAt(const QPoint& point) const {
    int token = 0;
    int row = 0;
    return cellAt(point, token, row) ? words(token, row) : QString();
}

QString HeatStrip::cursorText() const {
    return m_token < 0 ? QString() : words(m_token, m_row);
}

void HeatStrip::mouseReleaseEvent(QMouseEvent* event) {
    int token = 0;
    int row = 0;
    if (event->button() != Qt::LeftButton || !cellAt(event->position().toPoint(), token, row))
        return;
    m_token = token;
    m_row = row;
    cursorMoved();
    emit blockActivated(firstBlockOf(row));
}

void HeatStrip::keyPressEvent(QKeyEvent* event) {
    int token = m_token;
    int row = m_row;
    switch (event->key()) {
        case Qt::Key_Left:
            --token;
            break;
        case Qt::Key_Right:
            ++token;
            break;
        case Qt::Key_Up:
            --row;
            break;
        case Qt::Key_Down:
            ++row;
            break;
        case Qt::Key_Home:
            token = 0;
            break;
        case Qt::Key_End:
            token = tokens() - 1;
            break;
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space:
            if (m_token >= 0) emit blockActivated(firstBlockOf(m_row));
            return;
        default:
            return QWidget::keyPressEvent(event);
    }
    if (tokens() == 0) return;
    m_token = std::clamp(token, 0, tokens() - 1);
    m_row = std::clamp(row, 0, m_rows - 1);
    cursorMoved();
}

void HeatStrip::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) m_drawnTokens = 0;
    ChartWidget::changeEvent(event);
}

// Draws what the image lacks: all of it, or the columns of new tokens. One pixel per device pixel;
// each shows the largest mass that falls on it.
void HeatStrip::drawImage(const QSize& size) {
    const int columns = columnsFor(tokens());
    if (m_drawnTokens == 0 || m_image.size() != size || m_drawnColumns != columns ||
        m_drawnLargest != m_largest) {
        m_image = QImage(size, QImage::Format_RGB32);
        m_image.fill(theme().base);
        m_drawnTokens = 0;
    }
    const MassScale scale(theme().scheme(), double{m_largest});
    const auto xOf = [&](int token) {
        return static_cast<int>(qint64{token} * size.width() / columns);
    };
    for (int x = xOf(m_drawnTokens); x < xOf(tokens()); ++x) drawColumn(x, columns, scale);
    m_image.setDevicePixelRatio(devicePixelRatioF());
    // The pixel of the last token may be shared with those to come.
    m_drawnTokens = tokens() - 1;
    m_drawnColumns = columns;
    m_drawnLargest = m_largest;
}

void HeatStrip::drawColumn(int x, int columns, const MassScale& scale) {
    const int width = m_image.width();
    const int height = m_image.height();
    const auto first = std::min(tokens() - 1, static_cast<int>(qint64{x} * columns / width));
    const auto end = std::min(tokens(), static_cast<int>((qint64{x} + 1) * columns / width));
    std::vector<float> largest(column(first).begin(), column(first).end());
    for (int token = first + 1; token < end; ++token)
        std::ranges::transform(largest, column(token), largest.begin(),
                               [](float one, float other) { return std::max(one, other); });
    for (int y = 0; y < height; ++y) {
        const int top = y * m_rows / height;
        const int bottom = std::max(top + 1, (y + 1) * m_rows / height);
        const float mass = *std::max_element(largest.begin() + top, largest.begin() + bottom);
        reinterpret_cast<QRgb*>(m_image.scanLine(y))[x] = scale.color(double{mass});
    }
}

void HeatStrip::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setLayoutDirection(layoutDirection());
    if (tokens() == 0)
        return paintEmpty(painter, tr("Follows the attention of an answer, token by token"));
    const QRect area = plot();
    drawImage(area.size() * devicePixelRatioF());
    painter.fillRect(rect(), theme().base);
    painter.drawImage(area.topLeft(), m_image);

    const QRect caption(area.left(), kGridUnit / 2, area.width(), textHeight());
    MassScale(theme().scheme(), double{m_largest}).paintLegend(painter, caption);
    painter.setPen(theme().mutedText);
    painter.drawText(caption, Qt::AlignLeft | Qt::AlignVCenter, tr("Attention per block"));
    const QRect below(area.left(), area.bottom() + kGridUnit / 2, area.width(), textHeight());
    painter.drawText(below, Qt::AlignLeft | Qt::AlignVCenter, tokensText(tokens()));
    const QRect names(0, area.top(), area.left() - kGridUnit, area.height());
    painter.drawText(names, Qt::AlignRight | Qt::AlignTop, blockText(0));
    if (m_blocks > 1)
        painter.drawText(names, Qt::AlignRight | Qt::AlignBottom, blockText(m_blocks - 1));
    if (m_token >= 0) {
        const double cellWidth = static_cast<double>(area.width()) / columnsFor(tokens());
        const double cellHeight = static_cast<double>(area.height()) / m_rows;
        painter.setPen(QPen(theme().accent, 2));
        painter.drawRect(QRectF(area.left() + m_token * cellWidth, area.top() + m_row * cellHeight,
                                std::max(3.0, cellWidth), std::max(3.0, cellHeight)));
    }
    paintFrame(painter, area);
}

}  // namespace asterism
