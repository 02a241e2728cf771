#include "core/text/folded_text.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace asterism {
namespace {

std::string fold(std::string_view text) {
    return FoldedText(text).text();
}

TEST(FoldedText, RunsOfWhiteSpaceAreOneSpace) {
    EXPECT_EQ(fold("a  b\t\r\n \u00A0c\u2003d"), "a b c d");
    EXPECT_EQ(fold(""), "");
}

TEST(FoldedText, ChineseAndJapaneseLinesJoinWithoutASpace) {
    EXPECT_EQ(fold("\u4E2D\u6587\n  \u6587\u5B57 abc \u304B\u3000\u306A"),
              "\u4E2D\u6587\u6587\u5B57 abc \u304B\u306A");
}

TEST(FoldedText, HyphensInsideWordsAreLeftOut) {
    EXPECT_EQ(fold("well-known"), "wellknown");
    EXPECT_EQ(fold("well-\n   known"), "wellknown");
    EXPECT_EQ(fold("well\u2010\nknown so\u00ADft pd\uFFFE\nf"), "wellknown soft pdf");
    // Between anything else they stay.
    EXPECT_EQ(fold("1-2 - x -y z-\n"), "1-2 - x -y z- ");
}

TEST(FoldedText, TypographyIsAsOnAKeyboard) {
    EXPECT_EQ(fold("\u201Ca\u201D \u00ABb\u00BB \u201Ec\u201F don\u2019t \u2026 1\u20132 \u2014"),
              "\"a\" \"b\" \"c\" don't ... 1-2 -");
}

TEST(FoldedText, CompatibilityFormsAndAccentsAreOne) {
    EXPECT_EQ(fold("\uFB01ne \uFF21\uFF11 x\u00B2 e\u0301 \u00E9"), "fine A1 x2 \u00E9 \u00E9");
    EXPECT_EQ(fold("ab\u0301\u0323c"), fold("ab\u0323\u0301c"));
    EXPECT_EQ(fold("zero\u200Bwidth \uFEFF"), "zerowidth ");
}

TEST(FoldedText, MarksOfBoldAndCodeAreLeftOut) {
    EXPECT_EQ(fold("**bold** `code` ```x``` 2 * 3"), "bold code x 2 * 3");
}

TEST(FoldedText, StretchesComeFromTheirBytes) {
    const std::string text = "He  said: \u201Cwell-\n known \uFB01ne\u201D e\u0301!";
    const FoldedText folded(text);
    EXPECT_EQ(folded.text(), "He said: \"wellknown fine\" \u00E9!");
    const auto original = [&](std::string_view part) {
        const std::size_t begin = folded.text().find(part);
        return std::string(folded.toOriginal({begin, begin + part.size()}).of(text));
    };
    EXPECT_EQ(original("He said"), "He  said");
    EXPECT_EQ(original("\"wellknown"), "\u201Cwell-\n known");
    EXPECT_EQ(original("known"), "known");
    EXPECT_EQ(original("well"), "well");
    EXPECT_EQ(original("fi"), "\uFB01");
    EXPECT_EQ(original("ne\""), "ne\u201D");
    EXPECT_EQ(original("\u00E9!"), "e\u0301!");
    EXPECT_EQ(original(folded.text()), text);
}

TEST(FoldedText, AnyStretchOfWordsFoldsToPartOfTheWhole) {
    std::mt19937 random(6);
    const std::vector<std::string> words{
        "word",          "\uFB01ne", "e\u0301t\u00E9", "\u4E2D\u6587",
        "\u201CQ\u201D", "**b**",    "x\u00B2",        "3.5"};
    const std::vector<std::string> gaps{" ", "  \n ", "-\n", "\u2010", " \u2014 ", "\u2026 ", ""};
    for (int round = 0; round < 500; ++round) {
        std::string text;
        std::vector<std::size_t> begins;
        std::vector<std::size_t> ends;
        for (int i = 0; i < 12; ++i) {
            begins.push_back(text.size());
            text += words[random() % words.size()];
            ends.push_back(text.size());
            text += gaps[random() % gaps.size()];
        }
        const std::size_t first = random() % 6;
        const std::size_t end = ends[first + random() % 6];
        const std::string part = fold(text.substr(begins[first], end - begins[first]));
        EXPECT_NE(fold(text).find(part), std::string::npos) << text << "\n" << part;
    }
}

TEST(FoldedText, AnyBytesFoldAndComeFromSomewhereInOrder) {
    std::mt19937 random(3);
    const std::string letters = "a-* `\n\"e\xCC\x81\xE2\x80\x99\xC2\xAD\xFF\xE4\xBD\xA0";
    for (int round = 0; round < 2000; ++round) {
        std::string text;
        for (auto length = random() % 40; length > 0; --length)
            text += letters[random() % letters.size()];
        const FoldedText folded(text);
        std::size_t end = 0;
        for (std::size_t i = 0; i < folded.text().size(); ++i) {
            const ByteRange range = folded.toOriginal({i, i + 1});
            EXPECT_LT(range.begin, range.end);
            EXPECT_GE(range.end, end);
            end = range.end;
        }
        EXPECT_LE(end, text.size());
    }
}

}  // namespace
}  // namespace asterism
