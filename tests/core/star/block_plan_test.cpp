#include "core/star/block_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "core/base/error.h"
#include "tests/support/failure_of.h"

namespace asterism {

// For messages of failed tests.
static void PrintTo(const TokenRange& range, std::ostream* stream) {
    *stream << '[' << range.begin << ", " << range.end << ')';
}

namespace {

using test::failureOf;

using Blocks = std::vector<TokenRange>;

std::vector<TokenId> randomTokens(std::size_t count, std::uint32_t seed = 1) {
    std::mt19937 random(seed);
    std::vector<TokenId> tokens(count);
    for (TokenId& token : tokens) token = static_cast<TokenId>(random() % 50'000);
    return tokens;
}

void expectCover(const Blocks& blocks, std::int64_t tokens, std::int64_t ceiling) {
    std::int64_t end = 0;
    for (const TokenRange& block : blocks) {
        EXPECT_EQ(block.begin, end);
        EXPECT_GE(block.tokens(), 1);
        EXPECT_LE(block.tokens(), ceiling);
        end = block.end;
    }
    EXPECT_EQ(end, tokens);
}

CutPoint cutAt(std::int64_t token, CutPoint::Strength strength, std::uint64_t hash = 1) {
    return {token, strength, hash};
}

TEST(FixedPlan, CutsIntoEqualBlocksAndAShorterLast) {
    EXPECT_EQ(fixedPlan(10, 4), (Blocks{{0, 4}, {4, 8}, {8, 10}}));
    EXPECT_EQ(fixedPlan(8, 4), (Blocks{{0, 4}, {4, 8}}));
    EXPECT_EQ(fixedPlan(3, 4), (Blocks{{0, 3}}));
    EXPECT_EQ(fixedPlan(3, 1), (Blocks{{0, 1}, {1, 2}, {2, 3}}));
}

TEST(FixedPlan, RefusesBlocksBelowOneTokenAndAnEmptyContext) {
    EXPECT_EQ(failureOf([] { fixedPlan(10, 0); }),
              "a block of 0 tokens is not possible; use 1 or more");
    EXPECT_EQ(failureOf([] { fixedPlan(10, -3); }),
              "a block of -3 tokens is not possible; use 1 or more");
    EXPECT_EQ(failureOf([] { fixedPlan(0, 4); }),
              "the context is empty; give it at least one token");
}

TEST(RingPlan, MakesTwoEvenChunksARank) {
    EXPECT_EQ(ringPlan(8, 1), (Blocks{{0, 4}, {4, 8}}));
    EXPECT_EQ(ringPlan(10, 2), (Blocks{{0, 2}, {2, 5}, {5, 7}, {7, 10}}));
    for (const int ranks : {1, 2, 3, 4, 7}) {
        const Blocks chunks = ringPlan(1001, ranks);
        ASSERT_EQ(std::ssize(chunks), 2 * ranks);
        expectCover(chunks, 1001, 1001 / (2 * ranks) + 1);
    }
}

// Rank r holds chunks r and 2 * ranks - 1 - r: the causal work behind a token is its index.
TEST(RingPlan, ZigzagGivesEveryRankTheSameCausalWork) {
    constexpr int kRanks = 4;
    const Blocks chunks = ringPlan(8000, kRanks);
    const auto work = [&](int chunk) {
        const TokenRange& range = chunks[static_cast<std::size_t>(chunk)];
        return static_cast<double>(range.tokens()) * static_cast<double>(range.begin + range.end);
    };
    const double first = work(0) + work(2 * kRanks - 1);
    for (int rank = 1; rank < kRanks; ++rank)
        EXPECT_DOUBLE_EQ(work(rank) + work(2 * kRanks - 1 - rank), first);
}

TEST(AssignBlocks, FollowsTheLeastCostSoFar) {
    const std::vector<double> costs{5, 1, 1, 1, 4, 2};
    EXPECT_EQ(assignBlocks(costs, 2), (std::vector<int>{0, 1, 1, 1, 1, 0}));
    EXPECT_EQ(assignBlocks(costs, 1), std::vector<int>(6, 0));
    EXPECT_EQ(assignBlocks(std::vector<double>{1, 1}, 4), (std::vector<int>{0, 1}));
    EXPECT_TRUE(assignBlocks({}, 2).empty());
}

TEST(AssignBlocks, EqualBlocksTakeTurns) {
    EXPECT_EQ(assignBlocks(std::vector<double>(6, 1.0), 3), (std::vector<int>{0, 1, 2, 0, 1, 2}));
}

TEST(DocumentsPlan, KeepsWhatFitsInOneBlock) {
    const auto tokens = randomTokens(100);
    const std::vector cuts{cutAt(50, CutPoint::Strength::document)};
    EXPECT_EQ(documentsPlan(tokens, cuts, 100), (Blocks{{0, 100}}));
}

TEST(DocumentsPlan, PrefersTheStrongestCutThatFits) {
    const auto tokens = randomTokens(160);
    const std::vector cuts{cutAt(80, CutPoint::Strength::paragraph, 3),
                           cutAt(84, CutPoint::Strength::section, 1),
                           cutAt(90, CutPoint::Strength::line, 9)};
    EXPECT_EQ(documentsPlan(tokens, cuts, 100), (Blocks{{0, 84}, {84, 160}}));
}

TEST(DocumentsPlan, PrefersTheHigherHashAmongEqualCuts) {
    const auto tokens = randomTokens(160);
    const std::vector cuts{cutAt(80, CutPoint::Strength::line, 3),
                           cutAt(84, CutPoint::Strength::line, 7),
                           cutAt(90, CutPoint::Strength::line, 5)};
    EXPECT_EQ(documentsPlan(tokens, cuts, 100), (Blocks{{0, 84}, {84, 160}}));
}

TEST(DocumentsPlan, CutsTextWithoutCutPoints) {
    const auto tokens = randomTokens(20'000);
    const Blocks blocks = documentsPlan(tokens, {}, 1000);
    expectCover(blocks, 20'000, 1000);
    EXPECT_LE(blocks.size(), 40U);
}

TEST(DocumentsPlan, CutsALongStretchBetweenCutPoints) {
    const auto tokens = randomTokens(10'000);
    const std::vector cuts{cutAt(100, CutPoint::Strength::document, 5),
                           cutAt(9'000, CutPoint::Strength::document, 6)};
    expectCover(documentsPlan(tokens, cuts, 500), 10'000, 500);
}

TEST(DocumentsPlan, CutsTextOfOneTokenRepeated) {
    const std::vector<TokenId> tokens(10'000, 7);
    const Blocks blocks = documentsPlan(tokens, {}, 1000);
    expectCover(blocks, 10'000, 1000);
    EXPECT_LE(blocks.size(), 20U);
}

TEST(DocumentsPlan, IgnoresCutsOutsideTheContextAndTwice) {
    const auto tokens = randomTokens(150);
    const std::vector cuts{cutAt(0, CutPoint::Strength::document),
                           cutAt(80, CutPoint::Strength::line), cutAt(80, CutPoint::Strength::line),
                           cutAt(150, CutPoint::Strength::document),
                           cutAt(400, CutPoint::Strength::document)};
    EXPECT_EQ(documentsPlan(tokens, cuts, 100), (Blocks{{0, 80}, {80, 150}}));
}

TEST(DocumentsPlan, WorksForBlocksOfOneToken) {
    expectCover(documentsPlan(randomTokens(20), {}, 1), 20, 1);
}

TEST(DocumentsPlan, RefusesWhatFixedPlanRefuses) {
    const auto tokens = randomTokens(5);
    EXPECT_EQ(failureOf([&] { documentsPlan(tokens, {}, 0); }),
              "a block of 0 tokens is not possible; use 1 or more");
    EXPECT_EQ(failureOf([&] { documentsPlan({}, {}, 4); }),
              "the context is empty; give it at least one token");
}

TEST(DocumentsPlan, MakesTheFirstBlockALongAnchor) {
    for (std::uint32_t seed = 1; seed <= 20; ++seed) {
        std::mt19937 random(seed);
        std::vector<CutPoint> cuts;
        for (std::int64_t token = 10; token < 5'000; token += 10 + random() % 20)
            cuts.push_back(cutAt(token, CutPoint::Strength{static_cast<std::uint8_t>(random() % 4)},
                                 random()));
        const Blocks blocks = documentsPlan(randomTokens(5'000), cuts, 400);
        EXPECT_GE(blocks.front().tokens(), 300) << "seed " << seed;
    }
}

TEST(DocumentsPlan, CoversEverythingUnderTheCeilingForAnyCuts) {
    for (std::uint32_t seed = 1; seed <= 100; ++seed) {
        std::mt19937 random(seed);
        const auto tokens = randomTokens(1 + random() % 3'000, seed);
        const auto count = std::ssize(tokens);
        std::vector<CutPoint> cuts;
        for (std::int64_t token = random() % 50; token < count; token += 1 + random() % 300)
            cuts.push_back(cutAt(token, CutPoint::Strength{static_cast<std::uint8_t>(random() % 4)},
                                 random() % 5));
        const std::int64_t ceiling = 1 + random() % 400;
        const Blocks blocks = documentsPlan(tokens, cuts, ceiling);
        expectCover(blocks, count, ceiling);
        for (std::size_t i = 2; i < blocks.size(); ++i)
            EXPECT_GT(blocks[i - 1].tokens() + blocks[i].tokens(), ceiling) << "seed " << seed;
    }
}

}  // namespace
}  // namespace asterism
