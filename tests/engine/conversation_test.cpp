// Turns of a conversation, stopping, and questions that cannot be asked.

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/engine_run.h"
#include "tests/support/failure_of.h"
#include "tests/support/reference_maps.h"
#include "tests/support/reference_model.h"
#include "tests/support/test_files.h"

namespace asterism::test {

namespace {

constexpr std::int64_t kContext = 70;
constexpr std::int64_t kBlock = 20;

class ConversationTest : public testing::TestWithParam<std::string> {
  protected:
    ConversationTest()
        : m_path(dataFile("tiny/" + GetParam())),
          m_engine(openEngine(m_path, 2)),
          m_context(someTokens(kContext, m_engine->config().vocabulary, 41)),
          m_query(someTokens(5, m_engine->config().vocabulary, 42)) {
        m_answering.maxTokens = 4;
        m_answering.topLogits = m_engine->config().vocabulary;
        m_answering.ignoresEnd = true;
    }

    std::unique_ptr<EncodedContext> encode(const ContextOptions& options) {
        return m_engine->encode(m_context, {}, options, {}, {});
    }
    Answer answer(Conversation& conversation, std::stop_token stop = {}) {
        return m_engine->answer(conversation, m_query, m_answering, {}, std::move(stop));
    }

    std::filesystem::path m_path;
    std::unique_ptr<Engine> m_engine;
    std::vector<TokenId> m_context;
    std::vector<TokenId> m_query;
    AnswerOptions m_answering;
};

// A later turn sees the turns before it, and stands right behind them.
TEST_P(ConversationTest, LaterTurnsSeeEarlierOnes) {
    const auto context = encode(exactOptions(kBlock));
    Conversation conversation = m_engine->startConversation(*context, truePlacement());
    const Answer first = answer(conversation);
    const Answer second = answer(conversation);

    // The last token of an answer is drawn but not run.
    std::vector<TokenId> tokens = m_context;
    tokens.insert(tokens.end(), m_query.begin(), m_query.end());
    tokens.insert(tokens.end(), first.tokens.begin(), first.tokens.end() - 1);
    tokens.insert(tokens.end(), m_query.begin(), m_query.end());
    StarLayout layout = trueLayout(kContext, std::ssize(tokens) - kContext, kBlock);
    layout.firstAnchorTokens = kBlock;
    layout.globalPositions = true;
    const ReferenceModel reference(*openModelFile(m_path));
    const ReferencePass pass = reference.run(tokens, starMap(layout));
    expectNear(logitsOf(*m_engine, second), reference.logits(pass, layout.tokens() - 1), 2e-3);
    EXPECT_NEAR(second.mass.front().back(), pass.mass(kContext, layout.tokens()), 1e-4);
}

TEST_P(ConversationTest, DoNotDisturbEachOtherOnOneContext) {
    const auto context = encode(exactOptions(kBlock));
    Conversation first = m_engine->startConversation(*context, truePlacement());
    Conversation second = m_engine->startConversation(*context, truePlacement());
    const Answer expected = answer(first);
    answer(first);
    EXPECT_EQ(answer(second).firstLogits, expected.firstLogits);
}

// What one mode sets up must not leak into the next.
TEST_P(ConversationTest, MayChangeModesOnOneEngine) {
    const auto star = encode(exactOptions(kBlock));
    ContextOptions options = exactOptions(kBlock);
    options.attention = AttentionMode::window;
    options.slidingTokens = 9;
    const auto window = encode(options);
    Conversation sees = m_engine->startConversation(*star, truePlacement());
    Conversation slides = m_engine->startConversation(*window, truePlacement());
    const Answer narrow = answer(slides);
    const Answer wide = answer(sees);
    const double score = m_engine->score(m_context, {}).meanNegativeLogLikelihood;

    const auto fresh = openEngine(m_path, 2);
    const auto again = fresh->encode(m_context, {}, exactOptions(kBlock), {}, {});
    Conversation alone = fresh->startConversation(*again, truePlacement());
    EXPECT_EQ(fresh->answer(alone, m_query, m_answering, {}, {}).firstLogits, wide.firstLogits);
    EXPECT_NE(narrow.firstLogits, wide.firstLogits);
    EXPECT_EQ(fresh->score(m_context, {}).meanNegativeLogLikelihood, score);
}

TEST_P(ConversationTest, StopWithinALayerAndGoOnAfterwards) {
    const auto context = encode(exactOptions(kBlock));
    Conversation conversation = m_engine->startConversation(*context, truePlacement());
    const Answer expected = answer(conversation);

    Conversation stopped = m_engine->startConversation(*context, truePlacement());
    std::stop_source stop;
    m_answering.maxTokens = 1000;
    const EventSink stopAtSecond = [&, tokens = 0](const EngineEvent& event) mutable {
        if (std::holds_alternative<TokenDecoded>(event) && ++tokens == 2) stop.request_stop();
    };
    const Answer part =
        m_engine->answer(stopped, m_query, m_answering, stopAtSecond, stop.get_token());
    EXPECT_EQ(part.end, AnswerEnd::stopped);
    EXPECT_EQ(part.tokens, std::vector(expected.tokens.begin(), expected.tokens.begin() + 2));

    m_answering.maxTokens = 4;
    Conversation afterwards = m_engine->startConversation(*context, truePlacement());
    EXPECT_EQ(answer(afterwards).tokens, expected.tokens);
}

TEST_P(ConversationTest, EveryTokenComesWithTheMassPerBlockOfItsStep) {
    const auto context = encode(exactOptions(kBlock));
    std::vector<std::vector<float>> masses;
    const EventSink events = [&](const EngineEvent& event) {
        if (const auto* token = std::get_if<TokenDecoded>(&event))
            masses.push_back(token->blockMass);
    };
    const auto ask = [&] {
        masses.clear();
        Conversation conversation = m_engine->startConversation(*context, truePlacement());
        return m_engine->answer(conversation, m_query, m_answering, events, {});
    };
    ask();
    for (const std::vector<float>& mass : masses) EXPECT_TRUE(mass.empty()) << "nobody asked";
    m_answering.recordsTokenMass = true;
    const Answer answered = ask();
    ASSERT_GE(masses.size(), answered.tokens.size());
    for (std::size_t i = 0; i < answered.tokens.size(); ++i) {
        ASSERT_EQ(masses[i].size(), context->blocks.size());
        for (std::size_t block = 0; block < masses[i].size(); ++block)
            EXPECT_FLOAT_EQ(masses[i][block], static_cast<float>(answered.mass[i][block]));
    }
}

TEST_P(ConversationTest, EncodingStopsWhenAsked) {
    std::stop_source stop;
    const EventSink stopAtFirst = [&](const EngineEvent& event) {
        if (std::holds_alternative<BlockEncoded>(event)) stop.request_stop();
    };
    EXPECT_THROW(m_engine->encode(m_context, {}, exactOptions(2), stopAtFirst, stop.get_token()),
                 Stopped);
    EXPECT_THROW(m_engine->score(m_context, stop.get_token()), Stopped);
    EXPECT_NO_THROW(encode(exactOptions(kBlock)));
}

TEST_P(ConversationTest, AnUnknownTokenIsAnErrorThatLeavesTheEngineWhole) {
    const auto context = encode(exactOptions(kBlock));
    Conversation conversation = m_engine->startConversation(*context, truePlacement());
    const std::vector<TokenId> good = m_query;
    for (const TokenId bad : {TokenId{-1}, static_cast<TokenId>(m_engine->config().vocabulary)}) {
        m_query = {bad};
        EXPECT_THROW(answer(conversation), Error);
        EXPECT_THROW(m_engine->encode({1, bad, 2}, {}, exactOptions(kBlock), {}, {}), Error);
    }
    m_query = good;
    EXPECT_EQ(answer(conversation).tokens.size(), 4U);
}

INSTANTIATE_TEST_SUITE_P(Engine, ConversationTest, testing::Values("llama31", "gemma3"),
                         [](const auto& test) { return test.param; });

class Refusals : public testing::Test {
  protected:
    std::string encodeError(const ContextOptions& options) {
        return failureOf([&] { m_engine->encode(m_context, {}, options, {}, {}); });
    }
    std::string placementError(const ContextOptions& options, const PlacementOptions& placement) {
        const auto context = m_engine->encode(m_context, {}, options, {}, {});
        return failureOf([&] { m_engine->startConversation(*context, placement); });
    }

