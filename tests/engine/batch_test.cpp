// Questions that are answered at once: the same answers as one by one.

#include <algorithm>
#include <deque>
#include <memory>
#include <stop_token>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/engine_run.h"
#include "tests/support/failure_of.h"
#include "tests/support/test_files.h"
#include "tests/support/tiny_model.h"

namespace asterism::test {

namespace {

constexpr std::int64_t kBlock = 40;
constexpr std::int64_t kContext = 190;

struct Asked {
    std::vector<TokenId> query;
    AnswerOptions options;
    std::vector<Passage> passages;
};

// Queries of different lengths, answers of different lengths.
std::vector<Asked> someQuestions(std::int64_t vocabulary) {
    std::vector<Asked> questions;
    for (const std::int64_t length : {3, 11, 1, 7}) {
        Asked asked;
        asked.query = someTokens(length, vocabulary, 70 + static_cast<std::uint64_t>(length));
        asked.options.maxTokens = 4 + 3 * length % 13;
        asked.options.ignoresEnd = true;
        asked.options.topLogits = vocabulary;
        questions.push_back(std::move(asked));
    }
    return questions;
}

class BatchTest : public testing::TestWithParam<std::string> {
  protected:
    BatchTest() {
        // Wide heads, which back ends read the keys of in another way.
        if (GetParam() == "wide") {
            TinyModelOptions wide;
            wide.hidden = 128;
            wide.heads = 6;
            wide.headDim = 64;
            writeTinyModel(m_folder / "wide.gguf", wide);
        }
        open(1);
        m_questions = someQuestions(m_engine->config().vocabulary);
        m_context = someTokens(kContext, m_engine->config().vocabulary, 71);
        m_options = exactOptions(kBlock);
        m_options.positions = Positions::contiguous;
    }

    void open(int ranks) {
        m_engine = openEngine(
            GetParam() == "wide" ? m_folder / "wide.gguf" : dataFile("tiny/" + GetParam()), ranks);
    }
    std::unique_ptr<EncodedContext> encode() {
        return m_engine->encode(m_context, {}, m_options, {}, {});
    }

    // A conversation for every question, with the turns asked before.
    std::deque<Conversation> start(const EncodedContext& context) {
        std::deque<Conversation> conversations;
        for (const Asked& asked : m_questions) {
            conversations.push_back(
                m_engine->startConversation(context, m_placement, asked.passages));
            for (std::size_t i = 0; i < m_earlierTurns * (conversations.size() % 3); ++i)
                m_engine->answer(conversations.back(), m_questions.front().query,
                                 m_questions.front().options, {}, {});
        }
        return conversations;
    }

    std::vector<Answer> answerAll(std::deque<Conversation>& conversations,
                                  const std::stop_token& stop = {}) {
        std::vector<BatchedQuestion> batch;
        for (std::size_t i = 0; i < m_questions.size(); ++i)
            batch.push_back({conversations[i], m_questions[i].query, m_questions[i].options,
                             i < m_events.size() ? m_events[i] : EventSink(),
                             i < m_stops.size() ? m_stops[i].get_token() : std::stop_token()});
        return m_engine->answerAll(batch, stop);
    }

    // All at once, and again as the next turn, against one by one.
    void expectSameAsOneByOne() {
        const auto context = encode();
        std::deque<Conversation> together = start(*context);
        std::deque<Conversation> apart = start(*context);
        for (int turn = 0; turn < 2; ++turn) {
            const std::vector<Answer> answers = answerAll(together);
            ASSERT_EQ(answers.size(), m_questions.size());
            for (std::size_t i = 0; i < answers.size(); ++i) {
                SCOPED_TRACE("question " + std::to_string(i) + ", turn " + std::to_string(turn));
                const Answer alone = m_engine->answer(apart[i], m_questions[i].query,
                                                      m_questions[i].options, {}, {});
                EXPECT_EQ(answers[i].tokens, alone.tokens);
                EXPECT_EQ(answers[i].text, alone.text);
                EXPECT_EQ(answers[i].end, alone.end);
                EXPECT_EQ(answers[i].tokensRun, alone.tokensRun);
                expectNear(logitsOf(*m_engine, answers[i]), logitsOf(*m_engine, alone), 1e-3);
                EXPECT_EQ(together[i].turnTokens(), apart[i].turnTokens());
            }
        }
    }

