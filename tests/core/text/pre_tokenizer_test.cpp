#include "core/text/pre_tokenizer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace asterism {
namespace {

using Stretches = std::vector<std::string>;

Stretches cut(PreTokenizer family, std::string_view text) {
    Stretches stretches;
    for (const std::string_view stretch : TextCutter(family).cut(text))
        stretches.emplace_back(stretch);
    return stretches;
}

TEST(TextCutter, Gpt2KeepsASpaceWithTheWordBehindIt) {
    EXPECT_EQ(cut(PreTokenizer::gpt2, "I'm  here,  2024!\n\n x"),
              (Stretches{"I", "'m", " ", " here", ",", " ", " 2024", "!", "\n\n", " x"}));
    EXPECT_EQ(cut(PreTokenizer::gpt2, "I'M"), (Stretches{"I", "'", "M"}));
    EXPECT_EQ(cut(PreTokenizer::gpt2, "end  \n"), (Stretches{"end", "  \n"}));
}

TEST(TextCutter, SmollmSetsEveryDigitApart) {
    EXPECT_EQ(cut(PreTokenizer::smollm, "a 12  3b"),
              (Stretches{"a", " ", "1", "2", "  ", "3", "b"}));
    // Roman numerals, fractions and superscripts are digits too.
    EXPECT_EQ(cut(PreTokenizer::smollm, "x\u00B2\u2167\u00BD"),
              (Stretches{"x", "\u00B2", "\u2167", "\u00BD"}));
}

TEST(TextCutter, Llama3CutsDigitsInThreesAndQwenOneByOne) {
    EXPECT_EQ(cut(PreTokenizer::llama3, "x 1234567"), (Stretches{"x", " ", "123", "456", "7"}));
    EXPECT_EQ(cut(PreTokenizer::qwen2, "x 123"), (Stretches{"x", " ", "1", "2", "3"}));
}

TEST(TextCutter, Llama3AndQwenKeepLineEndsWithSignsAndSpaces) {
    for (const PreTokenizer family : {PreTokenizer::llama3, PreTokenizer::qwen2}) {
        EXPECT_EQ(cut(family, "DON'T {\r\n\n  \n\tfoo_bar"),
                  (Stretches{"DON", "'T", " {\r\n\n", "  \n", "\tfoo", "_bar"}));
        EXPECT_EQ(cut(family, "IT'\u017F"), (Stretches{"IT", "'\u017F"}));
    }
}

TEST(TextCutter, CountsSpacesAsUnicodeDoes) {
    for (const PreTokenizer family : {PreTokenizer::gpt2, PreTokenizer::smollm}) {
        EXPECT_EQ(cut(family, "a\u00A0\u3000\u0085b"),
                  (Stretches{"a", "\u00A0\u3000", "\u0085", "b"}));
        // U+180E was a space until Unicode 6.3.
        EXPECT_EQ(cut(family, "a\u180E!"), (Stretches{"a", "\u180E!"}));
    }
}

TEST(TextCutter, LosesNothingOfLongStretches) {
    const std::size_t length = 1 << 20;
    for (const PreTokenizer family :
         {PreTokenizer::gpt2, PreTokenizer::smollm, PreTokenizer::llama3, PreTokenizer::qwen2}) {
        for (const char* unit : {"a", " ", "\n", "\t", "!", "7", "\u4E2D", "\u0301", " \n"}) {
            std::string text;
            while (text.size() < length) text += unit;
            text += "!";
            std::size_t end = 0;
            for (const std::string_view stretch : TextCutter(family).cut(text)) {
                ASSERT_EQ(stretch.data(), text.data() + end);
                ASSERT_FALSE(stretch.empty());
                end += stretch.size();
            }
            EXPECT_EQ(end, text.size()) << unit;
        }
    }
}

TEST(TextCutter, CutsEmptyTextIntoNothing) {
    EXPECT_TRUE(TextCutter(PreTokenizer::gpt2).cut("").empty());
}

}  // namespace
}  // namespace asterism
