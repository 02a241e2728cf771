#include "ui/widgets/decode_timeline.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <QKeyEvent>
#include <QPainter>

#include "ui/figures.h"

namespace asterism {

namespace {

constexpr int kLeftMargin = 9 * kGridUnit;
constexpr int kTickHeight = 4 * kGridUnit;

std::array<double, Theme::kStepParts> partsOf(const StepParts& parts) {
    return {parts.attention, parts.linear, parts.merge, parts.sampling, parts.other};
}

QString partName(int part) {
    switch (part) {
        case 0:
            return DecodeTimeline::tr("attention");
        case 1:
            return DecodeTimeline::tr("linear");
        case 2:
            return DecodeTimeline::tr("merge");
        case 3:
            return DecodeTimeline::tr("sampling");
        default:
            return DecodeTimeline::tr("other");
    }
}

}  // namespace

DecodeTimeline::DecodeTimeline(QWidget* parent)
    : ChartWidget(QStringLiteral("decodeTimeline"), tr("Decoding steps"), parent) {
    setAccessibleDescription(tr("Left and Right move from step to step."));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

QSize DecodeTimeline::sizeHint() const {
    return {80 * kGridUnit, 20 * kGridUnit};
}

QSize DecodeTimeline::minimumSizeHint() const {
    return {30 * kGridUnit, 2 * textHeight() + 8 * kGridUnit};
}

QRect DecodeTimeline::plot() const {
    return rect().adjusted(kLeftMargin, textHeight() + kGridUnit, -kGridUnit,
                           -textHeight() - kGridUnit);
}

void DecodeTimeline::start() {
    m_timing = {};
    m_sums = {};
    m_slowest = 0;
    m_hasParts = false;
    m_current = -1;
    update();
}

void DecodeTimeline::setQuery(std::int64_t tokens, double seconds) {
    m_timing.queryTokens = tokens;
    m_timing.querySeconds = seconds;
}

void DecodeTimeline::addStep(const DecodeStep& step) {
    m_timing.steps.push_back(step);
    m_slowest = std::max(m_slowest, step.seconds);
    if (step.parts) {
        m_hasParts = true;
        m_sums.attention += step.parts->attention;
        m_sums.linear += step.parts->linear;
        m_sums.merge += step.parts->merge;
        m_sums.sampling += step.parts->sampling;
        m_sums.other += step.parts->other;
        m_sums.isProfiled = m_sums.isProfiled || step.parts->isProfiled;
    }
    update();
}

int DecodeTimeline::stepAt(const QPoint& point) const {
    const QRect area = plot();
    if (!area.contains(point)) return -1;
    const auto step =
        static_cast<int>(qint64{point.x() - area.left()} * columnsFor(steps()) / area.width());
    return step < steps() ? step : -1;
}

QString DecodeTimeline::words(int step) const {
    const DecodeStep& shown = m_timing.steps[static_cast<std::size_t>(step)];
    QStringList lines{tr("Token %1: \u201c%2\u201d").arg(countText(step + 1), shown.text),
                      durationText(shown.seconds)};
    if (shown.parts) {
        const auto parts = partsOf(*shown.parts);
        for (int part = 0; part < Theme::kStepParts; ++part)
            lines << tr("%1: %2", "part of a step: time")
                         .arg(partName(part), durationText(parts[static_cast<std::size_t>(part)]));
        if (shown.parts->isProfiled) lines << tr("parts as in a profiled step");
    }
    return lines.join(QLatin1Char('\n'));
}

QString DecodeTimeline::textAt(const QPoint& point) const {
    const int step = stepAt(point);
    return step < 0 ? QString() : words(step);
}

QString DecodeTimeline::cursorText() const {
    return m_current < 0 ? QString() : words(m_current);
}

void DecodeTimeline::keyPressEvent(QKeyEvent* event) {
    int step = m_current;
    switch (event->key()) {
        case Qt::Key_Left:
            --step;
            break;
        case Qt::Key_Right:
            ++step;
            break;
        case Qt::Key_Home:
            step = 0;
            break;
        case Qt::Key_End:
            step = steps() - 1;
            break;
        default:
            return QWidget::keyPressEvent(event);
    }
    if (steps() == 0) return;
    m_current = std::clamp(step, 0, steps() - 1);
    cursorMoved();
}

void DecodeTimeline::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setLayoutDirection(layoutDirection());
    if (steps() == 0) return paintEmpty(painter, tr("Shows the time of every token of an answer"));
    painter.fillRect(rect(), theme().base);
    const QRect area = plot();
    paintLegend(painter);
    paintAxis(painter, area);
    paintBars(painter, area);
    paintFrame(painter, area);
}

// The parts in the order they are stacked, with their shares of all steps where there is room.
void DecodeTimeline::paintLegend(QPainter& painter) const {
    const QRect line(kGridUnit, kGridUnit / 2, width() - 2 * kGridUnit, textHeight());
    painter.setPen(theme().mutedText);
    if (!m_hasParts) {
        painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, tr("Time per token"));
        return;
    }
    QStringList names;
    QStringList shares;
    int part = 0;
    for (const double seconds : partsOf(m_sums)) {
        names << partName(part++);
        shares << tr("%1 %2", "part of a step, share")
                      .arg(names.back(), shareText(seconds / std::max(1e-12, m_sums.seconds())));
    }
    if (m_sums.isProfiled) shares.back() += tr(" (profiled)");
    const int mark = kGridUnit + 2 + kGridUnit / 2;
    const int all = fontMetrics().horizontalAdvance(shares.join(QString())) +
                    Theme::kStepParts * (mark + 2 * kGridUnit);
    int left = line.left();
    part = 0;
    for (const QString& text : all <= line.width() ? shares : names) {
        painter.fillRect(left, line.center().y() - kGridUnit / 2, kGridUnit + 2, kGridUnit + 2,
                         theme().stepPartColor(part++));
        painter.drawText(left + mark, line.top(), line.right() - left - mark, line.height(),
                         Qt::AlignLeft | Qt::AlignVCenter, text);
        left += mark + fontMetrics().horizontalAdvance(text) + 2 * kGridUnit;
    }
}