    std::unique_ptr<Engine> m_engine = openEngine(dataFile("tiny/qwen3"), 2);
    std::vector<TokenId> m_context = someTokens(kContext, 256, 51);
};

TEST_F(Refusals, NameTheBlockSize) {
    for (const std::int64_t size : {0, -5})
        EXPECT_NE(encodeError(exactOptions(size)).find(std::to_string(size)), std::string::npos);
}

TEST_F(Refusals, EmptyContextsQueriesAndAnchors) {
    const auto context = m_engine->encode(m_context, {}, exactOptions(kBlock), {}, {});
    Conversation conversation = m_engine->startConversation(*context, truePlacement());
    EXPECT_NE(failureOf([&] { m_engine->answer(conversation, {}, {}, {}, {}); }), "no error");
    m_context.clear();
    EXPECT_NE(encodeError(exactOptions(kBlock)), "no error");
    m_context = {1, 2, 3};
    ContextOptions options = exactOptions(kBlock);
    options.anchor = AnchorMode::fixedText;
    EXPECT_NE(encodeError(options), "no error");
    options.anchor = AnchorMode::first;
    options.anchorTokens = -1;
    EXPECT_NE(encodeError(options).find("-1"), std::string::npos);
}

TEST_F(Refusals, ARingLongerThanItsContext) {
    ContextOptions options = exactOptions(kBlock);
    options.attention = AttentionMode::ring;
    m_context = {1, 2, 3};
    const std::string message = encodeError(options);
    EXPECT_NE(message.find("3 tokens"), std::string::npos) << message;
    EXPECT_NE(message.find("2 ranks"), std::string::npos) << message;
}

TEST_F(Refusals, WindowsThatDoNotSlide) {
    ContextOptions options = exactOptions(kBlock);
    options.attention = AttentionMode::window;
    options.slidingTokens = 0;
    EXPECT_NE(encodeError(options), "no error");
    options.slidingTokens = 5;
    options.sinkTokens = -1;
    EXPECT_NE(encodeError(options), "no error");
}

TEST_F(Refusals, PlacementsThatAModeDoesNotTake) {
    ContextOptions options = exactOptions(kBlock);
    PlacementOptions placement;
    placement.placement = Placement::squeeze;
    EXPECT_NE(placementError(options, placement), "no error");
    for (const AttentionMode mode : {AttentionMode::ring, AttentionMode::window}) {
        options.attention = mode;
        placement.placement = Placement::stagger;
        EXPECT_NE(placementError(options, placement), "no error");
        EXPECT_EQ(placementError(options, truePlacement()), "no error");
    }
}

// a + m + b = 0 + 30 + 20: the window must be over 50.
TEST_F(Refusals, AWindowThatCannotHoldABlockNamesTheNumbers) {
    PlacementOptions placement;
    placement.placement = Placement::stagger;
    placement.room = 30;
    placement.window = 50;
    const std::string message = placementError(exactOptions(kBlock), placement);
    for (const char* number : {"50", "20", "30"})
        EXPECT_NE(message.find(number), std::string::npos) << message;
    placement.window = 51;
    EXPECT_EQ(placementError(exactOptions(kBlock), placement), "no error");
}

// 2,048 positions: dense and global positions run past them, contiguous blocks do not.
TEST_F(Refusals, ContextsBeyondTheModelsWindowAreReadWithAWarning) {
    m_context = someTokens(2100, 256, 52);
    std::string warning;
    const EventSink listen = [&](const EngineEvent& event) {
        if (const auto* started = std::get_if<EncodingStarted>(&event)) warning = started->warning;
    };
    ContextOptions options = exactOptions(256);
    options.attention = AttentionMode::dense;
    m_engine->encode(m_context, {}, options, listen, {});
    EXPECT_NE(warning.find("2100"), std::string::npos) << warning;
    EXPECT_NE(warning.find("2048"), std::string::npos) << warning;

    options.attention = AttentionMode::star;
    options.positions = Positions::contiguous;
    const auto context = m_engine->encode(m_context, {}, options, listen, {});
    EXPECT_EQ(warning, "");
    PlacementOptions placement;
    const Conversation inside = m_engine->startConversation(*context, placement);
    EXPECT_NE(inside.note().find("2100"), std::string::npos) << inside.note();
    EXPECT_NE(inside.note().find("every token is read"), std::string::npos) << inside.note();
    const Conversation part = m_engine->startConversation(*context, placement, {{{0, 512}}});
    EXPECT_NE(part.note().find("2100"), std::string::npos) << part.note();
    EXPECT_EQ(part.note().find("every token is read"), std::string::npos) << part.note();
    EXPECT_LE(inside.placed().queryStart + static_cast<double>(placement.room), 2048.0);
    const Conversation beyond = m_engine->startConversation(*context, truePlacement());
    EXPECT_NE(beyond.note().find("2048"), std::string::npos) << beyond.note();
}

}  // namespace

}  // namespace asterism::test
