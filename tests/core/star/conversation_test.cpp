#include "core/star/conversation.h"

#include <gtest/gtest.h>

#include <numeric>

#include "core/cpu/cpu_backend.h"

namespace asterism {
namespace {

constexpr KvLayout kLayout{KvType::f32, 1, 1, 4};

// A context of 100 tokens in blocks of 40, 40 and 20 on ranks 0, 1 and 0, without its keys' values.
class ConversationTest : public testing::Test {
  protected:
    ConversationTest() : m_backend(makeCpuBackend({1})) {
        m_context.tokens.resize(100);
        m_context.blocks = {{0, 40}, {40, 80}, {80, 100}};
        m_context.rankOf = {0, 1, 0};
        for (const TokenRange& block : m_context.blocks)
            m_context.keyValues.push_back(keys(block.tokens()));
    }

    std::unique_ptr<KeyValueBlock> keys(std::int64_t tokens) {
        auto block = std::make_unique<KeyValueBlock>(*m_backend, kLayout, tokens);
        block->setTokens(tokens);
        return block;
    }

    void addFixedAnchor(std::int64_t tokens) {
        m_context.options.anchor = AnchorMode::fixedText;
        m_context.anchorTokens = tokens;
        m_context.anchors.push_back(keys(tokens));
    }

    const KeyValueBlock* block(std::size_t index) { return m_context.keyValues[index].get(); }

    static void expectRun(const Conversation::MassRun& actual, std::size_t figure,
                          const KeyRun& expected) {
        EXPECT_EQ(actual.figure, figure);
        EXPECT_EQ(actual.run.block, expected.block);
        EXPECT_EQ(actual.run.begin, expected.begin);
        EXPECT_EQ(actual.run.end, expected.end);
        EXPECT_DOUBLE_EQ(actual.run.start, expected.start);
        EXPECT_DOUBLE_EQ(actual.run.step, expected.step);
        EXPECT_EQ(actual.run.token, expected.token);
    }

