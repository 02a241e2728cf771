#include "core/text/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace asterism {
namespace {

using namespace std::string_literals;

TEST(FindInvalidUtf8, AcceptsEveryValidLength) {
    EXPECT_EQ(findInvalidUtf8(""), std::string::npos);
    EXPECT_EQ(findInvalidUtf8("a\0\x7F"s), std::string::npos);
    EXPECT_EQ(findInvalidUtf8("\u0080\u07FF\u0800\uFFFF\U00010000\U0010FFFF"), std::string::npos);
}

TEST(FindInvalidUtf8, NamesTheFirstByteOfTheBadSequence) {
    EXPECT_EQ(findInvalidUtf8("ab\x80"), 2U);               // trail byte alone
    EXPECT_EQ(findInvalidUtf8("a\xC0\xAF"), 1U);            // overlong
    EXPECT_EQ(findInvalidUtf8("\xE0\x9F\xBF"), 0U);         // overlong
    EXPECT_EQ(findInvalidUtf8("x\xED\xA0\x80"), 1U);        // surrogate
    EXPECT_EQ(findInvalidUtf8("xyz\xF4\x90\x80\x80"), 3U);  // beyond U+10FFFF
    EXPECT_EQ(findInvalidUtf8("\u00E9\xE4\xB8"), 2U);       // cut off
    EXPECT_EQ(findInvalidUtf8("\u00E9\xFF"), 2U);
}

TEST(Characters, StandOnBothSidesOfAnOffset) {
    const std::string text = "a\u00E9\U0001F600";
    EXPECT_EQ(characterAt(text, 0).code, 'a');
    EXPECT_EQ(characterAt(text, 1).code, 0xE9);
    EXPECT_EQ(characterBefore(text, 3).code, 0xE9);
    EXPECT_EQ(characterBefore(text, 7).code, 0x1F600);
    EXPECT_EQ(characterBefore(text, 7).bytes, 4U);
    EXPECT_EQ(characterAt(text, 7).bytes, 0U);
    EXPECT_EQ(characterBefore(text, 0).bytes, 0U);
}

TEST(Characters, ThatAreNoneTakeTheirBytes) {
    const std::string text = "\xE4\xB8z\x80\x80";
    EXPECT_EQ(characterAt(text, 0).code, -1);
    EXPECT_EQ(characterAt(text, 0).bytes, 2U);
    EXPECT_EQ(characterBefore(text, 2).code, -1);
    EXPECT_EQ(characterBefore(text, 5).code, -1);
    EXPECT_EQ(characterBefore(text, 5).bytes, 1U);
    EXPECT_EQ(characterBefore(text, 3).code, 'z');
}

TEST(ReplaceInvalidUtf8, PutsOneReplacementForEveryMaximalInvalidPart) {
    // The example of the Unicode standard's advice (section 3.9, U+FFFD substitution).
    EXPECT_EQ(replaceInvalidUtf8("\x61\xF1\x80\x80\xE1\x80\xC2\x62\x80\x63\x80\xBF\x64"),
              "a\uFFFD\uFFFD\uFFFDb\uFFFDc\uFFFD\uFFFDd");
    EXPECT_EQ(replaceInvalidUtf8("\xC0\xAF"), "\uFFFD\uFFFD");
    EXPECT_EQ(replaceInvalidUtf8("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");
    EXPECT_EQ(replaceInvalidUtf8("whole \u4E2D\U0001F600"), "whole \u4E2D\U0001F600");
    EXPECT_EQ(replaceInvalidUtf8(""), "");
}

TEST(Utf8Stream, JoinsToTheSameTextAcrossEverySplit) {
    const std::string text = "a\u00E9\u4E2D\U0001F600\xFFz\xE4\xB8z\xF0\x9F\x98";
    const std::string wanted = replaceInvalidUtf8(text);
    for (std::size_t first = 0; first <= text.size(); ++first) {
        for (std::size_t second = first; second <= text.size(); ++second) {
            Utf8Stream stream;
            std::string joined = stream.add(text.substr(0, first));
            joined += stream.add(text.substr(first, second - first));
            joined += stream.add(text.substr(second));
            joined += stream.finish();
            ASSERT_EQ(joined, wanted) << "split at " << first << " and " << second;
        }
    }
}

TEST(Utf8Stream, HoldsBackOnlyWhatMayStillBecomeACharacter) {
    Utf8Stream stream;
    EXPECT_EQ(stream.add("ok \xF0\x9F\x98"), "ok ");
    EXPECT_EQ(stream.add("\x80!"), "\U0001F600!");
    EXPECT_EQ(stream.add("\xE4"), "");
    EXPECT_EQ(stream.add("x"), "\uFFFDx");
    EXPECT_EQ(stream.add("\xC3"), "");
    EXPECT_EQ(stream.finish(), "\uFFFD");
    EXPECT_EQ(stream.finish(), "");
}

}  // namespace
}  // namespace asterism
