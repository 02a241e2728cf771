// The engine's attention modes and placements against the reference model, which sees every pair
// of tokens at once and knows of no blocks, caches or merges.

#include <cstdint>
#include <functional>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/engine_run.h"
#include "tests/support/reference_maps.h"
#include "tests/support/reference_model.h"
#include "tests/support/test_files.h"

namespace asterism::test {

namespace {

constexpr std::int64_t kContext = 107;  // three blocks of 30 and a short one
constexpr std::int64_t kBlock = 30;
constexpr std::int64_t kQuery = 5;
constexpr std::int64_t kFixedAnchor = 9;
constexpr double kFloatNoise = 2e-3;

class StarReference : public testing::TestWithParam<std::string> {
  protected:
    StarReference() {
        const auto path = dataFile("tiny/" + GetParam());
        m_reference = std::make_unique<ReferenceModel>(*openModelFile(path));
        m_engine = openEngine(path);
        m_question.context = someTokens(kContext, m_engine->config().vocabulary, 11);
        m_question.query = someTokens(kQuery, m_engine->config().vocabulary, 12);
        m_question.options = exactOptions(kBlock);
        m_layout = trueLayout(kContext, kQuery, kBlock);
        m_layout.firstAnchorTokens = kBlock;
        m_layout.globalPositions = true;
        m_map = [this] { return starMap(m_layout); };
    }

    void useContiguous() {
        m_question.options.positions = Positions::contiguous;
        m_layout.globalPositions = false;
    }
    void useFixedAnchor() {
        m_question.options.anchor = AnchorMode::fixedText;
        m_question.options.fixedAnchor =
            someTokens(kFixedAnchor, m_engine->config().vocabulary, 13);
        m_layout.firstAnchorTokens = 0;
        m_layout.fixedAnchorTokens = kFixedAnchor;
        for (double& start : m_layout.starts) start += kFixedAnchor;
        m_layout.queryStart += kFixedAnchor;
    }
    void useMode(AttentionMode mode) {
        m_question.options.attention = mode;
        m_map = [this] { return denseMap(m_layout.tokens()); };
    }

    // The engine's answer to the question is what the map defines.
    void expectReference() {
        const Answer answer = ask(*m_engine, m_question);
        std::vector<TokenId> tokens = m_question.options.fixedAnchor;
        tokens.insert(tokens.end(), m_question.context.begin(), m_question.context.end());
        tokens.insert(tokens.end(), m_question.query.begin(), m_question.query.end());
        const ReferencePass pass = m_reference->run(tokens, m_map());
        expectNear(logitsOf(*m_engine, answer), m_reference->logits(pass, m_layout.tokens() - 1),
                   kFloatNoise);
        expectMass(answer.mass.front(), pass);
    }

    // One figure per block, then the fixed anchor, then the query.
    void expectMass(const std::vector<double>& mass, const ReferencePass& pass) const {
        const std::size_t blocks = m_layout.blockBegins.size();
        ASSERT_EQ(mass.size(), blocks + 2);
        for (std::size_t i = 0; i < blocks; ++i) {
            const std::int64_t end =
                i + 1 < blocks ? m_layout.blockRow(i + 1) : m_layout.queryRow();
            EXPECT_NEAR(mass[i], pass.mass(m_layout.blockRow(i), end), 1e-4) << "block " << i;
        }
        EXPECT_NEAR(mass[blocks], pass.mass(0, m_layout.fixedAnchorTokens), 1e-4);
        EXPECT_NEAR(mass[blocks + 1], pass.mass(m_layout.queryRow(), m_layout.tokens()), 1e-4);
        EXPECT_NEAR(std::accumulate(mass.begin(), mass.end(), 0.0), 1.0, 1e-5);
    }