    std::unique_ptr<Backend> m_backend;
    EncodedContext m_context;
    const PlacedBlocks m_placed{{0, 25, 50}, 1, 70};
};

TEST_F(ConversationTest, WithoutPassagesEveryBlockIsOne) {
    const Conversation conversation(m_context, m_placed, {});
    EXPECT_EQ(conversation.passages().size(), 3U);
    EXPECT_EQ(conversation.massCount(), 5U);
    EXPECT_EQ(conversation.tokensInScope(), 100);
    const auto first = conversation.runsOf(0, 2);
    ASSERT_EQ(first.size(), 2U);
    expectRun(first[0], 0, {block(0), 0, 40, 0, 1, 0});
    expectRun(first[1], 2, {block(2), 0, 20, 50, 1, 80});
    const auto second = conversation.runsOf(1, 2);
    ASSERT_EQ(second.size(), 1U);
    expectRun(second[0], 1, {block(1), 0, 40, 25, 1, 40});
}

TEST_F(ConversationTest, BlocksThatStandNowhereAreNotAttended) {
    Conversation conversation(m_context, m_placed, {{{10, 20}}, {{30, 95}}});
    conversation.select({}, {{0, PlacedBlocks::kNowhere, 40}, 1, 60});
    EXPECT_EQ(conversation.tokensInScope(), 75);
    EXPECT_EQ(conversation.tokensAttended(), 35);
    EXPECT_EQ(conversation.massCount(), 4U);
    const auto first = conversation.runsOf(0, 2);
    ASSERT_EQ(first.size(), 3U);
    expectRun(first[2], 1, {block(2), 0, 15, 40, 1, 80});
    EXPECT_TRUE(conversation.runsOf(1, 2).empty());
    EXPECT_EQ(conversation.nextPlace().position, 60);
    EXPECT_EQ(conversation.nextPlace().token, 100);
}

TEST_F(ConversationTest, APassageOverSeveralBlocksIsSplitOverTheirRanks) {
    const Conversation conversation(m_context, m_placed, {{{10, 20}}, {{30, 95}}});
    EXPECT_EQ(conversation.tokensInScope(), 75);
    const auto first = conversation.runsOf(0, 2);
    ASSERT_EQ(first.size(), 3U);
    expectRun(first[0], 0, {block(0), 10, 20, 10, 1, 10});
    expectRun(first[1], 1, {block(0), 30, 40, 30, 1, 30});
    expectRun(first[2], 1, {block(2), 0, 15, 50, 1, 80});
    const auto second = conversation.runsOf(1, 2);
    ASSERT_EQ(second.size(), 1U);
    expectRun(second[0], 1, {block(1), 0, 40, 25, 1, 40});
}

TEST_F(ConversationTest, PassagesInsideABlockStandAtTheirDistanceFromItsStart) {
    const PlacedBlocks squeezed{{0, 20, 40}, 0.5, 51};
    const Conversation conversation(m_context, squeezed, {{{44, 48}}, {{60, 80}}, {{80, 81}}});
    const auto second = conversation.runsOf(1, 2);
    ASSERT_EQ(second.size(), 2U);
    expectRun(second[0], 0, {block(1), 4, 8, 22, 0.5, 44});
    expectRun(second[1], 1, {block(1), 20, 40, 30, 0.5, 60});
    const auto first = conversation.runsOf(0, 2);
    ASSERT_EQ(first.size(), 1U);
    expectRun(first[0], 2, {block(2), 0, 1, 40, 0.5, 80});
}

TEST_F(ConversationTest, AnEmptyPassageHasAFigureButNoRun) {
    const Conversation conversation(m_context, m_placed, {{{10, 10}}, {{10, 12}}});
    EXPECT_EQ(conversation.massCount(), 4U);
    const auto runs = conversation.runsOf(0, 2);
    ASSERT_EQ(runs.size(), 1U);
    expectRun(runs[0], 1, {block(0), 10, 12, 10, 1, 10});
}

TEST_F(ConversationTest, TheMassOfAPassageIsThatOfItsBlocksByTheirTokens) {
    const Conversation conversation(m_context, m_placed, {{{10, 10}}, {{20, 60}}, {{90, 100}}});
    const std::vector<double> figures = {0, 0.4, 0.1, 0.2, 0.3};  // anchor and turns last
    const std::vector<float> mass = conversation.blockMass(figures);
    ASSERT_EQ(mass.size(), 3U);
    EXPECT_FLOAT_EQ(mass[0], 0.2F);
    EXPECT_FLOAT_EQ(mass[1], 0.2F);
    EXPECT_FLOAT_EQ(mass[2], 0.1F);
}

TEST_F(ConversationTest, TheRunsOfAllRanksCoverThePassagesOnce) {
    m_context.rankOf = {2, 0, 1};
    const Conversation conversation(m_context, m_placed, {{{0, 33}}, {{33, 79}}, {{79, 100}}});
    std::vector<int> seen(100);
    for (int rank = 0; rank < 4; ++rank)
        for (const auto& [run, figure] : conversation.runsOf(rank, 4))
            for (std::int64_t i = 0; i < run.end - run.begin; ++i)
                ++seen[static_cast<std::size_t>(run.token + i)];
    EXPECT_EQ(seen, std::vector<int>(100, 1));
}

TEST_F(ConversationTest, AFixedAnchorIsOnRankZeroAndMovesTheTokens) {
    addFixedAnchor(6);
    const Conversation conversation(m_context, {{6, 31, 56}, 1, 76}, {});
    const auto first = conversation.runsOf(0, 2);
    ASSERT_EQ(first.size(), 3U);
    expectRun(first[1], 2, {block(2), 0, 20, 56, 1, 86});
    expectRun(first[2], 3, {m_context.fixedAnchor(), 0, 6, 0, 1, 0});
    for (const auto& [run, figure] : conversation.runsOf(1, 2)) EXPECT_NE(figure, 3U);
    EXPECT_EQ(conversation.nextPlace().token, 106);
    EXPECT_EQ(conversation.nextPlace().position, 76);
}

TEST_F(ConversationTest, OfALostAnchorOnlyTheFirstTokensAreVisible) {
    addFixedAnchor(6);
    m_context.options.visibleAnchorTokens = 4;
    const Conversation conversation(m_context, {{6, 31, 56}, 1, 76}, {});
    expectRun(conversation.runsOf(0, 2).back(), 3, {m_context.fixedAnchor(), 0, 4, 0, 1, 0});
    // The place of everything else stays what it is.
    EXPECT_EQ(conversation.nextPlace().token, 106);
}

TEST_F(ConversationTest, BlocksThatAreNotThereYetAreLeftOut) {
    m_context.keyValues[2].reset();
    const Conversation conversation(m_context, m_placed, {});
    const auto runs = conversation.runsOf(0, 2);
    ASSERT_EQ(runs.size(), 1U);
    EXPECT_EQ(runs.front().run.block, block(0));
}

TEST_F(ConversationTest, TurnsFollowEachOtherOnTheLastRank) {
    Conversation conversation(m_context, m_placed, {});
    conversation.beginTurn(*m_backend, kLayout, 30);
    conversation.turn().setTokens(12);
    conversation.endTurn(std::vector<TokenId>(12));
    EXPECT_EQ(conversation.turnTokens(), 12);
    EXPECT_EQ(conversation.nextPlace().position, 82);
    EXPECT_EQ(conversation.nextPlace().token, 112);
    conversation.beginTurn(*m_backend, kLayout, 30);
    conversation.turn().setTokens(5);

    const auto last = conversation.runsOf(1, 2);
    ASSERT_EQ(last.size(), 3U);
    EXPECT_EQ(last[1].figure, 4U);
    EXPECT_DOUBLE_EQ(last[1].run.start, 70);
    EXPECT_EQ(last[1].run.token, 100);
    EXPECT_EQ(last[1].run.end, 12);
    expectRun(last[2], 4, {&conversation.turn(), 0, 5, 82, 1, 112});
    for (const auto& [run, figure] : conversation.runsOf(0, 2)) EXPECT_NE(figure, 4U);
}

TEST_F(ConversationTest, ATurnWithoutTokensYetHasNoRun) {
    Conversation conversation(m_context, m_placed, {});
    conversation.beginTurn(*m_backend, kLayout, 30);
    EXPECT_EQ(conversation.runsOf(1, 2).size(), 1U);
}

}  // namespace
}  // namespace asterism
