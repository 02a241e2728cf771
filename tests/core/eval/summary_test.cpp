#include "core/eval/summary.h"

#include <gtest/gtest.h>

namespace asterism::eval {
namespace {

Outcome outcomeOf(const std::string& setting, std::int64_t sample, std::int64_t question,
                  double score, std::int64_t length = 4096) {
    Outcome outcome;
    outcome.setting = setting;
    outcome.task = "vt";
    outcome.length = length;
    outcome.sample = sample;
    outcome.question = question;
    outcome.score = score;
    outcome.contextTokens = 4000;
    outcome.encodeSeconds = 2;
    outcome.firstTokenSeconds = 0.5;
    return outcome;
}

const std::vector<std::string> kSettings{"dense", "star"};
const std::vector<std::string> kBaselines{"dense"};
const std::vector<std::int64_t> kLengths{4096, 8192};

TEST(Summary, CountsQuestionsOfAHaystackTogether) {
    const std::vector<Outcome> outcomes{outcomeOf("dense", 0, 0, 1), outcomeOf("dense", 0, 1, 0),
                                        outcomeOf("dense", 1, 0, 1), outcomeOf("dense", 1, 1, 1)};
    const auto rows = summarize(outcomes, kSettings, kLengths, kBaselines);
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].questions, 4);
    EXPECT_EQ(rows[0].score.haystacks, 2);
    EXPECT_DOUBLE_EQ(rows[0].score.mean, 0.75);
    EXPECT_DOUBLE_EQ(rows[0].encodeTokensPerSecond, 2000);  // a context is encoded once
    EXPECT_DOUBLE_EQ(rows[0].secondsPerQuestion, 1.5);
    EXPECT_TRUE(rows[0].differences.empty());
}

TEST(Summary, ComparesOnlyQuestionsThatBothHaveAnswered) {
    const std::vector<Outcome> outcomes{outcomeOf("dense", 0, 0, 1), outcomeOf("dense", 0, 1, 0),
                                        outcomeOf("dense", 1, 0, 1), outcomeOf("star", 0, 0, 0.5),
                                        outcomeOf("star", 1, 0, 1),  outcomeOf("star", 2, 0, 0)};
    const auto rows = summarize(outcomes, kSettings, kLengths, kBaselines);
    ASSERT_EQ(rows.size(), 2U);
    const PairedDifference& difference = rows[1].differences.at("dense");
    EXPECT_EQ(difference.estimate.haystacks, 2);
    EXPECT_DOUBLE_EQ(difference.estimate.mean, -0.25);
}

TEST(Summary, HasARowForEachSettingAndLength) {
    const std::vector<Outcome> outcomes{
        outcomeOf("star", 0, 0, 1, 8192), outcomeOf("dense", 0, 0, 1, 8192),
        outcomeOf("dense", 0, 0, 1, 4096), outcomeOf("other", 0, 0, 1)};
    const auto rows = summarize(outcomes, kSettings, kLengths, kBaselines);
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[0].setting, "dense");
    EXPECT_EQ(rows[1].length, 8192);
    EXPECT_EQ(rows[2].setting, "star");
    const auto panels = summaryPlot(rows);
    ASSERT_EQ(panels.size(), 2U);
    EXPECT_EQ(panels[0].series.size(), 2U);
    EXPECT_EQ(panels[0].series[0].points.size(), 2U);
}

}  // namespace
}  // namespace asterism::eval
