#include "core/eval/reading_data.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace asterism::eval {
namespace {

TEST(ReadingData, TakesParagraphsAndAnsweredQuestionsOfSquad) {
    const ReadingSet set = parseSquad(
        R"({"version": "2.0", "data": [{"title": "t", "paragraphs": [
            {"context": "First.", "qas": [
                {"question": "One?", "answers": [{"text": "1", "answer_start": 0}, {"text": "one"}]},
                {"question": "None?", "is_impossible": true, "answers": []}]},
            {"context": "Second.", "qas": []}]}]})",
        "squad.json");
    EXPECT_EQ(set.paragraphs, (std::vector<std::string>{"First.", "Second."}));
    ASSERT_EQ(set.questions.size(), 1U);
    EXPECT_EQ(set.questions[0].answers, (std::vector<std::string>{"1", "one"}));
    EXPECT_EQ(set.questions[0].paragraphs, (std::vector<std::size_t>{0}));
}

TEST(ReadingData, TakesTheSupportingParagraphsOfHotpot) {
    const ReadingSet set = parseHotpot(
        R"([{"question": "Who?", "answer": "me", "type": "bridge",
             "context": [["A", ["a1.", " a2."]], ["B", ["b."]], ["C", ["c."]]],
             "supporting_facts": [["C", 0], ["A", 0], ["A", 1]]},
            {"question": "Lost?", "answer": "yes", "context": [["B", ["b."]]],
             "supporting_facts": [["Z", 0]]}])",
        "hotpot.json");
    EXPECT_EQ(set.paragraphs, (std::vector<std::string>{"A\na1. a2.", "B\nb.", "C\nc."}));
    ASSERT_EQ(set.questions.size(), 1U);
    EXPECT_EQ(set.questions[0].paragraphs, (std::vector<std::size_t>{0, 2}));
}

TEST(ReadingData, RefusesOtherFilesByName) {
    for (const std::string text : {"", "[]", "{}", R"({"data": []})", R"({"data": [{"x": 1}]})"}) {
        try {
            parseSquad(text, "my.json");
            ADD_FAILURE() << text;
        } catch (const Error& error) {
            EXPECT_NE(std::string(error.what()).find("my.json"), std::string::npos);
        }
        EXPECT_THROW(parseHotpot(text, "my.json"), Error) << text;
    }
}

}  // namespace
}  // namespace asterism::eval