    std::unique_ptr<ReferenceModel> m_reference;
    std::unique_ptr<Engine> m_engine;
    Question m_question;
    StarLayout m_layout;
    std::function<AttentionMap()> m_map;
};

TEST_P(StarReference, AnchorAsLongAsABlock) {
    expectReference();
}

TEST_P(StarReference, AnchorShorterThanABlock) {
    m_question.options.anchorTokens = m_layout.firstAnchorTokens = 7;
    expectReference();
}

TEST_P(StarReference, AnchorLongerThanBlockZeroIsClipped) {
    m_question.options.anchorTokens = 1000;
    expectReference();
}

TEST_P(StarReference, NoAnchor) {
    m_question.options.anchor = AnchorMode::none;
    m_layout.firstAnchorTokens = 0;
    expectReference();
}

TEST_P(StarReference, FixedAnchorInFrontOfEveryBlock) {
    useFixedAnchor();
    expectReference();
}

TEST_P(StarReference, FixedAnchorWithContiguousPositions) {
    useFixedAnchor();
    useContiguous();
    expectReference();
}

TEST_P(StarReference, ContiguousPositionsPlacedWhereTheyTrulyAre) {
    useContiguous();
    m_question.options.anchorTokens = m_layout.firstAnchorTokens = 13;
    expectReference();
}

TEST_P(StarReference, ReusePlacesAllLaterBlocksBehindTheFirst) {
    useContiguous();
    m_question.placement.placement = Placement::reuse;
    m_layout.starts = {0, 30, 30, 30};
    m_layout.queryStart = 60;
    expectReference();
}

TEST_P(StarReference, ReuseWithoutAnchorPlacesAllBlocksAtZero) {
    useContiguous();
    m_question.options.anchor = AnchorMode::none;
    m_question.placement.placement = Placement::reuse;
    m_layout.firstAnchorTokens = 0;
    m_layout.starts = {0, 0, 0, 0};
    m_layout.queryStart = 30;
    expectReference();
}

TEST_P(StarReference, ReuseWithFixedAnchorPlacesAllBlocksBehindIt) {
    useFixedAnchor();
    useContiguous();
    m_question.placement.placement = Placement::reuse;
    m_layout.starts = {9, 9, 9, 9};
    m_layout.queryStart = 39;
    expectReference();
}

// W - a - m - b = 80 - 0 - 20 - 30 = 30 positions for starts that truly reach to 90: s = 1/3.
TEST_P(StarReference, StaggerPushesTheStartsTogetherIntoTheWindow) {
    useContiguous();
    m_question.placement.placement = Placement::stagger;
    m_question.placement.window = 80;
    m_question.placement.room = 20;
    m_layout.starts = {0, 10, 20, 30};
    m_layout.queryStart = 50;  // block 2 ends at 49, the short last one at 46
    expectReference();
}

// W - a - m - b = 80 - 9 - 11 - 30 = 30.
TEST_P(StarReference, StaggerBehindAFixedAnchor) {
    useFixedAnchor();
    useContiguous();
    m_question.placement.placement = Placement::stagger;
    m_question.placement.window = 80;
    m_question.placement.room = 11;
    m_layout.starts = {9, 19, 29, 39};
    m_layout.queryStart = 59;
    expectReference();
}

TEST_P(StarReference, StaggerInsideTheWindowIsTruePlacement) {
    useContiguous();
    m_question.placement.placement = Placement::stagger;
    m_question.placement.window = kContext + 20;
    m_question.placement.room = 20;
    expectReference();
}

TEST_P(StarReference, OneBlockIsDense) {
    m_question.options.blockTokens = 200;
    m_layout = trueLayout(kContext, kQuery, 200);
    m_map = [this] { return denseMap(m_layout.tokens()); };
    expectReference();
}

TEST_P(StarReference, Dense) {
    useMode(AttentionMode::dense);
    expectReference();
}

// Key j at j (84 - 20) / 107, the query one past the last of them.
TEST_P(StarReference, DenseSqueezedAtQueryTime) {
    useMode(AttentionMode::dense);
    m_question.placement.placement = Placement::squeeze;
    m_question.placement.window = 84;
    m_question.placement.room = 20;
    m_map = [this] {
        constexpr double kStep = 64.0 / kContext;
        AttentionMap map = denseMap(m_layout.tokens());
        for (std::int64_t t = 0; t < kQuery; ++t)
            for (std::int64_t key = 0; key < kContext; ++key)
                map.distance.at(kContext + t, key) = (kContext - 1) * kStep + 1 +
                                                     static_cast<double>(t) -
                                                     static_cast<double>(key) * kStep;
        return map;
    };
    expectReference();
}

TEST_P(StarReference, SqueezeThatIsNotNeededIsDense) {
    useMode(AttentionMode::dense);
    m_question.placement.placement = Placement::squeeze;
    m_question.placement.window = 500;
    expectReference();
}

TEST_P(StarReference, SinksAndSlidingWindow) {
    useMode(AttentionMode::window);
    m_question.options.sinkTokens = 3;
    m_question.options.slidingTokens = 45;
    m_map = [this] { return windowMap(m_layout.tokens(), 3, 45); };
    expectReference();
}

TEST_P(StarReference, WindowWiderThanTheTextIsDense) {
    useMode(AttentionMode::window);
    m_question.options.slidingTokens = 500;
    expectReference();
}

// Two passages: all of block 0 and the first half of block 1, then the end of block 2 and the
// start of block 3. The context itself was encoded as always.
TEST_P(StarReference, KeysOutsideThePassagesAreHiddenFromTheQuery) {
    m_question.passages = {{{0, 45}}, {{80, 95}}};
    m_layout.hidden.assign(kContext, true);
    for (const Passage& passage : m_question.passages)
        for (std::int64_t i = passage.tokens.begin; i < passage.tokens.end; ++i)
            m_layout.hidden[static_cast<std::size_t>(i)] = false;
    const Answer answer = ask(*m_engine, m_question);
    std::vector<TokenId> tokens = m_question.context;
    tokens.insert(tokens.end(), m_question.query.begin(), m_question.query.end());
    const ReferencePass pass = m_reference->run(tokens, m_map());
    expectNear(logitsOf(*m_engine, answer), m_reference->logits(pass, m_layout.tokens() - 1),
               kFloatNoise);
    const std::vector<double>& mass = answer.mass.front();
    ASSERT_EQ(mass.size(), 4U);
    EXPECT_NEAR(mass[0], pass.mass(0, 45), 1e-4);
    EXPECT_NEAR(mass[1], pass.mass(80, 95), 1e-4);
    EXPECT_EQ(mass[2], 0.0);
    EXPECT_NEAR(mass[3], pass.mass(kContext, kContext + kQuery), 1e-4);
}

INSTANTIATE_TEST_SUITE_P(Engine, StarReference,
                         testing::Values("llama31", "mistral", "qwen2", "qwen3", "gemma3"),
                         [](const auto& test) { return test.param; });

}  // namespace

}  // namespace asterism::test