    TempDir m_folder;
    std::unique_ptr<Engine> m_engine;
    std::vector<TokenId> m_context;
    std::vector<Asked> m_questions;
    ContextOptions m_options;
    PlacementOptions m_placement = truePlacement();
    std::size_t m_earlierTurns = 0;
    std::vector<EventSink> m_events;
    std::vector<std::stop_source> m_stops;
};

TEST_P(BatchTest, AnswersAsOneByOneForEveryKvType) {
    for (const KvType type : {KvType::f32, KvType::bf16, KvType::q8}) {
        SCOPED_TRACE(static_cast<int>(type));
        m_options.kv = type;
        expectSameAsOneByOne();
    }
}

TEST_P(BatchTest, AnswersAsOneByOneOnAnyRanks) {
    for (const int ranks : {2, 3}) {
        SCOPED_TRACE(ranks);
        open(ranks);
        expectSameAsOneByOne();
    }
}

TEST_P(BatchTest, AnswersAsOneByOneInEveryModeAndPlacement) {
    open(2);
    using Way = std::tuple<AttentionMode, AnchorMode, Placement>;
    for (const auto& [mode, anchor, placement] :
         {Way{AttentionMode::star, AnchorMode::none, Placement::reuse},
          Way{AttentionMode::star, AnchorMode::fixedText, Placement::stagger},
          Way{AttentionMode::dense, AnchorMode::none, Placement::squeeze},
          Way{AttentionMode::ring, AnchorMode::none, Placement::trueOrder},
          Way{AttentionMode::window, AnchorMode::none, Placement::trueOrder}}) {
        SCOPED_TRACE(testing::Message()
                     << static_cast<int>(mode) << ", " << static_cast<int>(placement));
        m_options.attention = mode;
        m_options.anchor = anchor;
        m_options.fixedAnchor = someTokens(9, m_engine->config().vocabulary, 72);
        m_options.slidingTokens = 12;
        m_placement.placement = placement;
        m_placement.window = 150;
        m_placement.room = 60;
        expectSameAsOneByOne();
    }
}

TEST_P(BatchTest, AnswersAsOneByOneBehindEarlierTurns) {
    m_earlierTurns = 1;
    expectSameAsOneByOne();
}

TEST_P(BatchTest, AnswersAsOneByOneOverScopesAndSelectionsOfTheirOwn) {
    m_questions[1].passages = {{{0, 60}}, {{90, 150}}};
    m_questions[3].passages = m_questions[1].passages;
    expectSameAsOneByOne();
    m_placement.selectBlocks = 2;
    expectSameAsOneByOne();
}

TEST_P(BatchTest, DrawsAsOneByOneWithSeedsOfTheirOwn) {
    for (std::size_t i = 0; i < m_questions.size(); ++i) {
        m_questions[i].options.sampling.temperature = i == 2 ? 0 : 0.8;
        m_questions[i].options.sampling.repetitionPenalty = i == 3 ? 1.2 : 1;
        m_questions[i].options.sampling.seed = 80 + i;
    }
    expectSameAsOneByOne();
}

TEST_P(BatchTest, EndsAnAnswerAloneWhenItsQuestionIsStopped) {
    m_stops.resize(m_questions.size());
    m_events.resize(m_questions.size());
    int tokens = 0;
    m_events[1] = [&](const EngineEvent& event) {
        if (std::holds_alternative<TokenDecoded>(event) && ++tokens == 2) m_stops[1].request_stop();
    };
    m_stops[3].request_stop();  // before it begins
    const auto context = encode();
    std::deque<Conversation> conversations = start(*context);
    const std::vector<Answer> answers = answerAll(conversations);
    EXPECT_EQ(answers[1].end, AnswerEnd::stopped);
    EXPECT_EQ(answers[1].tokens.size(), 2U);
    EXPECT_EQ(answers[1].tokensRun, 1);
    EXPECT_EQ(answers[3].end, AnswerEnd::stopped);
    for (const std::size_t i : {std::size_t{0}, std::size_t{2}}) {
        EXPECT_EQ(answers[i].end, AnswerEnd::maxTokens);
        EXPECT_EQ(std::ssize(answers[i].tokens), m_questions[i].options.maxTokens);
    }
}

TEST_P(BatchTest, StopsWithinALayerAndGoesOnAfterwards) {
    std::stop_source stop;
    m_events.resize(1);
    m_events[0] = [&, tokens = 0](const EngineEvent& event) mutable {
        if (std::holds_alternative<TokenDecoded>(event) && ++tokens == 3) stop.request_stop();
    };
    for (const int ranks : {1, 2}) {
        open(ranks);
        const auto context = encode();
        std::deque<Conversation> conversations = start(*context);
        for (const Answer& answer : answerAll(conversations, stop.get_token()))
            EXPECT_EQ(answer.end, AnswerEnd::stopped);
        stop = {};
    }
    m_events.clear();
    expectSameAsOneByOne();
}

TEST_P(BatchTest, AnErrorLeavesTheEngineWhole) {
    const std::vector<TokenId> good = m_questions[2].query;
    for (const std::vector<TokenId>& bad : {std::vector<TokenId>{}, std::vector<TokenId>{-1}}) {
        m_questions[2].query = bad;
        const auto context = encode();
        std::deque<Conversation> conversations = start(*context);
        EXPECT_NE(failureOf([&] { answerAll(conversations); }), "no error");
    }
    m_questions[2].query = good;
    expectSameAsOneByOne();
}

TEST_P(BatchTest, OfOneOrNoneIsAnsweredToo) {
    m_questions.resize(1);
    expectSameAsOneByOne();
    m_questions.clear();
    expectSameAsOneByOne();
}

INSTANTIATE_TEST_SUITE_P(Engine, BatchTest, testing::Values("llama31", "qwen3", "gemma3", "wide"),
                         [](const auto& test) { return test.param; });

}  // namespace

}  // namespace asterism::test
