// Pictures of every panel, light and dark, small and large, in the build folder's screenshots/:
// for people to look at. The tests only see to it that something was painted.

#include <functional>
#include <set>

#include <gtest/gtest.h>

#include <QApplication>
#include <QDir>
#include <QTest>

#include "tests/ui/sample_timing.h"
#include "ui/models/block_table_model.h"
#include "ui/panels/blocks_panel.h"
#include "ui/panels/memory_panel.h"
#include "ui/panels/timeline_panel.h"
#include "ui/widgets/project_strip.h"

namespace asterism::test {
namespace {

int colorsOf(const QImage& image) {
    std::set<QRgb> colors;
    for (int y = 0; y < image.height(); y += 2)
        for (int x = 0; x < image.width(); x += 2) colors.insert(image.pixel(x, y));
    return static_cast<int>(colors.size());
}

class ScreenshotsTest : public testing::TestWithParam<ColorScheme> {
  protected:
    ScreenshotsTest() : m_before(QApplication::palette()) {
        QApplication::setPalette(Theme::of(GetParam()).palette());
        QDir().mkpath(QStringLiteral(ASTERISM_SCREENSHOTS));
    }
    ~ScreenshotsTest() override { QApplication::setPalette(m_before); }

    void take(QWidget& widget, const QString& name, const QSize& size) const {
        widget.resize(size);
        widget.show();
        QTest::qWait(50);
        const QImage image = widget.grab().toImage();
        EXPECT_EQ(image.size(), size) << qPrintable(name);
        EXPECT_GT(colorsOf(image), 5) << qPrintable(name);
        const QString scheme =
            GetParam() == ColorScheme::dark ? QStringLiteral("dark") : QStringLiteral("light");
        const QString file = QStringLiteral("%1/%2_%3_%4x%5.png")
                                 .arg(QStringLiteral(ASTERISM_SCREENSHOTS), name, scheme)
                                 .arg(size.width())
                                 .arg(size.height());
        EXPECT_TRUE(image.save(file)) << qPrintable(file);
    }

  private:
    QPalette m_before;
};

INSTANTIATE_TEST_SUITE_P(Schemes, ScreenshotsTest,
                         testing::Values(ColorScheme::light, ColorScheme::dark),
                         [](const auto& scheme) {
                             return scheme.param == ColorScheme::dark ? "dark" : "light";
                         });

TEST_P(ScreenshotsTest, Blocks) {
    BlockTableModel model;
    BlocksPanel panel(model);
    take(panel, QStringLiteral("blocks_empty"), {420, 480});
    std::vector<BlockRow> rows = sampleBlocks(48, 4);
    rows[9].state = DocumentState::changed;
    rows[4].state = DocumentState::failed;
    model.setRows(rows);
    panel.setCurrentBlock(6);
    take(panel, QStringLiteral("blocks"), {420, 560});
    take(panel, QStringLiteral("blocks"), {1200, 760});
    model.setRows(sampleBlocks(10'000, 8));
    take(panel, QStringLiteral("blocks_10000"), {1200, 760});
}

TEST_P(ScreenshotsTest, Timeline) {
    TimelinePanel panel;
    take(panel, QStringLiteral("timeline_empty"), {420, 480});
    for (const int tokens : {40, 600}) {
        const int blocks = tokens == 40 ? 24 : 900;
        panel.startAnswer(blocks);
        panel.queryEncoded({24, 0.31});
        const AnswerTiming answer = sampleAnswer(tokens);
        for (int i = 0; i < tokens; ++i) {
            const DecodeStep& step = answer.steps[static_cast<std::size_t>(i)];
            panel.tokenDecoded({1, "word ", step.seconds + (i == 0 ? 0.31 : 0), step.parts,
                                sampleMass(blocks, i)});
        }
        const QString name = QStringLiteral("timeline_%1").arg(tokens);
        take(panel, name, {420, 480});
        take(panel, name, {1200, 640});
    }
}

TEST_P(ScreenshotsTest, TimelineWithoutParts) {
    TimelinePanel panel;
    panel.startAnswer(12);
    panel.queryEncoded({24, 0.31});
    for (int i = 0; i < 90; ++i) {
        panel.tokenDecoded(
            {1, "word ", (i == 0 ? 0.34 : 0.03 + 0.0001 * i), {}, sampleMass(12, i)});
    }
    take(panel, QStringLiteral("timeline_without_parts"), {800, 480});
}

TEST_P(ScreenshotsTest, Memory) {
    MemoryPanel panel;
    take(panel, QStringLiteral("memory_empty"), {360, 420});
    panel.setDevices(
        {{QStringLiteral("NVIDIA H100 80GB HBM3"), 16'100'000'000, 8'600'000'000, 85'000'000'000},
         {QStringLiteral("CPU"), 98'000'000, 390'000'000, 25'000'000'000}});
    panel.setCache({18'700'000'000, 20'000'000'000, 213'000'000'000, 1'200'000'000});
    take(panel, QStringLiteral("memory"), {360, 480});
    take(panel, QStringLiteral("memory"), {800, 560});
}

TEST_P(ScreenshotsTest, ProjectStrip) {
    for (const int blocks : {0, 30, 400, 10'000}) {
        BlockTableModel model;
        std::vector<BlockRow> rows = sampleBlocks(blocks, 2);
        for (std::size_t i = rows.size() * 2 / 3; i < rows.size(); ++i) {
            rows[i].state = DocumentState::queued;
            rows[i].mass.reset();
        }
        if (blocks > 20) {
            rows[5].state = DocumentState::failed;
            rows[6].state = DocumentState::changed;
            rows[20].state = DocumentState::encoding;
            rows[21].state = DocumentState::reading;
        }
        model.setRows(rows);
        ProjectStrip strip;
        strip.setModel(&model);
        strip.setCurrentBlock(blocks > 20 ? 11 : -1);
        const int height = strip.sizeHint().height();
        const QString name = QStringLiteral("strip_%1").arg(blocks);
        take(strip, name, {600, height});
        take(strip, name, {1600, height});
        strip.setColoring(ProjectStrip::Coloring::mass);
        if (blocks > 0) take(strip, name + QStringLiteral("_mass"), {1600, height});
    }
}

}  // namespace
}  // namespace asterism::test
