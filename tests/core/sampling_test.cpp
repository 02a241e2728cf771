#include "core/sampling.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <set>

#include "core/base/error.h"

namespace asterism {
namespace {

const std::vector<float> kLogits{0.5F, 2.0F, 1.0F, -1.0F, 1.5F, 0.0F};

std::vector<TokenId> draw(const SamplingOptions& options, int count,
                          const std::vector<float>& logits = kLogits) {
    Sampler sampler(options);
    std::vector<TokenId> ids;
    ids.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) ids.push_back(sampler.next(logits, {}));
    return ids;
}

std::set<TokenId> drawnIds(const SamplingOptions& options,
                           const std::vector<float>& logits = kLogits) {
    const auto ids = draw(options, 2000, logits);
    return {ids.begin(), ids.end()};
}

SamplingOptions warm(double temperature = 1, std::uint64_t seed = 0) {
    SamplingOptions options;
    options.temperature = temperature;
    options.seed = seed;
    return options;
}

TEST(Sampler, GreedyTakesTheMostLikelyWhateverTheSeed) {
    for (const std::uint64_t seed : {0U, 1U, 99U})
        EXPECT_EQ(draw(warm(0, seed), 3), (std::vector<TokenId>{1, 1, 1}));
}

TEST(Sampler, GreedyTakesTheLowestIdAmongEquals) {
    EXPECT_EQ(draw({}, 1, {0.F, 3.F, 3.F, 3.F}), (std::vector<TokenId>{1}));
    EXPECT_EQ(draw({}, 1, {-5.F}), (std::vector<TokenId>{0}));
}

// Expected ids: another implementation of MT19937-64 (the C++ standard fixes it), its upper 53
// bits over the cumulated probabilities, most likely token first.
TEST(Sampler, ASeedGivesTheSameIdsOnEveryMachine) {
    using Ids = std::vector<TokenId>;
    EXPECT_EQ(draw(warm(0.8, 0), 12), (Ids{1, 3, 1, 4, 4, 1, 4, 1, 2, 0, 1, 4}));
    EXPECT_EQ(draw(warm(0.8, 1), 12), (Ids{1, 1, 1, 1, 1, 0, 1, 1, 4, 4, 1, 4}));
    EXPECT_EQ(draw(warm(0.8, 42), 12), (Ids{2, 4, 2, 1, 0, 1, 4, 1, 1, 1, 1, 4}));
}

TEST(Sampler, DrawsFollowTheSoftmaxOfLogitsOverTemperature) {
    constexpr int kDraws = 20'000;
    std::map<TokenId, double> share;
    for (const TokenId id : draw(warm(2, 5), kDraws)) share[id] += 1.0 / kDraws;
    double total = 0;
    for (const float logit : kLogits) total += std::exp(logit / 2.0);
    for (std::size_t i = 0; i < kLogits.size(); ++i)
        EXPECT_NEAR(share[static_cast<TokenId>(i)], std::exp(kLogits[i] / 2.0) / total, 0.015);
}

TEST(Sampler, TopKKeepsTheKMostLikely) {
    SamplingOptions options = warm(3);
    options.topK = 3;
    EXPECT_EQ(drawnIds(options), (std::set<TokenId>{1, 4, 2}));
    options.topK = 1;
    EXPECT_EQ(drawnIds(options), std::set<TokenId>{1});
    options.topK = 1000;
    EXPECT_EQ(drawnIds(options).size(), kLogits.size());
}

// Probabilities 0.5, 0.3, 0.15, 0.05.
const std::vector<float> kShares{std::log(0.15F), std::log(0.5F), std::log(0.05F), std::log(0.3F)};

TEST(Sampler, TopPKeepsTheFewestThatReachP) {
    SamplingOptions options = warm();
    options.topP = 0.45;
    EXPECT_EQ(drawnIds(options, kShares), std::set<TokenId>{1});
    options.topP = 0.55;
    EXPECT_EQ(drawnIds(options, kShares), (std::set<TokenId>{1, 3}));
    options.topP = 0.9;
    EXPECT_EQ(drawnIds(options, kShares), (std::set<TokenId>{1, 3, 0}));
    options.topP = 1;
    EXPECT_EQ(drawnIds(options, kShares).size(), 4U);
    options.topP = 1e-9;
    EXPECT_EQ(drawnIds(options, kShares), std::set<TokenId>{1});
}

TEST(Sampler, MinPDropsTokensUnderAShareOfTheMostLikely) {
    SamplingOptions options = warm();
    options.minP = 0.25;  // of 0.5: 0.125
    EXPECT_EQ(drawnIds(options, kShares), (std::set<TokenId>{1, 3, 0}));
    options.minP = 0.5;
    EXPECT_EQ(drawnIds(options, kShares), (std::set<TokenId>{1, 3}));
    options.minP = 1;
    EXPECT_EQ(drawnIds(options, kShares), std::set<TokenId>{1});
}

TEST(Sampler, ThePenaltyMakesSeenTokensLessLikelyOnceEach) {
    SamplingOptions options;
    options.repetitionPenalty = 1.5;
    // 2.0 becomes 1.33 however often the token was seen: the next best is 1.5.
    EXPECT_EQ(Sampler(options).next(kLogits, std::vector<TokenId>{1}), 4);
    EXPECT_EQ(Sampler(options).next(kLogits, std::vector<TokenId>{1, 4, 1, 1}), 1);
    // Negative logits grow more negative.
    EXPECT_EQ(Sampler(options).next(std::vector<float>{-1.F, -1.2F}, std::vector<TokenId>{0}), 1);
}

TopValues topOf(const std::vector<float>& logits, std::int64_t count, double temperature) {
    TopValues top{topLogits(logits, count), std::ssize(logits), 0};
    for (const float logit : logits)
        top.total += std::exp((double{logit} - top.best.front().second) / temperature);
    return top;
}

TEST(Sampler, WhatTheTopCannotTellIsDrawnFromAllWithTheSameRandomNumber) {
    for (const int known : {1, 2, 4, 6}) {
        Sampler steps(warm(2, 3));
        int fromTop = 0;
        std::vector<TokenId> ids;
        for (int i = 0; i < 300; ++i) {
            const auto token = steps.next(topOf(kLogits, known, 2));
            fromTop += token ? 1 : 0;
            ids.push_back(token ? *token : steps.next(kLogits, {}));
        }
        EXPECT_EQ(ids, draw(warm(2, 3), 300));
        EXPECT_GT(fromTop, 0);
        EXPECT_EQ(fromTop == 300, known == 6);
    }
}

TEST(Sampler, TheTopTellsWhereItHoldsAllThatIsKept) {
    SamplingOptions options = warm(1);
    options.topP = 0.55;  // of 0.5, 0.3, 0.15, 0.05: two
    EXPECT_TRUE(Sampler(options).next(topOf(kShares, 2, 1)));
    EXPECT_FALSE(Sampler(options).next(topOf(kShares, 1, 1)));
    options = warm(1);
    options.topK = 3;
    EXPECT_TRUE(Sampler(options).next(topOf(kShares, 3, 1)));
    EXPECT_FALSE(Sampler(options).next(topOf(kShares, 2, 1)));
    options = warm(1);
    options.minP = 0.5;  // two; the third says so
    EXPECT_TRUE(Sampler(options).next(topOf(kShares, 3, 1)));
    EXPECT_FALSE(Sampler(options).next(topOf(kShares, 2, 1)));
}

TEST(Sampler, ThePenaltyLooksAsFarBackAsTold) {
    SamplingOptions options;
    options.repetitionPenalty = 2;
    options.penaltyTokens = 2;
    EXPECT_EQ(Sampler(options).next(kLogits, std::vector<TokenId>{1, 0, 0}), 1);
    EXPECT_EQ(Sampler(options).next(kLogits, std::vector<TokenId>{0, 1, 0}), 4);
    options.penaltyTokens = 0;
    EXPECT_EQ(Sampler(options).next(kLogits, std::vector<TokenId>{1}), 1);
}

// The rule written down plainly: sort all, keep what top-p and min-p leave, cumulate.
TokenId drawnBySorting(const std::vector<float>& logits, const SamplingOptions& options,
                       double share) {
    std::vector<TokenId> ids(logits.size());
    std::iota(ids.begin(), ids.end(), 0);
    const auto logitOf = [&](TokenId id) { return logits[static_cast<std::size_t>(id)]; };
    std::stable_sort(ids.begin(), ids.end(),
                     [&](TokenId a, TokenId b) { return logitOf(a) > logitOf(b); });
    std::vector<double> shares;
    double total = 0;
    for (const TokenId id : ids) {
        shares.push_back(
            std::exp((double{logitOf(id)} - logitOf(ids.front())) / options.temperature));
        total += shares.back();
    }
    double kept = 0;
    std::size_t count = 0;
    while (count < ids.size() &&
           (count == 0 || (kept < options.topP * total && shares[count] >= options.minP)))
        kept += shares[count++];
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
        sum += shares[i];
        if (share * kept < sum) return ids[i];
    }
    return ids[count - 1];
}

