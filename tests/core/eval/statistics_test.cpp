#include "core/eval/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/eval/random.h"

namespace asterism::eval {
namespace {

TEST(Estimates, AreTheMeanOverTasksWithTheErrorOfTheirHaystacks) {
    const std::vector<HaystackScore> scores{
        {"a", 0, 1}, {"a", 1, 0}, {"b", 0, 0.5}, {"b", 1, 0.5}, {"b", 2, 0.5}};
    const Estimate result = estimate(scores);
    EXPECT_DOUBLE_EQ(result.mean, 0.5);
    EXPECT_EQ(result.haystacks, 5);
    // Of task a the error is sqrt(0.5 / 2) = 0.5, of task b 0; the mean of two halves it.
    ASSERT_TRUE(result.error);
    EXPECT_DOUBLE_EQ(*result.error, 0.25);
}

TEST(Estimates, HaveNoErrorWhereATaskHasOneHaystack) {
    const std::vector<HaystackScore> scores{{"a", 0, 1}, {"a", 1, 0}, {"b", 0, 1}};
    EXPECT_DOUBLE_EQ(estimate(scores).mean, 0.75);
    EXPECT_FALSE(estimate(scores).error);
    EXPECT_EQ(estimate({}).haystacks, 0);
}

TEST(Estimates, HaveAnErrorThatRepeatedRunsShow) {
    Random random(3);
    double squares = 0, errors = 0;
    constexpr int kRuns = 2000;
    for (int run = 0; run < kRuns; ++run) {
        std::vector<HaystackScore> scores;
        for (int i = 0; i < 20; ++i)
            scores.push_back({i % 2 == 0 ? "a" : "b", i, random.fraction() < 0.7 ? 1.0 : 0.0});
        const Estimate result = estimate(scores);
        squares += (result.mean - 0.7) * (result.mean - 0.7) / kRuns;
        errors += *result.error * *result.error / kRuns;
    }
    EXPECT_NEAR(std::sqrt(squares), std::sqrt(errors), 0.1 * std::sqrt(squares));
}

TEST(PairedDifferences, CompareHaystacksThatBothHave) {
    const std::vector<HaystackScore> a{{"a", 0, 1}, {"a", 1, 0.5}, {"a", 2, 1}};
    const std::vector<HaystackScore> b{{"a", 1, 1}, {"a", 0, 0.75}, {"a", 9, 0}};
    const PairedDifference difference = pairedDifference(a, b);
    EXPECT_EQ(difference.estimate.haystacks, 2);
    EXPECT_DOUBLE_EQ(difference.estimate.mean, -0.125);
}

TEST(PairedDifferences, AreSureWhereAllHaystacksAgree) {
    std::vector<HaystackScore> a, b;
    for (int i = 0; i < 10; ++i) {
        a.push_back({"a", i, 0.5});
        b.push_back({"a", i, 0.6});
    }
    // Two of the 1,024 ways to flip the signs are as far from 0.
    EXPECT_DOUBLE_EQ(pairedDifference(a, b).p, 2.0 / 1024);
    EXPECT_DOUBLE_EQ(pairedDifference(a, a).p, 1);
    EXPECT_DOUBLE_EQ(pairedDifference(a, {}).p, 1);
}

TEST(PairedDifferences, AreRarelySureWhereThereIsNone) {
    Random random(4);
    int sure = 0;
    constexpr int kRuns = 200;
    for (int run = 0; run < kRuns; ++run) {
        std::vector<HaystackScore> a, b;
        for (int i = 0; i < 12; ++i) {
            a.push_back({"a", i, random.fraction()});
            b.push_back({"a", i, random.fraction()});
        }
        sure += pairedDifference(a, b).p < 0.05;
    }
    EXPECT_LE(sure, 22);  // 10 expected, standard deviation 3
    EXPECT_GE(sure, 1);
}

}  // namespace
}  // namespace asterism::eval
