// The same results from any number of ranks, each with its share of the context alone.

#include <algorithm>
#include <memory>
#include <numeric>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "core/comm/local_communicator.h"
#include "core/cpu/cpu_backend.h"
#include "core/star/context_encoder.h"
#include "tests/engine/counting_backend.h"
#include "tests/engine/engine_run.h"
#include "tests/support/test_files.h"

namespace asterism::test {

namespace {

constexpr std::int64_t kContext = 107;
constexpr double kFloatNoise = 1e-3;

// Attends as a GPU may: the merged result comes from a kernel that rounds otherwise than the one
// that gives the runs' log-sum-exps.
class RoundingBackend : public CountingBackend {
  public:
    RoundingBackend() : CountingBackend(makeCpuBackend({.threads = 1})) {}

    void attend(const AttentionCall& call) override {
        CountingBackend::attend(call);
        const TensorView& merged = call.partial.logSumExp;
        for (std::int64_t i = 0; i < merged.elements(); ++i) merged.floats()[i] += 0.01F;
    }
};

class Ranks : public testing::TestWithParam<std::string> {
  protected:
    Ranks() : m_path(dataFile("tiny/" + GetParam())), m_single(openEngine(m_path)) {
        const std::int64_t vocabulary = m_single->config().vocabulary;
        m_question.context = someTokens(kContext, vocabulary, 21);
        m_question.query = someTokens(6, vocabulary, 22);
        m_question.options = exactOptions(20);
        m_question.maxTokens = 12;
    }

    void expectSame(const Answer& expected, const Engine& engine, const Answer& actual) {
        EXPECT_EQ(actual.tokens, expected.tokens);
        expectNear(logitsOf(engine, actual), logitsOf(*m_single, expected), m_tolerance);
    }

    void expectSameOnAnyRanks() {
        const Answer expected = ask(*m_single, m_question);
        for (const int ranks : {2, 4}) {
            SCOPED_TRACE(ranks);
            const auto engine = openEngine(m_path, ranks);
            const Answer actual = ask(*engine, m_question);
            expectSame(expected, *engine, actual);
            const std::vector<double>& mass = actual.mass.front();
            ASSERT_EQ(mass.size(), expected.mass.front().size());
            for (std::size_t i = 0; i < mass.size(); ++i)
                EXPECT_NEAR(mass[i], expected.mass.front()[i], 1e-4) << "part " << i;
        }
    }

