#include "core/eval/scoring.h"

#include <gtest/gtest.h>

namespace asterism::eval {
namespace {

const Question kValues{"", "", {"123", "456", "789", "Abc"}, {}, {}};
const Question kPlace{"", "", {"kitchen"}, {"garden", "attic"}, {}};

TEST(Scoring, CountsTheShareOfExpectedStrings) {
    EXPECT_EQ(scoreOf(Scoring::allExpected, kValues, ""), 0);
    EXPECT_EQ(scoreOf(Scoring::allExpected, kValues, "they are 456 and 123"), 0.5);
    EXPECT_EQ(scoreOf(Scoring::allExpected, kValues, "123, 456, 789, aBC"), 1);
}

TEST(Scoring, TakesAnyOfSeveralRightAnswers) {
    EXPECT_EQ(scoreOf(Scoring::anyExpected, kValues, "it is 789"), 1);
    EXPECT_EQ(scoreOf(Scoring::anyExpected, kValues, "it is 78"), 0);
}

TEST(Scoring, RefusesAnAnswerThatNamesARival) {
    EXPECT_EQ(scoreOf(Scoring::onlyExpected, kPlace, " Kitchen"), 1);
    EXPECT_EQ(scoreOf(Scoring::onlyExpected, kPlace, "kitchen or garden"), 0);
    EXPECT_EQ(scoreOf(Scoring::onlyExpected, kPlace, "garden"), 0);
}

TEST(Scoring, ReadsOnlyTheFirstSentenceWhereRivalsCount) {
    EXPECT_EQ(scoreOf(Scoring::onlyExpected, kPlace, " kitchen. The attic is empty."), 1);
    EXPECT_EQ(scoreOf(Scoring::onlyExpected, kPlace, " attic.\nkitchen"), 0);
}

TEST(Scoring, IsSettledOnceMoreTextCannotChangeIt) {
    EXPECT_FALSE(isSettled(Scoring::allExpected, kValues, "123, 456, 789"));
    EXPECT_TRUE(isSettled(Scoring::allExpected, kValues, "123, 456, 789, Abc"));
    EXPECT_TRUE(isSettled(Scoring::anyExpected, kValues, "123"));
    EXPECT_FALSE(isSettled(Scoring::onlyExpected, kPlace, "kitchen"));
}

}  // namespace
}  // namespace asterism::eval
