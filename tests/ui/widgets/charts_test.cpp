// The charts by mouse and by keys.

#include <cmath>

#include <gtest/gtest.h>

#include <QAccessible>
#include <QApplication>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>

#include "tests/ui/sample_timing.h"
#include "ui/models/block_table_model.h"
#include "ui/widgets/decode_timeline.h"
#include "ui/widgets/gantt_chart.h"
#include "ui/widgets/heat_strip.h"
#include "ui/widgets/mass_scale.h"
#include "ui/widgets/project_strip.h"

namespace asterism::test {
namespace {

void turnWheel(QWidget& widget, const QPoint& at, int notches) {
    QWheelEvent event(at, widget.mapToGlobal(at), {}, {0, 120 * notches}, Qt::NoButton,
                      Qt::NoModifier, Qt::NoScrollPhase, false);
    QApplication::sendEvent(&widget, &event);
}

class GanttChartTest : public testing::Test {
  protected:
    GanttChartTest() {
        m_model.setRows(sampleBlocks(40, 4));
        m_chart.setModel(&m_model);
        m_chart.resize(800, 240);
        m_chart.show();
    }

    QPoint pointOf(int block) const { return m_chart.barOf(block).center().toPoint(); }
    const BlockRow& row(int block) const { return m_model.rows()[static_cast<std::size_t>(block)]; }

    BlockTableModel m_model;
    GanttChart m_chart;
};

TEST_F(GanttChartTest, ShowsTheWholeRun) {
    double end = 0;
    for (const BlockRow& block : m_model.rows())
        end = std::max(end, block.beginSeconds + block.seconds);
    EXPECT_EQ(m_chart.viewBegin(), 0);
    EXPECT_EQ(m_chart.viewEnd(), end);
    for (int block = 0; block < 40; ++block) EXPECT_EQ(m_chart.blockAt(pointOf(block)), block);
}

TEST_F(GanttChartTest, AClickChoosesTheBlockUnderIt) {
    QSignalSpy activated(&m_chart, &GanttChart::blockActivated);
    QTest::mouseClick(&m_chart, Qt::LeftButton, {}, pointOf(13));
    ASSERT_EQ(activated.count(), 1);
    EXPECT_EQ(activated.first().first().toInt(), 13);
    EXPECT_EQ(m_chart.currentBlock(), 13);
    EXPECT_TRUE(m_chart.cursorText().contains(QStringLiteral("Block 13")));
    // Beside the bars there is nothing to choose.
    QTest::mouseClick(&m_chart, Qt::LeftButton, {}, {2, 2});
    EXPECT_EQ(activated.count(), 1);
}

TEST_F(GanttChartTest, TheWheelZoomsAroundThePointer) {
    const QPoint at = pointOf(22);
    const double whole = m_chart.viewEnd();
    turnWheel(m_chart, at, 3);
    EXPECT_LT(m_chart.viewEnd() - m_chart.viewBegin(), 0.6 * whole);
    EXPECT_EQ(m_chart.blockAt(at), 22);
    turnWheel(m_chart, at, -30);
    EXPECT_EQ(m_chart.viewBegin(), 0);
    EXPECT_EQ(m_chart.viewEnd(), whole);
}

TEST_F(GanttChartTest, DraggingPansAndChoosesNothing) {
    turnWheel(m_chart, m_chart.rect().center(), 6);
    const double begin = m_chart.viewBegin();
    QSignalSpy activated(&m_chart, &GanttChart::blockActivated);
    const QPoint from = m_chart.rect().center();
    QTest::mousePress(&m_chart, Qt::LeftButton, {}, from);
    QTest::mouseMove(&m_chart, from - QPoint(60, 0));
    QTest::mouseRelease(&m_chart, Qt::LeftButton, {}, from - QPoint(60, 0));
    EXPECT_GT(m_chart.viewBegin(), begin);
    EXPECT_EQ(activated.count(), 0);
}

TEST_F(GanttChartTest, KeysStepThroughRanksAndZoom) {
    QTest::keyClick(&m_chart, Qt::Key_Right);
    EXPECT_EQ(m_chart.currentBlock(), 0);
    QTest::keyClick(&m_chart, Qt::Key_Right);
    EXPECT_EQ(m_chart.currentBlock(), 4);
    QTest::keyClick(&m_chart, Qt::Key_Down);
    EXPECT_EQ(row(m_chart.currentBlock()).rank, 1);
    QTest::keyClick(&m_chart, Qt::Key_Up);
    QTest::keyClick(&m_chart, Qt::Key_Left);
    QTest::keyClick(&m_chart, Qt::Key_Left);
    EXPECT_EQ(m_chart.currentBlock(), 0);
    const double end = m_chart.viewEnd();
    for (int i = 0; i < 8; ++i) QTest::keyClick(&m_chart, Qt::Key_Plus);
    EXPECT_LT(m_chart.viewEnd() - m_chart.viewBegin(), end / 5);
    // What is chosen comes into view.
    m_chart.setCurrentBlock(36);
    EXPECT_LE(m_chart.viewBegin(), row(36).beginSeconds + row(36).seconds);
    EXPECT_GE(m_chart.viewEnd(), row(36).beginSeconds);
    QTest::keyClick(&m_chart, Qt::Key_0);
    EXPECT_EQ(m_chart.viewEnd(), end);
    QSignalSpy activated(&m_chart, &GanttChart::blockActivated);
    QTest::keyClick(&m_chart, Qt::Key_Return);
    EXPECT_EQ(activated.count(), 1);
}

TEST_F(GanttChartTest, FollowsARunAsItGrows) {
    EncodingStarted started;
    started.contextTokens = 20;
    started.blocks = {{0, 10}, {10, 20}};
    m_model.encodingStarted(started);
    EXPECT_EQ(m_chart.viewEnd(), 0);
    QTest::keyClick(&m_chart, Qt::Key_Right);
    EXPECT_EQ(m_chart.currentBlock(), -1);
    m_model.blockEncoded({0, {0, 10}, 0, 0.0, 2.5, false});
    EXPECT_TRUE(QTest::qWaitFor([&] { return m_chart.viewEnd() == 2.5; }, 1000));
}

class ProjectStripTest : public testing::Test {
  protected:
    void show(int blocks, int width) {
        m_model.setRows(sampleBlocks(blocks, 2));
        m_strip.setModel(&m_model);
        m_strip.resize(width, m_strip.sizeHint().height());
        m_strip.show();
    }