TEST(Sampler, LargeVocabulariesAreDrawnFromAsIfTheyWereSorted) {
    std::mt19937 random(7);
    std::vector<float> logits(3000);
    for (float& logit : logits)  // many are equal
        logit = static_cast<float>(random() % 500) * 0.01F;
    SamplingOptions nucleus = warm(1.5, 11);
    nucleus.topP = 0.7;
    SamplingOptions likely = warm(1.5, 12);
    likely.minP = 0.3;
    for (const SamplingOptions& options : {warm(0.3, 9), warm(1.5, 10), nucleus, likely}) {
        Sampler sampler(options);
        std::mt19937_64 shares(options.seed);
        for (int i = 0; i < 100; ++i)
            EXPECT_EQ(
                sampler.next(logits, {}),
                drawnBySorting(logits, options, static_cast<double>(shares() >> 11) * 0x1p-53));
    }
}

TEST(Sampler, HugeLogitsDoNotOverflow) {
    EXPECT_EQ(draw(warm(), 5, {1e30F, 3e38F, -3e38F}), std::vector<TokenId>(5, 1));
}

TEST(TopLogits, AreSortedWithTheLowerIdFirstAmongEquals) {
    const std::vector<float> logits{1.F, 5.F, 2.F, 5.F, 0.F};
    using Best = std::vector<std::pair<TokenId, float>>;
    EXPECT_EQ(topLogits(logits, 3), (Best{{1, 5.F}, {3, 5.F}, {2, 2.F}}));
    EXPECT_EQ(topLogits(logits, 50).size(), 5U);
    EXPECT_TRUE(topLogits(logits, 0).empty());
    EXPECT_TRUE(topLogits(logits, -1).empty());
}

