#include "core/eval/plot.h"

#include <gtest/gtest.h>

#include "tests/core/eval/eval_texts.h"

namespace asterism::eval {
namespace {

using test::countOf;

PlotPanel panelOf(std::vector<PlotSeries> series) {
    return {"title", "x", "y", true, true, std::move(series)};
}

TEST(Plot, DrawsAMarkForEveryPointAndABarForEveryError) {
    const std::vector<PlotPanel> panels{panelOf(
        {{"one", {{4096, 80, 2}, {8192, 70, 0}}}, {"two", {{4096, 60, 1}, {8192, 50, 1}}}})};
    const std::string svg = svgPlot(panels);
    EXPECT_TRUE(svg.starts_with("<svg "));
    EXPECT_TRUE(svg.ends_with("</svg>\n"));
    EXPECT_EQ(countOf(svg, "<circle"), 3);   // two points and the legend
    EXPECT_EQ(countOf(svg, "<polygon"), 3);  // likewise
    // Two lines that join points, three bars.
    EXPECT_EQ(countOf(svg, "stroke=\"#0072B2\"") + countOf(svg, "stroke=\"#D55E00\""), 5);
    EXPECT_EQ(countOf(svg, ">8192</text>"), 1);
}

TEST(Plot, PutsNamesInAsText) {
    const std::vector<PlotPanel> panels{panelOf({{"a<b & \"c\"", {{1, 1, 0}}}})};
    EXPECT_NE(svgPlot(panels).find("a&lt;b &amp; &quot;c&quot;"), std::string::npos);
}

TEST(Plot, OfNothingIsAnEmptyPicture) {
    EXPECT_EQ(countOf(svgPlot({}), "<circle"), 0);
    const std::vector<PlotPanel> panels{panelOf({})};
    EXPECT_TRUE(svgPlot(panels).ends_with("</svg>\n"));
}

}  // namespace
}  // namespace asterism::eval
