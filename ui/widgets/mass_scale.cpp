#include "ui/widgets/mass_scale.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <QPainter>

#include "ui/figures.h"

namespace asterism {

namespace {

// A colour by lightness, chroma and hue (degrees) in Oklab, a space in which equal distances look
// equally large.
struct Lch {
    double lightness = 0;
    double chroma = 0;
    double hue = 0;
};

using Rgb = std::array<double, 3>;  // linear light, within [0, 1] if it can be shown

Rgb toLinearRgb(const Lch& color) {
    const double angle = color.hue * std::numbers::pi / 180;
    const double a = color.chroma * std::cos(angle);
    const double b = color.chroma * std::sin(angle);
    const double l = std::pow(color.lightness + 0.3963377774 * a + 0.2158037573 * b, 3);
    const double m = std::pow(color.lightness - 0.1055613458 * a - 0.0638541728 * b, 3);
    const double s = std::pow(color.lightness - 0.0894841775 * a - 1.2914855480 * b, 3);
    return {4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
            -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
            -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s};
}

bool canBeShown(const Rgb& rgb) {
    return std::all_of(rgb.begin(), rgb.end(), [](double c) { return c >= 0 && c <= 1; });
}

int toByte(double linear) {
    const double value =
        linear <= 0.0031308 ? 12.92 * linear : 1.055 * std::pow(linear, 1 / 2.4) - 0.055;
    return static_cast<int>(std::lround(255 * std::clamp(value, 0.0, 1.0)));
}

// The colour itself, or the most colourful one of its lightness and hue that a screen can show.
QRgb toRgb(Lch color) {
    Rgb rgb = toLinearRgb(color);
    while (!canBeShown(rgb) && color.chroma > 0) {
        color.chroma = std::max(0.0, color.chroma - 0.002);
        rgb = toLinearRgb(color);
    }
    return qRgb(toByte(rgb[0]), toByte(rgb[1]), toByte(rgb[2]));
}

MassScale::Ramp makeRamp(const Lch& from, const Lch& to) {
    MassScale::Ramp ramp{};
    for (int i = 0; i < MassScale::kSteps; ++i) {
        const double t = static_cast<double>(i) / (MassScale::kSteps - 1);
        ramp[static_cast<std::size_t>(i)] =
            toRgb({std::lerp(from.lightness, to.lightness, t), std::lerp(from.chroma, to.chroma, t),
                   std::lerp(from.hue, to.hue, t)});
    }
    return ramp;
}

constexpr int kLegendWidth = 96;

}  // namespace

MassScale::MassScale(ColorScheme scheme, double largest)
    : m_scheme(scheme), m_largest(largest), m_ramp(ramp(scheme)) {}

int MassScale::step(double mass) const {
    if (!(mass > 0) || !(m_largest > 0)) return 0;
    return static_cast<int>((kSteps - 1) * std::sqrt(std::min(1.0, mass / m_largest)) + 0.5);
}

const MassScale::Ramp& MassScale::ramp(ColorScheme scheme) {
    // From straw or night blue over teal to the other end.
    static const Ramp light = makeRamp({0.955, 0.035, 105}, {0.33, 0.16, 288});
    static const Ramp dark = makeRamp({0.29, 0.075, 288}, {0.94, 0.13, 105});
    return scheme == ColorScheme::dark ? dark : light;
}

void MassScale::paintLegend(QPainter& painter, const QRect& area) const {
    const Theme& theme = Theme::of(m_scheme);
    const QString none = shareText(0);
    const QString most = shareText(m_largest);
    const QFontMetrics metrics = painter.fontMetrics();
    const int mostLeft = area.right() + 1 - metrics.horizontalAdvance(most);
    const QRect bar(mostLeft - kGridUnit - kLegendWidth, area.center().y() - kGridUnit / 2,
                    kLegendWidth, kGridUnit + 1);
    painter.setPen(theme.mutedText);
    painter.drawText(QRect(mostLeft, area.top(), area.right() + 1 - mostLeft, area.height()),
                     Qt::AlignRight | Qt::AlignVCenter, most);
    painter.drawText(
        QRect(area.left(), area.top(), bar.left() - kGridUnit - area.left(), area.height()),
        Qt::AlignRight | Qt::AlignVCenter, none);
    for (int x = 0; x < bar.width(); ++x) {
        const int at = (kSteps - 1) * x / (bar.width() - 1);
        painter.fillRect(bar.left() + x, bar.top(), 1, bar.height(),
                         QColor(m_ramp[static_cast<std::size_t>(at)]));
    }
    painter.setPen(theme.outline);
    painter.drawRect(bar.adjusted(0, 0, -1, -1));
}

}  // namespace asterism