    std::filesystem::path m_path;
    std::unique_ptr<Engine> m_single;
    Question m_question;
    double m_tolerance = kFloatNoise;
};

TEST_P(Ranks, GiveTheSameTokensInStarMode) {
    expectSameOnAnyRanks();
}

TEST_P(Ranks, GiveTheSameTokensWithoutAnchor) {
    m_question.options.anchor = AnchorMode::none;
    expectSameOnAnyRanks();
}

TEST_P(Ranks, GiveTheSameTokensBehindAFixedAnchor) {
    m_question.options.anchor = AnchorMode::fixedText;
    m_question.options.fixedAnchor = someTokens(7, m_single->config().vocabulary, 23);
    m_question.options.positions = Positions::contiguous;
    expectSameOnAnyRanks();
}

TEST_P(Ranks, GiveTheSameTokensInDenseMode) {
    m_question.options.attention = AttentionMode::dense;
    expectSameOnAnyRanks();
}

TEST_P(Ranks, GiveTheSameTokensInWindowMode) {
    m_question.options.attention = AttentionMode::window;
    m_question.options.sinkTokens = 2;
    m_question.options.slidingTokens = 45;
    expectSameOnAnyRanks();
}

TEST_P(Ranks, GiveTheSameTokensWithQuantisedKeys) {
    m_question.options.kv = KvType::q8;
    // Fewer threads sum in another order, and a key may then be rounded to the next byte.
    m_tolerance = 5 * kFloatNoise;
    expectSameOnAnyRanks();
}

// More ranks than blocks: some hold no keys but the turn's, or none at all.
TEST_P(Ranks, MayHaveNoBlocks) {
    m_question.options.blockTokens = 60;
    expectSameOnAnyRanks();
}

// Whatever the ranks have of the anchor when a stop comes, the run that follows gets on.
TEST_P(Ranks, GoOnAfterAStop) {
    const auto engine = openEngine(m_path, 2);
    const auto whole = engine->encode(m_question.context, {}, m_question.options, {}, {});
    std::vector<std::size_t> all(whole->blocks.size());
    std::iota(all.begin(), all.end(), 0);
    const auto answerFrom = [&](const EncodedContext& context) {
        Conversation conversation = engine->startConversation(context, truePlacement());
        AnswerOptions options;
        options.maxTokens = m_question.maxTokens;
        options.ignoresEnd = true;
        return engine->answer(conversation, m_question.query, options, {}, {}).tokens;
    };
    const std::vector<TokenId> expected = answerFrom(*whole);
    for (std::size_t finished = 1; finished < all.size() - 1; ++finished) {
        SCOPED_TRACE(finished);
        const auto context = engine->layOut(m_question.context, whole->blocks, m_question.options);
        encodeUntil(*engine, *context, all, finished);
        EXPECT_FALSE(context->isComplete());
        engine->encode(*context, all, {}, {});
        EXPECT_EQ(answerFrom(*context), expected);
    }
}

TEST_P(Ranks, RingIsDense) {
    m_question.options.attention = AttentionMode::dense;
    const Answer dense = ask(*m_single, m_question);
    m_question.options.attention = AttentionMode::ring;
    for (const int ranks : {1, 2, 4}) {
        SCOPED_TRACE(ranks);
        const auto engine = openEngine(m_path, ranks);
        const Answer ring = ask(*engine, m_question);
        expectSame(dense, *engine, ring);
        EXPECT_NEAR(std::accumulate(ring.mass.front().begin(), ring.mass.front().end(), 0.0), 1.0,
                    1e-5);
    }
}

TEST_P(Ranks, MassOfEveryTokenSumsToOne) {
    const auto engine = openEngine(m_path, 2);
    const auto context = engine->encode(m_question.context, {}, m_question.options, {}, {});
    Conversation conversation = engine->startConversation(*context, truePlacement());
    AnswerOptions options;
    options.maxTokens = 5;
    options.ignoresEnd = true;
    options.recordsTokenMass = true;
    const Answer answer = engine->answer(conversation, m_question.query, options, {}, {});
    EXPECT_EQ(answer.mass.size(), 5U);  // after the query and after every token run since
    for (const std::vector<double>& mass : answer.mass)
        EXPECT_NEAR(std::accumulate(mass.begin(), mass.end(), 0.0), 1.0, 1e-5);
}

TEST_P(Ranks, MassSumsToOneHoweverTheMergedResultIsRounded) {
    for (const int ranks : {1, 2}) {
        EngineParts parts;
        parts.file = openModelFile(m_path);
        for (int rank = 0; rank < ranks; ++rank) {
            parts.backends.push_back(std::make_unique<RoundingBackend>());
            parts.deviceOf.push_back(0);
        }
        parts.connectRanks = [ranks] { return makeLocalCommunicators(ranks); };
        Engine engine(std::move(parts));
        const Answer answer = ask(engine, m_question);
        const std::vector<double>& mass = answer.mass.front();
        EXPECT_NEAR(std::accumulate(mass.begin(), mass.end(), 0.0), 1.0, 1e-5);
    }
}

TEST_P(Ranks, HoldEvenSharesOfTheContext) {
    const auto engine = openEngine(m_path, 4);
    m_question.context = someTokens(160, engine->config().vocabulary, 24);
    for (const AttentionMode mode :
         {AttentionMode::star, AttentionMode::dense, AttentionMode::ring}) {
        m_question.options.attention = mode;
        const auto context = engine->encode(m_question.context, {}, m_question.options, {}, {});
        std::int64_t sum = 0;
        for (int rank = 0; rank < 4; ++rank) {
            sum += context->kvBytes(rank);
            EXPECT_LE(context->kvBytes(rank), context->kvBytes() * 3 / 8) << "rank " << rank;
        }
        EXPECT_EQ(sum, context->kvBytes());
    }
}

// Memory of phase 1 on every rank: its own blocks, one anchor and work space for one block, not
// the context.
TEST_P(Ranks, AllocateNoMoreThanTheirShare) {
    constexpr int kRanks = 4;
    constexpr std::int64_t kBlock = 40;
    constexpr std::int64_t kTokens = 100 * kBlock;
    std::vector<const CountingBackend*> counters;
    EngineParts parts;
    parts.file = openModelFile(m_path);
    for (int rank = 0; rank < kRanks; ++rank) {
        auto backend = std::make_unique<CountingBackend>(makeCpuBackend({.threads = 1}));
        counters.push_back(backend.get());
        parts.backends.push_back(std::move(backend));
        parts.deviceOf.push_back(0);
    }
    parts.connectRanks = [] { return makeLocalCommunicators(kRanks); };
    Engine engine(std::move(parts));
    m_question.options.blockTokens = kBlock;
    const auto context = engine.encode(someTokens(kTokens, engine.config().vocabulary, 25), {},
                                       m_question.options, {}, {});
    const std::int64_t total = context->kvBytes();
    for (const CountingBackend* counter : counters) {
        EXPECT_GE(counter->peakBytes(), total / kRanks * 9 / 10);
        EXPECT_LE(counter->peakBytes(), total / kRanks * 14 / 10);
        // Each has a copy of the anchor, and only while it needs it.
        EXPECT_EQ(counter->givenBack(),
                  kvLayout(engine.config(), KvType::f32).blockBytes(context->anchorTokens));
    }
}

INSTANTIATE_TEST_SUITE_P(Engine, Ranks,
                         testing::Values("llama31", "mistral", "qwen2", "qwen3", "gemma3"),
                         [](const auto& test) { return test.param; });

}  // namespace

}  // namespace asterism::test
