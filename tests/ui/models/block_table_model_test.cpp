#include "ui/models/block_table_model.h"

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QSortFilterProxyModel>

#include "tests/ui/sample_timing.h"

namespace asterism::test {
namespace {

EncodingStarted startOf(int blocks, std::int64_t blockTokens) {
    EncodingStarted started;
    started.contextTokens = blocks * blockTokens;
    for (int i = 0; i < blocks; ++i)
        started.blocks.push_back({i * blockTokens, (i + 1) * blockTokens});
    started.kvBytes = started.contextTokens * 1000 + 7;
    return started;
}

BlockEncoded blockOf(const EncodingStarted& started, int index) {
    BlockEncoded event;
    event.index = index;
    event.tokens = started.blocks[static_cast<std::size_t>(index)];
    event.rank = index % 2;
    event.beginSeconds = index * 0.5;
    event.seconds = 0.5;
    return event;
}

QString textOf(const BlockTableModel& model, int row, int column) {
    return model.index(row, column).data().toString();
}

TEST(BlockTableModelTest, ObeysTheRulesOfModelsThroughARun) {
    BlockTableModel model;
    const QAbstractItemModelTester tester(&model,
                                          QAbstractItemModelTester::FailureReportingMode::Fatal);
    const EncodingStarted started = startOf(20, 100);
    model.encodingStarted(started);
    for (int i = 0; i < 20; ++i) model.blockEncoded(blockOf(started, i));
    QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
    ASSERT_TRUE(changes.wait(1000));
    model.setDocuments({{QStringLiteral("a.md"), {0, 250}}});
    model.setMass(std::vector<float>(20, 0.05F));
    model.setState(3, DocumentState::failed);
    model.encodingStarted(startOf(4, 10));
    model.setRows(sampleBlocks(50, 3));
    model.setRows({});
    EXPECT_EQ(model.rowCount(), 0);
}

TEST(BlockTableModelTest, ShowsWhatTheEventsSay) {
    BlockTableModel model;
    const EncodingStarted started = startOf(3, 4096);
    model.encodingStarted(started);
    EXPECT_EQ(textOf(model, 1, BlockTableModel::stateColumn), QStringLiteral("queued"));
    EXPECT_TRUE(textOf(model, 1, BlockTableModel::timeColumn).isEmpty());
    EXPECT_TRUE(textOf(model, 1, BlockTableModel::massColumn).isEmpty());

    BlockEncoded event = blockOf(started, 1);
    event.seconds = 2;
    event.isRestored = true;
    model.blockEncoded(event);
    model.setMass({0.5F, 0.25F, 0.001F});
    EXPECT_EQ(textOf(model, 1, BlockTableModel::tokensColumn), QStringLiteral("4,096"));
    EXPECT_EQ(textOf(model, 1, BlockTableModel::stateColumn), QStringLiteral("ready, restored"));
    EXPECT_EQ(textOf(model, 1, BlockTableModel::rankColumn), QStringLiteral("1"));
    EXPECT_EQ(textOf(model, 1, BlockTableModel::timeColumn), QStringLiteral("2.00 s"));
    EXPECT_EQ(textOf(model, 1, BlockTableModel::rateColumn), QStringLiteral("2,048"));
    EXPECT_EQ(textOf(model, 1, BlockTableModel::kvBytesColumn), QStringLiteral("4.1 MB"));
    EXPECT_EQ(textOf(model, 1, BlockTableModel::massColumn), QStringLiteral("25.0 %"));
    EXPECT_EQ(textOf(model, 2, BlockTableModel::massColumn), QStringLiteral("0.10 %"));
    EXPECT_EQ(model.largestMass(), 0.5);
}

TEST(BlockTableModelTest, BytesOfTheBlocksAddUpToTheEvents) {
    BlockTableModel model;
    const EncodingStarted started = startOf(7, 13);
    model.encodingStarted(started);
    std::int64_t sum = 0;
    for (const BlockRow& row : model.rows()) sum += row.kvBytes;
    EXPECT_EQ(sum, started.kvBytes);
}

TEST(BlockTableModelTest, NamesTheDocumentsOfEveryBlock) {
    BlockTableModel model;
    model.encodingStarted(startOf(3, 100));
    model.setDocuments({{QStringLiteral("a.md"), {0, 30}},
                        {QStringLiteral("b.md"), {30, 60}},
                        {QStringLiteral("c.md"), {60, 80}},
                        {QStringLiteral("d.md"), {80, 100}},
                        {QStringLiteral("e.md"), {100, 240}}});
    EXPECT_EQ(model.rows()[0].documents.size(), 4);
    EXPECT_EQ(textOf(model, 0, BlockTableModel::documentsColumn),
              QStringLiteral("a.md, b.md, c.md and 1 more"));
    EXPECT_EQ(model.rows()[1].documents, QStringList{QStringLiteral("e.md")});
    EXPECT_EQ(model.rows()[2].documents, QStringList{QStringLiteral("e.md")});
    // The names stand also when the blocks come after them.
    model.encodingStarted(startOf(2, 120));
    EXPECT_EQ(model.rows()[1].documents, QStringList{QStringLiteral("e.md")});
}

TEST(BlockTableModelTest, NamesOfDocumentsAreNoMarkup) {
    BlockTableModel model;
    model.encodingStarted(startOf(1, 100));
    model.setDocuments({{QStringLiteral("<img src='x.png'>.md"), {0, 100}}});
    const QString tip =
        model.index(0, BlockTableModel::documentsColumn).data(Qt::ToolTipRole).toString();
    EXPECT_TRUE(tip.contains(QStringLiteral("&lt;img"))) << qPrintable(tip);
    EXPECT_FALSE(tip.contains(QStringLiteral("<img"))) << qPrintable(tip);
}

TEST(BlockTableModelTest, IgnoresFiguresOfAnotherPlan) {
    BlockTableModel model;
    const EncodingStarted started = startOf(3, 100);
    model.encodingStarted(started);
    BlockEncoded event = blockOf(started, 1);
    event.tokens.end += 1;
    model.blockEncoded(event);
    event.index = 3;
    model.blockEncoded(event);
    event.index = -1;
    model.blockEncoded(event);
    model.setState(9, DocumentState::failed);
    model.setMass({1, 0});
    for (const BlockRow& row : model.rows()) {
        EXPECT_EQ(row.state, DocumentState::queued);
        EXPECT_FALSE(row.mass);
    }
}

TEST(BlockTableModelTest, SortsByNumbersThroughAProxy) {
    BlockTableModel model;
    model.setRows(sampleBlocks(120, 4));
    QSortFilterProxyModel sorted;
    sorted.setSourceModel(&model);
    sorted.setSortRole(BlockTableModel::kSortRole);
    for (int column = 0; column < model.columnCount(); ++column) {
        sorted.sort(column, Qt::AscendingOrder);
        for (int row = 1; row < sorted.rowCount(); ++row) {
            const QVariant before = sorted.index(row - 1, column).data(BlockTableModel::kSortRole);
            const QVariant behind = sorted.index(row, column).data(BlockTableModel::kSortRole);
            ASSERT_NE(QVariant::compare(before, behind), QPartialOrdering::Greater) << column;
        }
    }
}

TEST(BlockTableModelTest, TenThousandBlocksAreAnnouncedInFewSignalsAndNoReset) {
    constexpr int kBlocks = 10'000;
    BlockTableModel model;
    const EncodingStarted started = startOf(kBlocks, 4096);
    model.encodingStarted(started);
    QSortFilterProxyModel sorted;
    sorted.setSourceModel(&model);
    sorted.setSortRole(BlockTableModel::kSortRole);
    sorted.sort(BlockTableModel::timeColumn);
    QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
    QElapsedTimer clock;
    clock.start();
    for (int i = 0; i < kBlocks; ++i) model.blockEncoded(blockOf(started, i));
    ASSERT_TRUE(changes.wait(1000));
    EXPECT_EQ(changes.count(), 1);
    EXPECT_EQ(changes.first().at(0).toModelIndex().row(), 0);
    EXPECT_EQ(changes.first().at(1).toModelIndex().row(), kBlocks - 1);
    EXPECT_EQ(resets.count(), 0);
    EXPECT_EQ(sorted.index(kBlocks - 1, BlockTableModel::stateColumn).data().toString(),
              QStringLiteral("ready"));
    RecordProperty("milliseconds", static_cast<int>(clock.elapsed()));
}

TEST(BlockTableModelTest, AnnouncesOneRunPerStretchOfNeighbours) {
    BlockTableModel model;
    const EncodingStarted started = startOf(100, 10);
    model.encodingStarted(started);
    QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
    for (const int block : {51, 2, 50, 1, 2}) model.blockEncoded(blockOf(started, block));
    ASSERT_TRUE(changes.wait(1000));
    ASSERT_EQ(changes.count(), 2);
    EXPECT_EQ(changes.at(0).at(0).toModelIndex().row(), 1);
    EXPECT_EQ(changes.at(0).at(1).toModelIndex().row(), 2);
    EXPECT_EQ(changes.at(1).at(0).toModelIndex().row(), 50);
    EXPECT_EQ(changes.at(1).at(1).toModelIndex().row(), 51);
}

}  // namespace
}  // namespace asterism::test
