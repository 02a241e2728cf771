// What the panels show adds up to the time that a real engine took.

#include <algorithm>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/clock.h"
#include "tests/engine/engine_run.h"
#include "tests/support/test_files.h"
#include "tests/support/tiny_model.h"
#include "ui/models/block_table_model.h"
#include "ui/panels/timeline_panel.h"

namespace asterism::test {
namespace {

constexpr std::int64_t kBlock = 256;
constexpr std::int64_t kContext = 12 * kBlock + 100;
constexpr double kTolerance = 0.05;

class EngineTimingTest : public testing::Test {
  protected:
    void open(int ranks) {
        TinyModelOptions options;
        options.hidden = 128;
        options.feedForward = 512;
        writeTinyModel(m_folder / "tiny.gguf", options);
        m_engine = openEngine(m_folder / "tiny.gguf", ranks);
    }

    // Encodes with the model listening; the seconds it took, seen from outside.
    double encode(BlockTableModel& model) {
        const EventSink events = [&](const EngineEvent& event) {
            if (const auto* started = std::get_if<EncodingStarted>(&event))
                model.encodingStarted(*started);
            if (const auto* encoded = std::get_if<BlockEncoded>(&event))
                model.blockEncoded(*encoded);
        };
        const Stopwatch clock;
        m_context = m_engine->encode(someTokens(kContext, m_engine->config().vocabulary, 5), {},
                                     exactOptions(kBlock), events, {});
        return clock.seconds();
    }

    TempDir m_folder;
    std::unique_ptr<Engine> m_engine;
    std::unique_ptr<EncodedContext> m_context;
};

TEST_F(EngineTimingTest, BlocksOfOneRankAddUpToTheWallTime) {
    open(1);
    BlockTableModel model;
    const double wall = encode(model);
    double sum = 0;
    std::int64_t kvBytes = 0;
    for (const BlockRow& row : model.rows()) {
        EXPECT_EQ(row.state, DocumentState::ready);
        EXPECT_EQ(row.rank, 0);
        sum += row.seconds;
        kvBytes += row.kvBytes;
    }
    EXPECT_EQ(std::ssize(model.rows()), 13);
    EXPECT_NEAR(sum / wall, 1, kTolerance);
    EXPECT_EQ(kvBytes, m_context->kvBytes());
}

TEST_F(EngineTimingTest, BlocksOfTwoRanksSpanTheWallTimeAndDoNotOverlap) {
    open(2);
    BlockTableModel model;
    const double wall = encode(model);
    double end = 0;
    std::vector<double> rankEnd(2, 0);
    for (const BlockRow& row : model.rows()) {
        ASSERT_TRUE(row.rank);
        double& last = rankEnd[static_cast<std::size_t>(*row.rank)];
        EXPECT_GE(row.beginSeconds, last);
        last = row.beginSeconds + row.seconds;
        end = std::max(end, last);
    }
    EXPECT_GT(rankEnd[1], 0);
    EXPECT_NEAR(end / wall, 1, kTolerance);
}

TEST_F(EngineTimingTest, QueryAndStepsAddUpToTheWallTime) {
    open(1);
    BlockTableModel model;
    encode(model);
    TimelinePanel panel;
    panel.startAnswer(static_cast<int>(model.rows().size()));
    Conversation conversation = m_engine->startConversation(*m_context, truePlacement());
    AnswerOptions options;
    options.maxTokens = 40;
    options.ignoresEnd = true;
    const EventSink events = [&](const EngineEvent& event) {
        if (const auto* query = std::get_if<QueryEncoded>(&event)) panel.queryEncoded(*query);
        if (const auto* token = std::get_if<TokenDecoded>(&event)) panel.tokenDecoded(*token);
    };
    const Stopwatch clock;
    const Answer answer =
        m_engine->answer(conversation, someTokens(20, 200, 6), options, events, {});
    const double wall = clock.seconds();
    double sum = panel.timing().querySeconds;
    for (const DecodeStep& step : panel.timing().steps) sum += step.seconds;
    EXPECT_EQ(panel.timing().queryTokens, 20);
    EXPECT_GE(panel.timing().steps.size(), answer.tokens.size());
    EXPECT_NEAR(sum / wall, 1, kTolerance);
    for (std::size_t i = 1; i < panel.timing().steps.size(); ++i) {
        const DecodeStep& step = panel.timing().steps[i];
        ASSERT_TRUE(step.parts) << "step " << i;
        EXPECT_GT(step.parts->linear, 0);
        EXPECT_GT(step.parts->attention, 0);
        EXPECT_NEAR(step.parts->seconds(), step.seconds, 1e-4);
    }
}

}  // namespace
}  // namespace asterism::test
