// Charts of ten thousand blocks repaint within a frame.

#include <algorithm>
#include <cstdio>
#include <functional>
#include <limits>

#include <gtest/gtest.h>

#include <QImage>

#include "core/base/clock.h"
#include "tests/ui/sample_timing.h"
#include "ui/models/block_table_model.h"
#include "ui/widgets/decode_timeline.h"
#include "ui/widgets/gantt_chart.h"
#include "ui/widgets/heat_strip.h"
#include "ui/widgets/project_strip.h"

namespace asterism::test {
namespace {

constexpr int kBlocks = 10'000;
constexpr int kWidth = 1600;
constexpr double kFrameSeconds = 0.016;

// Seconds of one repaint; best of a few, as other programs may get in the way of any of them.
double paintSeconds(QWidget& widget, int height, const std::function<void()>& change) {
    widget.resize(kWidth, height);
    QImage image(widget.size(), QImage::Format_ARGB32_Premultiplied);
    double best = std::numeric_limits<double>::infinity();
    for (int run = 0; run < 10; ++run) {
        change();
        const Stopwatch clock;
        widget.render(&image);
        best = std::min(best, clock.seconds());
    }
    std::printf("%s: %.2f ms\n", qPrintable(widget.objectName()), best * 1e3);
    return best;
}

class PaintTimeTest : public testing::Test {
  protected:
    PaintTimeTest() { m_model.setRows(sampleBlocks(kBlocks, 8)); }
    BlockTableModel m_model;
};

TEST_F(PaintTimeTest, GanttChart) {
    GanttChart chart;
    chart.setModel(&m_model);
    EXPECT_LT(paintSeconds(chart, 300, [] {}), kFrameSeconds);
}

TEST_F(PaintTimeTest, ProjectStrip) {
    ProjectStrip strip;
    strip.setModel(&m_model);
    for (const auto coloring : {ProjectStrip::Coloring::state, ProjectStrip::Coloring::mass}) {
        strip.setColoring(coloring);
        EXPECT_LT(paintSeconds(strip, strip.sizeHint().height(), [] {}), kFrameSeconds);
    }
}

TEST_F(PaintTimeTest, HeatStripWithANewToken) {
    HeatStrip strip;
    strip.start(kBlocks);
    const std::vector<float> mass = sampleMass(kBlocks, 3);
    for (int token = 0; token < 2000; ++token) strip.addToken(QString(), mass);
    EXPECT_LT(paintSeconds(strip, 300, [&] { strip.addToken(QString(), mass); }), kFrameSeconds);
}

TEST(DecodeTimelinePaintTimeTest, TenThousandSteps) {
    DecodeTimeline timeline;
    for (const DecodeStep& step : sampleAnswer(10'000).steps) timeline.addStep(step);
    EXPECT_LT(paintSeconds(timeline, 300, [] {}), kFrameSeconds);
}

}  // namespace
}  // namespace asterism::test
