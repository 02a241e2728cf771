// The panels as a person uses them: by keys, by name, by the figures they show.

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include <QAccessible>
#include <QApplication>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

#include "tests/ui/sample_timing.h"
#include "ui/models/block_table_model.h"
#include "ui/panels/blocks_panel.h"
#include "ui/panels/memory_panel.h"
#include "ui/panels/timeline_panel.h"
#include "ui/widgets/gantt_chart.h"
#include "ui/widgets/heat_strip.h"

namespace asterism::test {
namespace {

template <typename Widget>
Widget& find(QWidget& parent, const char* name) {
    auto* widget = parent.findChild<Widget*>(QLatin1String(name));
    if (!widget) throw std::runtime_error(std::string("no widget is named ") + name);
    return *widget;
}

// Names of the widgets that Tab reaches, in its order, from the first back to it.
QStringList tabOrder(QWidget& panel) {
    panel.show();
    QApplication::setActiveWindow(&panel);
    EXPECT_TRUE(QTest::qWaitForWindowActive(&panel));
    if (!QApplication::focusWidget()) QTest::keyClick(&panel, Qt::Key_Tab);
    QStringList names;
    for (int i = 0; i < 30 && QApplication::focusWidget(); ++i) {
        const QString name = QApplication::focusWidget()->objectName();
        if (names.contains(name)) break;
        names << name;
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
    }
    return names;
}

// A scroll area's own parts: headers, scroll bars, viewport.
bool isPartOfAScrollArea(const QWidget* widget) {
    for (const QWidget* parent = widget->parentWidget(); parent; parent = parent->parentWidget())
        if (qobject_cast<const QTableView*>(parent)) return true;
    return qobject_cast<const QScrollBar*>(widget);
}

// Every widget of ours has a name for code; every control one for people, and a role.
void expectAccessible(QWidget& panel) {
    panel.show();
    for (QWidget* widget : panel.findChildren<QWidget*>()) {
        if (isPartOfAScrollArea(widget)) continue;
        EXPECT_FALSE(widget->objectName().isEmpty()) << widget->metaObject()->className();
        if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisible()) continue;
        if (widget->objectName().startsWith(QStringLiteral("qt_"))) continue;
        QAccessibleInterface* accessible = QAccessible::queryAccessibleInterface(widget);
        ASSERT_NE(accessible, nullptr) << qPrintable(widget->objectName());
        EXPECT_FALSE(accessible->text(QAccessible::Name).isEmpty())
            << qPrintable(widget->objectName());
        // Qt has no role for a scroll area but "client".
        const bool isScrollArea = qobject_cast<QScrollArea*>(widget) != nullptr;
        EXPECT_TRUE(isScrollArea || accessible->role() != QAccessible::Client)
            << qPrintable(widget->objectName());
    }
}

class BlocksPanelTest : public testing::Test {
  protected:
    BlocksPanelTest() : m_panel(m_model) { m_panel.resize(900, 600); }
    BlockTableModel m_model;
    BlocksPanel m_panel;
};

TEST_F(BlocksPanelTest, IsReachedByTabAndNamed) {
    m_model.setRows(sampleBlocks(30, 2));
    EXPECT_EQ(
        tabOrder(m_panel),
        (QStringList{QStringLiteral("ganttChart"), QStringLiteral("blocksTable"),
                     QStringLiteral("exportCsvButton"), QStringLiteral("exportTraceButton")}));
    expectAccessible(m_panel);
}

TEST_F(BlocksPanelTest, ChartAndTableShowTheSameBlock) {
    m_model.setRows(sampleBlocks(30, 2));
    m_panel.show();
    auto& chart = find<GanttChart>(m_panel, "ganttChart");
    auto& table = find<QTableView>(m_panel, "blocksTable");
    table.sortByColumn(BlockTableModel::massColumn, Qt::DescendingOrder);
    table.selectRow(4);
    const int block = table.model()->index(4, 0).data(BlockTableModel::kSortRole).toInt();
    EXPECT_EQ(chart.currentBlock(), block);

    QSignalSpy activated(&m_panel, &BlocksPanel::blockActivated);
    QTest::keyClick(&chart, Qt::Key_Right);
    QTest::keyClick(&chart, Qt::Key_Return);
    ASSERT_EQ(activated.count(), 1);
    const QModelIndex current = table.currentIndex();
    EXPECT_EQ(current.siblingAtColumn(0).data(BlockTableModel::kSortRole).toInt(),
              activated.first().first().toInt());
    QTest::keyClick(&table, Qt::Key_Return);
    EXPECT_EQ(activated.count(), 2);
}

TEST_F(BlocksPanelTest, OffersExportsOnceThereAreFigures) {
    auto& csv = find<QPushButton>(m_panel, "exportCsvButton");
    auto& trace = find<QPushButton>(m_panel, "exportTraceButton");
    EXPECT_FALSE(csv.isEnabled());
    EXPECT_FALSE(trace.isEnabled());
    m_model.setRows(std::vector<BlockRow>(3));
    EXPECT_TRUE(csv.isEnabled());
    EXPECT_FALSE(trace.isEnabled());
    m_model.setRows(sampleBlocks(3, 1));
    QSignalSpy csvAsked(&m_panel, &BlocksPanel::csvExportRequested);
    QSignalSpy traceAsked(&m_panel, &BlocksPanel::traceExportRequested);
    csv.click();
    trace.click();
    EXPECT_EQ(csvAsked.count(), 1);
    EXPECT_EQ(traceAsked.count(), 1);
}

TEST_F(BlocksPanelTest, SummarisesTheRun) {
    m_model.setRows(sampleBlocks(8, 2));
    const QString text = find<QLabel>(m_panel, "blocksSummaryLabel").text();
    EXPECT_TRUE(text.contains(QStringLiteral("1 restored"))) << qPrintable(text);
    EXPECT_TRUE(text.contains(QStringLiteral("7 encoded"))) << qPrintable(text);
}

TEST(TimelinePanelTest, IsReachedByTabAndNamed) {
    TimelinePanel panel;
    panel.resize(900, 500);
    EXPECT_EQ(tabOrder(panel),
              (QStringList{QStringLiteral("decodeTimeline"), QStringLiteral("heatStrip")}));
    expectAccessible(panel);
}

TEST(TimelinePanelTest, TellsFirstTokenAndRate) {
    TimelinePanel panel;
    panel.startAnswer(4);
    panel.queryEncoded({12, 0.5});
    panel.tokenDecoded({1, "Hi", 0.6, {}});
    panel.tokenDecoded({2, " you", 0.1, {}});
    panel.tokenDecoded({3, ".", 0.1, {}});
    EXPECT_NEAR(panel.timing().steps.front().seconds, 0.1, 1e-9);
    const QString text = panel.findChild<QLabel*>(QStringLiteral("timelineSummaryLabel"))->text();
    EXPECT_TRUE(text.contains(QStringLiteral("first token 600 ms"))) << qPrintable(text);
    EXPECT_TRUE(text.contains(QStringLiteral("10.0 tokens/s"))) << qPrintable(text);
    panel.startAnswer(4);
    EXPECT_TRUE(panel.timing().steps.empty());
}

TEST(TimelinePanelTest, TheHeatStripFollowsTheTokens) {
    TimelinePanel panel;
    panel.startAnswer(2);
    panel.queryEncoded({12, 0.5});
    panel.tokenDecoded({1, "Hi", 0.6, {}, {0.25F, 0.5F}});
    const auto& strip = find<HeatStrip>(panel, "heatStrip");
    ASSERT_EQ(strip.tokens(), 1);
    EXPECT_FLOAT_EQ(static_cast<float>(strip.massAt(0, 1)), 0.5F);
    panel.tokenDecoded({2, "", 0.1, {}, {}});
    EXPECT_EQ(strip.tokens(), 1) << "without figures there is nothing to show";
}

TEST(MemoryPanelTest, IsReachedByTabAndNamed) {
    MemoryPanel panel;
    panel.setCache({1, 10, 100, 0});
    panel.setDevices({{QStringLiteral("CPU"), 10, 20, 100}});
    panel.resize(400, 500);
    EXPECT_TRUE(tabOrder(panel).contains(QStringLiteral("clearCacheButton")));
    expectAccessible(panel);
}

TEST(MemoryPanelTest, ShowsTheCacheAgainstItsQuota) {
    MemoryPanel panel;
    auto& clear = find<QPushButton>(panel, "clearCacheButton");
    EXPECT_FALSE(clear.isEnabled());
    panel.setCache({9'500'000'000, 10'000'000'000, 50'000'000'000, 2'000'000'000});
    EXPECT_EQ(find<QLabel>(panel, "cacheLabel").text(), QStringLiteral("9.5 GB of 10.0 GB"));
    EXPECT_EQ(find<QProgressBar>(panel, "cacheMeter").value(), 950);
    const QString note = find<QLabel>(panel, "cacheNoteLabel").text();
    EXPECT_TRUE(note.contains(QStringLiteral("nearly full"))) << qPrintable(note);
    EXPECT_TRUE(note.contains(QStringLiteral("2.0 GB are of the open project")))
        << qPrintable(note);
    QSignalSpy asked(&panel, &MemoryPanel::clearRequested);
    clear.click();
    EXPECT_EQ(asked.count(), 1);
    // A quota made smaller than what is there.
    panel.setCache({20, 10, 0, 0});
    EXPECT_EQ(find<QProgressBar>(panel, "cacheMeter").value(), 1000);
}

TEST(MemoryPanelTest, ShowsEveryDevice) {
    MemoryPanel panel;
    panel.setDevices({{QStringLiteral("GPU A & B"), 4'000'000'000, 1'000'000'000, 80'000'000'000},
                      {QStringLiteral("CPU"), 0, 500'000, 0}});
    EXPECT_EQ(find<QLabel>(panel, "deviceLabel0").text(),
              QStringLiteral("4.0 GB model weights \u00b7 1.0 GB KV cache"));
    EXPECT_EQ(find<QLabel>(panel, "deviceNoteLabel0").text(),
              QStringLiteral("5.0 GB of 80.0 GB memory"));
    EXPECT_EQ(panel.findChild<QProgressBar*>(QStringLiteral("deviceMeter1")), nullptr);
    panel.setDevices({});
    EXPECT_EQ(panel.findChild<QLabel*>(QStringLiteral("deviceLabel0")), nullptr);
}

}  // namespace
}  // namespace asterism::test
