#include "core/text/sentences.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "core/text/utf8.h"

namespace asterism {
namespace {

using Texts = std::vector<std::string>;

Texts split(std::string_view answer) {
    Texts sentences;
    for (const ByteRange& range : splitSentences(answer)) sentences.emplace_back(range.of(answer));
    return sentences;
}

TEST(Sentences, EndAtFullStopsQuestionAndExclamationMarks) {
    EXPECT_EQ(split("It reads. Does it? It does! \"Quoted.\" (Aside.) Done"),
              (Texts{"It reads.", "Does it?", "It does!", "\"Quoted.\"", "(Aside.)", "Done"}));
    EXPECT_EQ(split(""), Texts{});
    EXPECT_EQ(split(" \n"), Texts{});
}

TEST(Sentences, AbbreviationsAndNumbersDoNotShatterThem) {
    for (const char* sentence : {
             "Dr. Smith met Mr. J. K. Rowling, cf. Fig. 3 and e.g. Table 4.",
             "Version 3.14 of core/engine.h, i.e. Engine, takes 0.5 s.",
             "Smith et al. Showed it in St. Louis vs. Paris.",
             "Das ist z. B. Berlin, d. h. Vgl. Abb. 2 bzw. Nr. 3.",
             "C'est p. ex. Paris.",
             "\u0421\u043C. \u0440\u0438\u0441. 2.",
         })
        EXPECT_EQ(split(sentence), Texts{sentence});
}

TEST(Sentences, EndWhereAWordOnlyLooksLikeAnAbbreviation) {
    EXPECT_EQ(split("It goes on. And at 5V. So did I. No. He left in a fig-tree's best. Then."),
              (Texts{"It goes on.", "And at 5V.", "So did I. No.", "He left in a fig-tree's best.",
                     "Then."}));
}

TEST(Sentences, OfLanguagesWithTheirOwnMarksAreSplit) {
    EXPECT_EQ(split("\u3053\u308C\u306F\u6587\u3067\u3059\u3002\u6B21\uFF01\u306F\u3044\u3002"),
              (Texts{"\u3053\u308C\u306F\u6587\u3067\u3059\u3002", "\u6B21\uFF01",
                     "\u306F\u3044\u3002"}));
    EXPECT_EQ(split("\u00BFQu\u00E9? \u00A1S\u00ED! Bien."),
              (Texts{"\u00BFQu\u00E9?", "\u00A1S\u00ED!", "Bien."}));
    EXPECT_EQ(split("\u0928\u092E\u0938\u094D\u0924\u0947\u0964 \u0939\u093E\u0901\u0964"),
              (Texts{"\u0928\u092E\u0938\u094D\u0924\u0947\u0964", "\u0939\u093E\u0901\u0964"}));
}

TEST(Sentences, ItemsHeadingsRowsAndCodeAreUnitsOfTheirOwn) {
    EXPECT_EQ(split("# The plan. In short\nFirst. Second\n- one item\n- two. Parts\n"
                    "1. third\n\n| a. B | c |\n|---|---|\n```\nx = 1. Y\n\ny = 2\n```\nEnd"),
              (Texts{"The plan. In short", "First.", "Second", "one item", "two.", "Parts", "third",
                     "| a. B | c |", "x = 1. Y\n\ny = 2", "End"}));
}

TEST(Sentences, GoOnOverTheLinesOfAParagraph) {
    EXPECT_EQ(split("It goes\non. And\nends."), (Texts{"It goes\non.", "And\nends."}));
    EXPECT_EQ(split("> It goes\n> on. And ends."), (Texts{"It goes\n> on.", "And ends."}));
}

TEST(Sentences, MarksOfCodeAndEmphasisStayWithTheirSentence) {
    EXPECT_EQ(split("**It is bold.** *Next.* See `a. B c`. `run` does it. Cited.[1] Also [2]."),
              (Texts{"**It is bold.**", "*Next.*", "See `a. B c`.", "`run` does it.", "Cited.[1]",
                     "Also [2]."}));
}

TEST(Sentences, NumbersAloneBelongToWhatFollows) {
    EXPECT_EQ(split("First read. 2. Then write."), (Texts{"First read.", "2. Then write."}));
    EXPECT_EQ(split("42."), Texts{"42."});
}

TEST(Sentences, RiseAndStayInsideAnyBytes) {
    std::mt19937 random(2);
    const std::string letters = ". A?a\n`*[1]\"-\xE3\x80\x82\xC3\xFF#|";
    for (int round = 0; round < 500; ++round) {
        std::string text;
        for (auto length = random() % 60; length > 0; --length)
            text += letters[random() % letters.size()];
        std::size_t end = 0;
        for (const ByteRange& range : splitSentences(text)) {
            EXPECT_GE(range.begin, end);
            EXPECT_LT(range.begin, range.end);
            end = range.end;
        }
        EXPECT_LE(end, text.size());
    }
}

std::vector<TokenRange> tokensOf(const Texts& pieces) {
    std::string answer;
    for (const std::string& piece : pieces) answer += piece;
    return sentenceTokens(splitSentences(replaceInvalidUtf8(answer)), pieces);
}

using Ranges = std::vector<TokenRange>;

TEST(SentenceTokens, BelongToTheSentenceWithMostOfTheirBytes) {
    EXPECT_EQ(tokensOf({"It", " reads", ".", " Next", " one", "."}), (Ranges{{0, 3}, {3, 6}}));
    EXPECT_EQ(tokensOf({"One", ". T", "wo."}), (Ranges{{0, 2}, {2, 3}}));
    EXPECT_EQ(tokensOf({"One", ". Tw", "o."}), (Ranges{{0, 1}, {1, 3}}));
}

TEST(SentenceTokens, ThatStandBetweenSentencesBelongToNone) {
    EXPECT_EQ(tokensOf({"One.", "\n\n", "-", " two", ".\n", "```\n", "code", "\n```"}),
              (Ranges{{0, 1}, {3, 5}, {6, 7}}));
}

TEST(SentenceTokens, PartsOfACharacterStandWhereItStands) {
    // The end of the first sentence and the character that begins the second one in three tokens.
    EXPECT_EQ(tokensOf({"A.", "\xE3\x80", "\x82", " \xE4", "\xBD", "\xA0", "\u3002"}),
              (Ranges{{0, 3}, {3, 7}}));
    // A byte that is not UTF-8 takes three in the answer.
    EXPECT_EQ(tokensOf({"a\xFF", "b. ", "Next."}), (Ranges{{0, 2}, {2, 3}}));
}

TEST(SentenceTokens, OneTokenMayHoldASentenceAndAnotherNone) {
    const std::vector<ByteRange> sentences{{0, 4}, {5, 7}, {8, 20}};
    const Texts pieces{"One. Or T", "hree.", "<|im_end|>", ""};
    EXPECT_EQ(sentenceTokens(sentences, pieces), (Ranges{{0, 1}, {0, 0}, {1, 3}}));
    EXPECT_EQ(sentenceTokens(sentences, {}), (Ranges{{0, 0}, {0, 0}, {0, 0}}));
    EXPECT_TRUE(sentenceTokens({}, pieces).empty());
}

}  // namespace
}  // namespace asterism