    BlockTableModel m_model;
    ProjectStrip m_strip;
};

TEST_F(ProjectStripTest, EveryBlockHasACellOfItsOwn) {
    for (const int blocks : {1, 7, 90, 800, 10'000}) {
        show(blocks, 1600);
        for (int block = 0; block < blocks; ++block) {
            const QRect cell = m_strip.cellOf(block);
            ASSERT_TRUE(m_strip.rect().contains(cell)) << block << " of " << blocks;
            ASSERT_EQ(m_strip.blockAt(cell.topLeft()), block) << "of " << blocks;
            ASSERT_EQ(m_strip.blockAt(cell.bottomRight()), block) << "of " << blocks;
        }
    }
}

TEST_F(ProjectStripTest, NeighboursShareACellWhereThereIsNoRoom) {
    show(10'000, 300);
    const int block = m_strip.blockAt(m_strip.cellOf(7'777).center());
    EXPECT_LE(block, 7'777);
    EXPECT_GE(block, 7'777 - 8);
    EXPECT_TRUE(m_strip.rect().contains(m_strip.cellOf(9'999)));
}

TEST_F(ProjectStripTest, AClickChoosesABlock) {
    show(90, 1000);
    QSignalSpy activated(&m_strip, &ProjectStrip::blockActivated);
    QTest::mouseClick(&m_strip, Qt::LeftButton, {}, m_strip.cellOf(41).center());
    ASSERT_EQ(activated.count(), 1);
    EXPECT_EQ(activated.first().first().toInt(), 41);
    EXPECT_EQ(m_strip.currentBlock(), 41);
}

TEST_F(ProjectStripTest, KeysWalkThroughTheBlocks) {
    show(500, 600);
    QTest::keyClick(&m_strip, Qt::Key_Right);
    EXPECT_EQ(m_strip.currentBlock(), 0);
    QTest::keyClick(&m_strip, Qt::Key_Right);
    EXPECT_EQ(m_strip.currentBlock(), 1);
    QTest::keyClick(&m_strip, Qt::Key_Down);
    EXPECT_EQ(m_strip.cellOf(m_strip.currentBlock()).left(), m_strip.cellOf(1).left());
    EXPECT_GT(m_strip.cellOf(m_strip.currentBlock()).top(), m_strip.cellOf(1).top());
    QTest::keyClick(&m_strip, Qt::Key_Up);
    EXPECT_EQ(m_strip.currentBlock(), 1);
    QTest::keyClick(&m_strip, Qt::Key_End);
    EXPECT_EQ(m_strip.currentBlock(), 499);
    QTest::keyClick(&m_strip, Qt::Key_Right);
    QTest::keyClick(&m_strip, Qt::Key_Down);
    EXPECT_EQ(m_strip.currentBlock(), 499);
    QTest::keyClick(&m_strip, Qt::Key_Home);
    EXPECT_EQ(m_strip.currentBlock(), 0);
    QSignalSpy activated(&m_strip, &ProjectStrip::blockActivated);
    QTest::keyClick(&m_strip, Qt::Key_Space);
    EXPECT_EQ(activated.count(), 1);
}

// What a cell looks like, as pixels without colour.
QImage greyCell(ProjectStrip& strip, int block) {
    return strip.grab(strip.cellOf(block)).toImage().convertToFormat(QImage::Format_Grayscale8);
}

TEST_F(ProjectStripTest, StatesDifferByFormNotOnlyByColor) {
    for (const int blocks : {12, 1000}) {  // large cells and small ones
        show(blocks, 600);
        m_model.setState(1, DocumentState::failed);
        m_model.setState(2, DocumentState::changed);
        m_model.setState(3, DocumentState::queued);
        for (int one = 0; one < 3; ++one)
            for (int other = one + 1; other < 4; ++other) {
                // By which pixels are of the cell's commonest grey, whatever grey that is.
                const auto form = [&](int block) {
                    const QImage cell = greyCell(m_strip, block);
                    const int corner = qGray(cell.pixel(0, cell.height() - 1));
                    std::vector<bool> same;
                    for (int y = 0; y < 2; ++y)
                        for (int x = 0; x < 2; ++x)
                            same.push_back(qGray(cell.pixel(x, y * (cell.height() - 1))) == corner);
                    same.push_back(qGray(cell.pixel(cell.width() / 2, cell.height() / 2)) ==
                                   corner);
                    return same;
                };
                EXPECT_TRUE(form(one) != form(other) ||
                            greyCell(m_strip, one) != greyCell(m_strip, other))
                    << one << " and " << other << " of " << blocks;
            }
    }
}

TEST_F(ProjectStripTest, MassColorsOnlyBlocksThatAreThere) {
    show(12, 600);
    m_strip.setColoring(ProjectStrip::Coloring::mass);
    const QImage before = m_strip.grab(m_strip.cellOf(5)).toImage();
    m_model.setState(5, DocumentState::queued);
    EXPECT_NE(m_strip.grab(m_strip.cellOf(5)).toImage(), before);
}

TEST(HeatStripTest, KeepsOneColumnPerTokenAndAddsUpNeighbours) {
    HeatStrip strip;
    strip.resize(800, 200);
    strip.start(2048);
    std::vector<float> mass(2048, 0.0F);
    mass[100] = 0.25F;
    mass[101] = 0.5F;  // shares its row with 100
    strip.addToken(QStringLiteral("one"), mass);
    strip.addToken(QStringLiteral("two"), std::vector<float>(2048, 1.0F / 2048));
    strip.addToken(QStringLiteral("other context"), {1, 2, 3});
    EXPECT_EQ(strip.tokens(), 2);
    EXPECT_FLOAT_EQ(static_cast<float>(strip.massAt(0, 100)), 0.75F);
    EXPECT_EQ(strip.massAt(0, 96), 0);
    EXPECT_FLOAT_EQ(static_cast<float>(strip.massAt(1, 7)), 4.0F / 2048);
    EXPECT_EQ(strip.massAt(2, 0), 0);
}

TEST(HeatStripTest, KeysAndClicksChooseBlocks) {
    HeatStrip strip;
    strip.resize(800, 200);
    strip.start(10);
    for (int token = 0; token < 30; ++token)
        strip.addToken(QStringLiteral("word"), sampleMass(10, token));
    strip.show();
    QSignalSpy activated(&strip, &HeatStrip::blockActivated);
    QTest::keyClick(&strip, Qt::Key_Return);
    EXPECT_EQ(activated.count(), 0);
    QTest::keyClick(&strip, Qt::Key_End);
    QTest::keyClick(&strip, Qt::Key_Down);
    EXPECT_TRUE(strip.cursorText().contains(QStringLiteral("Token 30")));
    EXPECT_TRUE(strip.cursorText().contains(QStringLiteral("Block 1")));
    QTest::keyClick(&strip, Qt::Key_Return);
    ASSERT_EQ(activated.count(), 1);
    EXPECT_EQ(activated.first().first().toInt(), 1);
    const QRect plot = strip.plot();
    QTest::mouseClick(&strip, Qt::LeftButton, {}, {plot.left() + 3, plot.bottom() - 2});
    ASSERT_EQ(activated.count(), 2);
    EXPECT_EQ(activated.last().first().toInt(), 9);
}

TEST(HeatStripTest, PaintsTheLargestMassAtTheFarEndOfTheScale) {
    HeatStrip strip;
    strip.resize(800, 200);
    strip.start(4);
    for (int token = 0; token < 64; ++token) strip.addToken(QString(), {0, 0.8F, 0, 0});
    const QImage image = strip.grab().toImage();
    const QRect plot = strip.plot();
    EXPECT_EQ(image.pixel(plot.center().x(), plot.top() + plot.height() * 3 / 8),
              MassScale::ramp(ColorScheme::light).back());
    EXPECT_EQ(image.pixel(plot.center().x(), plot.top() + plot.height() * 7 / 8),
              MassScale::ramp(ColorScheme::light).front());
}

TEST(DecodeTimelineTest, KeysWalkThroughTheSteps) {
    DecodeTimeline timeline;
    timeline.resize(800, 200);
    timeline.show();
    QTest::keyClick(&timeline, Qt::Key_Right);
    EXPECT_EQ(timeline.currentStep(), -1);
    for (const DecodeStep& step : sampleAnswer(40).steps) timeline.addStep(step);
    QTest::keyClick(&timeline, Qt::Key_End);
    EXPECT_EQ(timeline.currentStep(), 39);
    QTest::keyClick(&timeline, Qt::Key_Left);
    EXPECT_EQ(timeline.currentStep(), 38);
    EXPECT_TRUE(timeline.cursorText().contains(QStringLiteral("linear: 14 ms")))
        << qPrintable(timeline.cursorText());
    QTest::keyClick(&timeline, Qt::Key_Home);
    EXPECT_EQ(timeline.currentStep(), 0);
}

TEST(DecodeTimelineTest, SaysWhichPartsAreOfAProfiledStep) {
    DecodeTimeline timeline;
    DecodeStep step = sampleAnswer(1).steps.front();
    step.parts->isProfiled = true;
    timeline.addStep(step);
    QTest::keyClick(&timeline, Qt::Key_Home);
    EXPECT_TRUE(timeline.cursorText().contains(QStringLiteral("profiled")));
    // And without parts there are none to be read.
    timeline.start();
    step.parts.reset();
    timeline.addStep(step);
    QTest::keyClick(&timeline, Qt::Key_Home);
    EXPECT_FALSE(timeline.cursorText().contains(QStringLiteral("attention")));
}

TEST(ChartWidgetTest, TellsScreenReadersWhatTheCursorStandsOn) {
    BlockTableModel model;
    model.setRows(sampleBlocks(5, 1));
    ProjectStrip strip;
    strip.setModel(&model);
    strip.setCurrentBlock(3);
    QAccessibleInterface* accessible = QAccessible::queryAccessibleInterface(&strip);
    ASSERT_NE(accessible, nullptr);
    EXPECT_EQ(accessible->role(), QAccessible::Chart);
    EXPECT_EQ(accessible->text(QAccessible::Name), QStringLiteral("Blocks of the project"));
    EXPECT_TRUE(accessible->text(QAccessible::Value).startsWith(QStringLiteral("Block 3, ready")));
}

TEST(ChartWidgetTest, TicksAreRoundAndFew) {
    EXPECT_EQ(axisTicks(0, 10, 5), (std::vector<double>{0, 2, 4, 6, 8, 10}));
    const std::vector<double> fine = axisTicks(3.01, 3.09, 4);
    ASSERT_EQ(fine.size(), 4U);
    EXPECT_NEAR(fine[0], 3.02, 1e-12);
    EXPECT_TRUE(axisTicks(1, 1, 5).empty());
    EXPECT_EQ(axisTimeText(0.25, 0.05), QStringLiteral("250 ms"));
    EXPECT_EQ(axisTimeText(0.4, 0.2), QStringLiteral("0.4 s"));
    EXPECT_EQ(axisTimeText(40, 20), QStringLiteral("40 s"));
    EXPECT_EQ(axisTimeText(80, 20), QStringLiteral("1 min 20 s"));
}

}  // namespace
}  // namespace asterism::test
