#pragma once

#include <span>
#include <string>
#include <vector>

namespace asterism::eval {

struct PlotPoint {
    double x = 0;
    double y = 0;
    double error = 0;  // half the height of the bar through it; 0: none
};

struct PlotSeries {
    std::string name;
    std::vector<PlotPoint> points;
};

struct PlotPanel {
    std::string title;
    std::string xName;
    std::string yName;
    bool isLogarithmic = false;  // x, to base 2
    bool isJoined = true;        // a line through a series' points
    std::vector<PlotSeries> series;
};

// The panels one below the other as an SVG document, with one legend. Series of the same place in
// each panel share a colour and a mark, so that colours need not be told apart.
std::string svgPlot(std::span<const PlotPanel> panels);

}  // namespace asterism::eval
