#include "ui/widgets/chart_widget.h"

#include <algorithm>
#include <cmath>

#include <QAccessible>
#include <QAccessibleWidget>
#include <QHelpEvent>
#include <QLocale>
#include <QPainter>
#include <QToolTip>

#include "ui/figures.h"

namespace asterism {

namespace {

constexpr int kFewestColumns = 64;  // short answers do not fill the width

// A chart to screen readers: its name, and as its value what the cursor stands on.
class AccessibleChart : public QAccessibleWidget {
  public:
    explicit AccessibleChart(ChartWidget* chart) : QAccessibleWidget(chart, QAccessible::Chart) {}

    QString text(QAccessible::Text kind) const override {
        if (kind == QAccessible::Value)
            return static_cast<const ChartWidget*>(widget())->cursorText();
        return QAccessibleWidget::text(kind);
    }
};

QAccessibleInterface* makeAccessibleChart(const QString&, QObject* object) {
    auto* chart = qobject_cast<ChartWidget*>(object);
    return chart ? new AccessibleChart(chart) : nullptr;
}

}  // namespace

ChartWidget::ChartWidget(const QString& objectName, const QString& accessibleName, QWidget* parent)
    : QWidget(parent), m_theme(&Theme::of(palette())) {
    static const bool isInstalled = [] {
        QAccessible::installFactory(makeAccessibleChart);
        return true;
    }();
    Q_UNUSED(isInstalled);
    setObjectName(objectName);
    setAccessibleName(accessibleName);
    setFocusPolicy(Qt::StrongFocus);
    setLayoutDirection(Qt::LeftToRight);  // time and blocks run this way in every language
}

void ChartWidget::cursorMoved() {
    update();
    QAccessibleValueChangeEvent change(this, cursorText());
    QAccessible::updateAccessibility(&change);
}

bool ChartWidget::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    QToolTip::showText(help->globalPos(), toolTipText(textAt(help->pos())), this);
    return true;
}

void ChartWidget::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) m_theme = &Theme::of(palette());
    QWidget::changeEvent(event);
}

void ChartWidget::paintFrame(QPainter& painter, const QRect& plot) const {
    painter.setBrush(Qt::NoBrush);
    painter.setPen(hasFocus() ? QPen(theme().accent, 2) : QPen(theme().line, 1));
    painter.drawRect(plot.adjusted(-1, -1, 0, 0));
}

void ChartWidget::paintEmpty(QPainter& painter, const QString& text) const {
    painter.fillRect(rect(), theme().base);
    painter.setPen(theme().mutedText);
    painter.drawText(rect().adjusted(kGridUnit, kGridUnit, -kGridUnit, -kGridUnit),
                     Qt::AlignCenter | Qt::TextWordWrap, text);
    paintFrame(painter, rect().adjusted(1, 1, -1, -1));
}

std::vector<double> axisTicks(double begin, double end, int most) {
    if (!(end > begin) || most < 1) return {};
    const double rough = (end - begin) / most;
    const double power = std::pow(10, std::floor(std::log10(rough)));
    double step = 10 * power;
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= rough * (1 - 1e-9)) {
            step = factor * power;
            break;
        }
    std::vector<double> ticks;
    // By index: sums of steps would drift.
    for (double i = std::ceil(begin / step); i * step <= end; ++i) ticks.push_back(i * step);
    return ticks;
}

int columnsFor(int tokens) {
    int columns = kFewestColumns;
    while (columns < tokens) columns += columns / 2;
    return columns;
}

QString axisTimeText(double seconds, double step) {
    const QLocale locale;
    if (step < 1) {
        const bool isSmall = step < 0.1;
        const double unit = isSmall ? 1e-3 : 1;
        const int digits =
            std::max(0, static_cast<int>(std::ceil(-std::log10(step / unit) - 1e-9)));
        const QString number = locale.toString(seconds / unit, 'f', digits);
        return isSmall ? ChartWidget::tr("%1 ms").arg(number) : ChartWidget::tr("%1 s").arg(number);
    }
    if (seconds < 60) return ChartWidget::tr("%1 s").arg(locale.toString(seconds, 'f', 0));
    return durationText(seconds);
}

}  // namespace asterism
