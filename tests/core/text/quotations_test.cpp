#include "core/text/quotations.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace asterism {
namespace {

using Texts = std::vector<std::string>;

Texts quotationsIn(std::string_view answer) {
    Texts texts;
    for (const Quotation& quotation : findQuotations(answer)) texts.push_back(quotation.text);
    return texts;
}

TEST(Quotations, StandBetweenMarksOfManyLanguages) {
    for (const char* quoted :
         {"\"{}\"", "'{}'", "\u201C{}\u201D", "\u201E{}\u201C", "\u201E{}\u201D", "\u201D{}\u201D",
          "\u2018{}\u2019", "\u201A{}\u2018", "\u00AB{}\u00BB", "\u00AB\u00A0{}\u00A0\u00BB",
          "\u00BB{}\u00AB", "\u00BB{}\u00BB", "\u2039{}\u203A", "\u300C{}\u300D",
          "\u300E{}\u300F"}) {
        std::string answer = std::string("It says ") + quoted + ", and so on.";
        answer.replace(answer.find("{}"), 2, "read all of it");
        EXPECT_EQ(quotationsIn(answer), Texts{"read all of it"}) << answer;
        const Quotation quotation = findQuotations(answer).at(0);
        EXPECT_EQ(quotation.range.of(answer), quotation.text);
        EXPECT_EQ(quotation.kind, Quotation::Kind::marks);
    }
}

TEST(Quotations, ApostrophesAndInchesQuoteNothing) {
    EXPECT_EQ(quotationsIn("It's the readers' way, isn't it? They don't like 5\" or 3' screens."),
              Texts{});
    EXPECT_EQ(quotationsIn("\u2018they don\u2019t like it\u2019 and 'they don't like it'"),
              (Texts{"they don\u2019t like it", "they don't like it"}));
    EXPECT_EQ(quotationsIn("one \" mark alone and \"another that is never closed"), Texts{});
}

TEST(Quotations, OfAFewCharactersAreNone) {
    EXPECT_EQ(quotationsIn("\"two words\" \"a b c\" \"elevenchars\" \"twelve_chars\""),
              (Texts{"a b c", "twelve_chars"}));
    // Five and six Chinese characters, and three Korean words.
    EXPECT_EQ(quotationsIn("\u300C\u4E2D\u4E2D\u4E2D\u4E2D\u4E2D\u300D"
                           "\u300C\u4E2D\u4E2D\u4E2D\u4E2D\u4E2D\u4E2D\u300D"),
              Texts{"\u4E2D\u4E2D\u4E2D\u4E2D\u4E2D\u4E2D"});
    EXPECT_EQ(quotationsIn("`short` and `long_enough_name`"), Texts{"long_enough_name"});
}

TEST(Quotations, InsideAnotherOneArePartOfIt) {
    EXPECT_EQ(quotationsIn("\u201Che said \u2018read all of it\u2019 to us\u201D"),
              Texts{"he said \u2018read all of it\u2019 to us"});
    EXPECT_EQ(quotationsIn("`print(\"read all of it\")` is code"),
              Texts{"print(\"read all of it\")"});
    EXPECT_EQ(quotationsIn("\"read `all \" of` it\""), Texts{"read `all \" of` it"});
}

TEST(Quotations, DoNotReachOverParagraphs) {
    EXPECT_EQ(quotationsIn("An \"open mark here\n\nand one\" there."), Texts{});
    EXPECT_EQ(quotationsIn("It says \"read all\nof it\"."), Texts{"read all\nof it"});
}

TEST(Quotations, BlockQuotesAndCodeBlocksAreQuotationsAsAWhole) {
    const std::string answer =
        "He wrote:\n\n> \u201CRead all\n> of it.\u201D\n> \u2014 The author\n\n```cpp\nint main() "
        "{\n"
        "    return 0;\n}\n```\n";
    const auto quotations = findQuotations(answer);
    ASSERT_EQ(quotations.size(), 2U);
    EXPECT_EQ(quotations[0].kind, Quotation::Kind::blockQuote);
    EXPECT_EQ(quotations[0].text, "Read all\nof it.");
    EXPECT_EQ(quotations[0].range.of(answer), "Read all\n> of it.");
    EXPECT_EQ(quotations[1].kind, Quotation::Kind::codeBlock);
    EXPECT_EQ(quotations[1].text, "int main() {\n    return 0;\n}");
    EXPECT_EQ(quotationsIn("> \"\n\n> \u2014 nobody at all"), Texts{});
}

TEST(Quotations, RiseAndStayInsideAnyBytes) {
    std::mt19937 random(4);
    const std::string letters = "\"' aB`>\n-.\xE2\x80\x9C\xE2\x80\x9D\xC2\xAB\xC2\xBB\xFF";
    for (int round = 0; round < 2000; ++round) {
        std::string answer;
        for (auto length = random() % 80; length > 0; --length)
            answer += letters[random() % letters.size()];
        std::size_t end = 0;
        for (const Quotation& quotation : findQuotations(answer)) {
            EXPECT_GE(quotation.range.begin, end);
            EXPECT_LT(quotation.range.begin, quotation.range.end);
            end = quotation.range.end;
        }
        EXPECT_LE(end, answer.size());
    }
}

}  // namespace
}  // namespace asterism