void DecodeTimeline::paintAxis(QPainter& painter, const QRect& area) const {
    const auto ticks = axisTicks(0, shownSeconds(), std::max(1, area.height() / kTickHeight));
    const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : shownSeconds();
    for (const double tick : ticks) {
        const int y = area.bottom() + 1 -
                      static_cast<int>(std::lround(tick / shownSeconds() * area.height()));
        painter.setPen(theme().line);
        painter.drawLine(area.left(), y, area.right(), y);
        painter.setPen(theme().mutedText);
        const int labelTop =
            std::clamp(y - textHeight() / 2, area.top(), area.bottom() + 1 - textHeight());
        painter.drawText(QRect(0, labelTop, area.left() - kGridUnit, textHeight()),
                         Qt::AlignRight | Qt::AlignVCenter, axisTimeText(tick, step));
    }
    const QRect below(area.left(), area.bottom() + kGridUnit / 2, area.width(), textHeight());
    painter.drawText(below, Qt::AlignLeft | Qt::AlignVCenter, tokensText(steps()));
}

void DecodeTimeline::paintBars(QPainter& painter, const QRect& area) const {
    const int columns = columnsFor(steps());
    const auto xOf = [&](int step) {
        return area.left() + static_cast<int>(qint64{step} * area.width() / columns);
    };
    for (int first = 0; first < steps();) {
        int slowest = first;
        int end = first + 1;
        for (; end < steps() && xOf(end) == xOf(first); ++end)
            if (m_timing.steps[static_cast<std::size_t>(end)].seconds >
                m_timing.steps[static_cast<std::size_t>(slowest)].seconds)
                slowest = end;
        const int left = xOf(first);
        const int right = std::max(left + 1, xOf(end));
        // Wide bars stand apart.
        const int width = right - left > 3 ? right - left - 1 : right - left;
        paintBar(painter, QRect(left, area.top(), width, area.height()),
                 m_timing.steps[static_cast<std::size_t>(slowest)]);
        first = end;
    }
    if (m_current >= 0) {
        painter.setPen(QPen(theme().text, 2));
        painter.drawRect(xOf(m_current), area.top(),
                         std::max(3, xOf(m_current + 1) - xOf(m_current)), area.height() - 1);
    }
}

void DecodeTimeline::paintBar(QPainter& painter, const QRect& bar, const DecodeStep& step) const {
    const auto fill = [&](double from, double to, const QColor& color) {
        const double pixels = bar.height() / shownSeconds();
        const int upper = bar.bottom() + 1 - static_cast<int>(std::lround(to * pixels));
        const int lower = bar.bottom() + 1 - static_cast<int>(std::lround(from * pixels));
        if (upper < lower) painter.fillRect(bar.left(), upper, bar.width(), lower - upper, color);
    };
    // What the parts leave over is the step's, too: waiting for the event, writing the text.
    fill(0, step.seconds, m_hasParts ? theme().outline : theme().accent);
    if (!step.parts) return;
    double below = 0;
    int part = 0;
    for (const double seconds : partsOf(*step.parts)) {
        fill(below, below + seconds, theme().stepPartColor(part++));
        below += seconds;
    }
}

}  // namespace asterism
