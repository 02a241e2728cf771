#include "core/eval/plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <limits>

namespace asterism::eval {

namespace {

constexpr double kPanelWidth = 560;
constexpr double kPanelHeight = 320;
constexpr double kLeft = 70;
constexpr double kTop = 40;
constexpr double kBelow = 60;  // of a panel: its axis and name
constexpr double kLegendLine = 20;

// Colours that people who do not tell red from green can tell apart (Okabe and Ito's set).
constexpr std::array kColours{"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                              "#E69F00", "#56B4E9", "#000000"};

std::string number(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.6g", value);
    return text.data();
}

std::string escaped(const std::string& text) {
    std::string safe;
    for (const char letter : text) {
        if (letter == '&')
            safe += "&amp;";
        else if (letter == '<')
            safe += "&lt;";
        else if (letter == '"')
            safe += "&quot;";
        else
            safe += letter;
    }
    return safe;
}

std::string textAt(double x, double y, const std::string& anchor, const std::string& text) {
    return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + anchor + "\">" +
           escaped(text) + "</text>\n";
}

std::string lineFrom(double x1, double y1, double x2, double y2, const std::string& colour) {
    return "<line x1=\"" + number(x1) + "\" y1=\"" + number(y1) + "\" x2=\"" + number(x2) +
           "\" y2=\"" + number(y2) + "\" stroke=\"" + colour + "\"/>\n";
}

// A mark of the series' own form, centred on a place.
std::string mark(std::size_t series, double x, double y) {
    constexpr double kSize = 4;
    const std::string fill =
        std::string(" fill=\"") + kColours[series % kColours.size()] + "\"/>\n";
    const auto polygon = [&](std::initializer_list<std::pair<double, double>> corners) {
        std::string points;
        for (const auto& [dx, dy] : corners)
            points += number(x + dx * kSize) + "," + number(y + dy * kSize) + " ";
        points.pop_back();
        return "<polygon points=\"" + points + "\"" + fill;
    };
    switch (series % 4) {
        case 0:
            return "<circle cx=\"" + number(x) + "\" cy=\"" + number(y) + "\" r=\"" +
                   number(kSize) + "\"" + fill;
        case 1:
            return polygon({{-1, -1}, {1, -1}, {1, 1}, {-1, 1}});
        case 2:
            return polygon({{0, -1.2}, {1.1, 1}, {-1.1, 1}});
        default:
            return polygon({{0, -1.3}, {1.3, 0}, {0, 1.3}, {-1.3, 0}});
    }
}

// From values to places along one axis, with ticks at round values.
class Axis {
  public:
    Axis(double low, double high, bool isLogarithmic) : m_isLogarithmic(isLogarithmic) {
        if (isLogarithmic) {
            m_low = std::floor(std::log2(low) - 0.01);
            m_high = std::ceil(std::log2(high) + 0.01);
            for (double power = m_low; power <= m_high; ++power)
                m_ticks.push_back(std::exp2(power));
            return;
        }
        const double step = std::pow(10, std::floor(std::log10(std::max(high - low, 1e-9))));
        m_low = std::floor(low / step) * step;
        m_high = std::max(std::ceil(high / step) * step, m_low + step);
        const int count = static_cast<int>(std::lround((m_high - m_low) / step));
        for (int i = 0; i <= count; ++i) m_ticks.push_back(m_low + step * i);
    }

    // 0 at the low end, 1 at the high one.
    double place(double value) const {
        return ((m_isLogarithmic ? std::log2(value) : value) - m_low) / (m_high - m_low);
    }
    const std::vector<double>& ticks() const { return m_ticks; }

  private:
    bool m_isLogarithmic;
    double m_low = 0;
    double m_high = 1;
    std::vector<double> m_ticks;
};

struct Range {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
    void take(double value) {
        low = std::min(low, value);
        high = std::max(high, value);
    }
};

class PanelWriter {
  public:
    PanelWriter(const PlotPanel& panel, const Range& x, const Range& y, double top)
        : m_panel(panel),
          m_x(x.low, x.high, panel.isLogarithmic),
          m_y(y.low, y.high, false),
          m_top(top) {}

    std::string write() const {
        std::string svg = textAt(kLeft, m_top - 12, "start", m_panel.title);
        for (const double tick : m_x.ticks()) {
            const double x = placeX(tick);
            svg += lineFrom(x, m_top, x, m_top + kPanelHeight, "#dddddd");
            svg += textAt(x, m_top + kPanelHeight + 18, "middle", number(tick));
        }
        for (const double tick : m_y.ticks()) {
            const double y = placeY(tick);
            svg += lineFrom(kLeft, y, kLeft + kPanelWidth, y, "#dddddd");
            svg += textAt(kLeft - 8, y + 4, "end", number(tick));
        }
        svg += textAt(kLeft + kPanelWidth / 2, m_top + kPanelHeight + 38, "middle", m_panel.xName);
        svg += textAt(kLeft + kPanelWidth, m_top - 12, "end", m_panel.yName);
        for (std::size_t i = 0; i < m_panel.series.size(); ++i)
            svg += series(i, m_panel.series[i].points);
        return svg;
    }

  private:
    double placeX(double value) const { return kLeft + kPanelWidth * m_x.place(value); }
    double placeY(double value) const { return m_top + kPanelHeight * (1 - m_y.place(value)); }

    std::string series(std::size_t index, const std::vector<PlotPoint>& points) const {
        const std::string colour = kColours[index % kColours.size()];
        std::string svg;
        for (std::size_t i = 0; i < points.size(); ++i) {
            const double x = placeX(points[i].x);
            const double y = placeY(points[i].y);
            if (m_panel.isJoined && i > 0)
                svg += lineFrom(placeX(points[i - 1].x), placeY(points[i - 1].y), x, y, colour);
            if (points[i].error > 0)
                svg += lineFrom(x, placeY(points[i].y - points[i].error), x,
                                placeY(points[i].y + points[i].error), colour);
            svg += mark(index, x, y);
        }
        return svg;
    }

    const PlotPanel& m_panel;
    Axis m_x, m_y;
    double m_top;
};

std::string legend(const PlotPanel& panel, double top) {
    std::string svg;
    for (std::size_t i = 0; i < panel.series.size(); ++i) {
        const double y = top + kLegendLine * static_cast<double>(i);
        svg += mark(i, kLeft, y);
        svg += textAt(kLeft + 14, y + 4, "start", panel.series[i].name);
    }
    return svg;
}

}  // namespace

std::string svgPlot(std::span<const PlotPanel> panels) {
    std::string body;
    double top = kTop;
    std::size_t names = 0;
    for (const PlotPanel& panel : panels) {
        Range x, y;
        for (const PlotSeries& series : panel.series)
            for (const PlotPoint& point : series.points) {
                x.take(point.x);
                y.take(point.y - point.error);
                y.take(point.y + point.error);
            }
        if (x.low > x.high) continue;  // no points
        body += PanelWriter(panel, x, y, top).write();
        top += kPanelHeight + kBelow + kTop;
        names = panel.series.size();
    }
    if (names > 0) body += legend(panels.front(), top - 24);
    const double height = top + kLegendLine * static_cast<double>(names);
    const std::string width = number(kLeft + kPanelWidth + 40);
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + width + "\" height=\"" +
           number(height) + "\" font-family=\"sans-serif\" font-size=\"12\">\n" +
           "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n" + body + "</svg>\n";
}

}  // namespace asterism::eval
