#include "core/eval/source_facts.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/eval/filler.h"

namespace asterism::eval {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs namesAndAnswers(const std::vector<SourceFact>& facts) {
    Pairs pairs;
    for (const SourceFact& fact : facts) pairs.emplace_back(fact.name, fact.answer);
    return pairs;
}

TEST(SourceFacts, FindDefinitionsWithTheirFiles) {
    const auto parts = sourceParts({{"a/one.h",
                                     "class Forward;\nclass Builder : public Base {\n"
                                     "    struct Nested {\n};\nenum class Colours : int {\n"},
                                    {"b/two.py", "def measure(x):\n    pass\nclass Tiny:\n"}});
    EXPECT_EQ(namesAndAnswers(definedSymbols(parts)), (Pairs{{"Builder", "one.h"},
                                                             {"Nested", "one.h"},
                                                             {"Colours", "one.h"},
                                                             {"measure", "two.py"}}));
}

TEST(SourceFacts, LeaveOutWhatIsSaidTwice) {
    const auto parts =
        sourceParts({{"one.h", "struct Options {\n"}, {"two.h", "struct Options {\n"}});
    EXPECT_TRUE(definedSymbols(parts).empty());
}

TEST(SourceFacts, NameFilesByPathWhereTheirNamesAreTheSame) {
    const auto parts =
        sourceParts({{"a/same.h", "struct FirstOne {\n"}, {"b/same.h", "struct SecondOne {\n"}});
    EXPECT_EQ(namesAndAnswers(definedSymbols(parts)),
              (Pairs{{"FirstOne", "a/same.h"}, {"SecondOne", "b/same.h"}}));
}

TEST(SourceFacts, FindConstantsOfTwoDigitsOrMore) {
    const auto parts = sourceParts({{"one.cpp",
                                     "constexpr int kRows = 64;\n"
                                     "static const double kShare = 0.25;  // of it\n"
                                     "constexpr int kOne = 1;\n"
                                     "constexpr int kSum = 64 + kRows;\n"
                                     "constexpr auto kText = \"64\";\n"
                                     "int count = 4096;\n"
                                     "#define LIMIT 1000\n"
                                     "constexpr long kBig = 16'000'000;\n"},
                                    {"two.py", "TIMEOUT = 120\n"}});
    EXPECT_EQ(namesAndAnswers(constantValues(parts)), (Pairs{{"kRows", "64"},
                                                             {"kShare", "0.25"},
                                                             {"kSum", "64"},
                                                             {"LIMIT", "1000"},
                                                             {"kBig", "16'000'000"},
                                                             {"TIMEOUT", "120"}}));
}

TEST(SourceFacts, DescribeAFileByItsFirstComment) {
    const auto parts =
        sourceParts({{"one.h",
                      "#pragma once\n\n// What everything begins with and ends with.\n"
                      "// A second comment that is long enough as well.\n"},
                     {"two.h", "// Short.\n"}});
    EXPECT_EQ(namesAndAnswers(fileDescriptions(parts)),
              (Pairs{{"What everything begins with and ends with.", "one.h"}}));
}

TEST(SourceParts, HoldAllLinesUnderTheNameOfTheirFile) {
    std::string text;
    for (int i = 0; i < 150; ++i) text += "line " + std::to_string(i) + "\n";
    const auto parts = sourceParts({{"long.txt", text}, {"empty.txt", ""}});
    ASSERT_EQ(parts.size(), 3U);
    std::string joined;
    for (const SourcePart& part : parts) {
        EXPECT_TRUE(part.text.starts_with("File: long.txt\n"));
        joined += part.text.substr(std::string("File: long.txt\n").size());
    }
    EXPECT_EQ(joined, text);
}

TEST(Filler, TakesRunningTextApartIntoSentences) {
    EXPECT_EQ(proseSentences("# Heading\n\nThis is the first\nsentence here. And this the second "
                             "one!\n\n| a | table. |\n\n    some code here now.\n\nNo full stop\n\n"
                             "Is this the third?\n"),
              (std::vector<std::string>{"This is the first sentence here.",
                                        "And this the second one!", "Is this the third?"}));
    EXPECT_EQ(commentSentences("int x;  // not this one, behind code.\n// A comment that goes\n"
                               "    // over two lines.\nint y;\n"),
              (std::vector<std::string>{"A comment that goes over two lines."}));
}

TEST(Filler, HasAsManyWordsAsAskedFor) {
    const std::vector<std::string> sentences{"one two three.", "four five."};
    EXPECT_EQ(proseFiller(sentences, 1, 4), (std::vector<std::string>{"four five.", "one two"}));
    EXPECT_EQ(proseFiller(sentences, 0, 6).size(), 3U);
    EXPECT_TRUE(proseFiller(sentences, 0, 0).empty());
}

TEST(Filler, CutsTheLastLineBetweenCharacters) {
    const auto line = [](std::size_t) { return std::string("ääää"); };  // two bytes each
    EXPECT_EQ(lineFiller(line, kUnitsPerLine + 3), (std::vector<std::string>{"ääää", "ä"}));
    EXPECT_EQ(lineFiller(line, 4), (std::vector<std::string>{"ää"}));
}

TEST(Filler, PutsInsertsWhereTheirDepthsSay) {
    EXPECT_EQ(joinWithInserts({"a", "b", "c", "d"}, {{1, "Z"}, {0.5, "Y"}, {0, "X"}}, " "),
              "X a b Y c d Z");
    EXPECT_EQ(joinWithInserts({}, {{0.7, "Y"}, {0.2, "X"}}, "\n"), "X\nY");
}

}  // namespace
}  // namespace asterism::eval