std::string errorOf(const SamplingOptions& options) {
    try {
        checkSampling(options);
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

TEST(CheckSampling, AcceptsTheEdgesOfEveryRange) {
    SamplingOptions options;
    options.temperature = 0;
    options.topK = 0;
    options.topP = 1;
    options.minP = 0;
    EXPECT_EQ(errorOf(options), "no error");
    options.minP = 1;
    options.topP = 1e-6;
    options.repetitionPenalty = 0.1;
    EXPECT_EQ(errorOf(options), "no error");
}

TEST(CheckSampling, NamesTheOptionTheValueAndTheRange) {
    SamplingOptions options;
    options.temperature = -0.5;
    EXPECT_EQ(errorOf(options), "temperature -0.5 is out of range; use 0 (greedy) or more");
    options = {};
    options.topK = -2;
    EXPECT_EQ(errorOf(options), "top-k -2 is out of range; use 0 (all) or more");
    options = {};
    options.topP = 0;
    EXPECT_EQ(errorOf(options), "top-p 0 is out of range; use more than 0, at most 1");
    options.topP = 1.5;
    EXPECT_EQ(errorOf(options), "top-p 1.5 is out of range; use more than 0, at most 1");
    options = {};
    options.minP = -0.1;
    EXPECT_EQ(errorOf(options), "min-p -0.1 is out of range; use 0 to 1");
    options.minP = 1.1;
    EXPECT_EQ(errorOf(options), "min-p 1.1 is out of range; use 0 to 1");
    options = {};
    options.repetitionPenalty = 0;
    EXPECT_EQ(errorOf(options),
              "repetition-penalty 0 is out of range; use a number over 0 (1: none)");
}

TEST(CheckSampling, RefusesWhatIsNoNumber) {
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    for (const double value : {kNan, kInfinity}) {
        SamplingOptions options;
        options.temperature = value;
        EXPECT_NE(errorOf(options), "no error");
        options = {};
        options.topP = value;
        EXPECT_NE(errorOf(options), "no error");
        options = {};
        options.minP = value;
        EXPECT_NE(errorOf(options), "no error");
        options = {};
        options.repetitionPenalty = value;
        EXPECT_NE(errorOf(options), "no error");
    }
}

TEST(Sampler, RefusesOptionsOutOfRange) {
    SamplingOptions options;
    options.topP = 2;
    EXPECT_THROW(Sampler{options}, Error);
}

}  // namespace
}  // namespace asterism
