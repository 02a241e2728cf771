#include "ui/models/timing_export.h"

#include <map>

#include <gtest/gtest.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "tests/ui/sample_timing.h"

namespace asterism::test {
namespace {

QJsonArray eventsOf(const QByteArray& trace) {
    return QJsonDocument::fromJson(trace)[QStringLiteral("traceEvents")].toArray();
}

QString stringOf(const QJsonValue& event, const char* key) {
    return event[QLatin1String(key)].toString();
}

TEST(TimingExportTest, CsvHasALinePerBlockUnderItsNames) {
    std::vector<BlockRow> blocks = sampleBlocks(2, 1);
    blocks[0].documents = {QStringLiteral("a \"b\", c.md"), QStringLiteral("\u00fc.md")};
    blocks[0].seconds = 2;
    blocks[0].beginSeconds = 0.5;
    blocks[0].mass = 0.125;
    blocks[1] = BlockRow();
    blocks[1].index = 1;
    blocks[1].tokens = {4096, 5000};
    const QList<QByteArray> lines = blocksCsv(blocks).split('\n');
    ASSERT_EQ(lines.size(), 4);
    EXPECT_EQ(lines[0],
              "block,documents,first_token,end_token,tokens,state,rank,begin_s,seconds,"
              "tokens_per_s,is_restored,kv_bytes,attention_mass\r");
    EXPECT_EQ(
        lines[1],
        "0,\"a \"\"b\"\", c.md; \u00fc.md\",0,4096,4096,ready,0,0.5,2,2048,0,47923200,0.125\r");
    EXPECT_EQ(lines[2], "1,\"\",4096,5000,904,queued,,,,,,0,\r");
    EXPECT_TRUE(lines[3].isEmpty());
}

TEST(TimingExportTest, TraceHasACompleteEventPerBlockOnItsRanksTrack) {
    const std::vector<BlockRow> blocks = sampleBlocks(40, 3);
    std::map<int, double> endOf;  // microseconds, per rank
    int spans = 0;
    QStringList tracks;
    for (const QJsonValue& event : eventsOf(chromeTrace(blocks, {}))) {
        if (stringOf(event, "name") == QStringLiteral("thread_name"))
            tracks << event[QStringLiteral("args")][QStringLiteral("name")].toString();
        if (stringOf(event, "ph") != QStringLiteral("X")) continue;
        const BlockRow& row = blocks[static_cast<std::size_t>(spans++)];
        const int rank = event[QStringLiteral("tid")].toInt();
        EXPECT_EQ(rank, *row.rank);
        EXPECT_NEAR(event[QStringLiteral("ts")].toDouble(), row.beginSeconds * 1e6, 1e-3);
        EXPECT_NEAR(event[QStringLiteral("dur")].toDouble(), row.seconds * 1e6, 1e-3);
        EXPECT_GE(event[QStringLiteral("ts")].toDouble(), endOf[rank]);
        endOf[rank] =
            event[QStringLiteral("ts")].toDouble() + event[QStringLiteral("dur")].toDouble();
        EXPECT_EQ(stringOf(event, "cat"),
                  row.isRestored ? QStringLiteral("restored") : QStringLiteral("encoded"));
        const QJsonValue details = event[QStringLiteral("args")];
        EXPECT_EQ(details[QStringLiteral("tokens")].toInt(), row.tokens.tokens());
        EXPECT_EQ(details[QStringLiteral("documents")].toArray().size(), row.documents.size());
    }
    EXPECT_EQ(spans, 40);
    EXPECT_EQ(tracks, (QStringList{QStringLiteral("Rank 0"), QStringLiteral("Rank 1"),
                                   QStringLiteral("Rank 2")}));
}

TEST(TimingExportTest, TraceHasTheAnswersStepsBehindItsQuery) {
    AnswerTiming answer = sampleAnswer(5);
    answer.steps[3].parts.reset();
    int steps = 0;
    int counters = 0;
    double expected = answer.querySeconds * 1e6;
    for (const QJsonValue& event : eventsOf(chromeTrace({}, answer))) {
        if (stringOf(event, "name").startsWith(QStringLiteral("Step"))) {
            EXPECT_NEAR(event[QStringLiteral("ts")].toDouble(), expected, 1e-3);
            expected += answer.steps[static_cast<std::size_t>(steps++)].seconds * 1e6;
        } else if (stringOf(event, "ph") == QStringLiteral("C")) {
            ++counters;
            EXPECT_NEAR(event[QStringLiteral("args")][QStringLiteral("merge")].toDouble(), 2.0,
                        1e-9);
        } else if (stringOf(event, "name") == QStringLiteral("Query")) {
            EXPECT_EQ(event[QStringLiteral("args")][QStringLiteral("tokens")].toInt(), 24);
        }
    }
    EXPECT_EQ(steps, 5);
    EXPECT_EQ(counters, 4);
}

TEST(TimingExportTest, BlocksThatDidNotRunAreNotInTheTrace) {
    std::vector<BlockRow> blocks(3);
    EXPECT_EQ(eventsOf(chromeTrace(blocks, {})).size(), 1);  // the process's name
}

}  // namespace
}  // namespace asterism::test
