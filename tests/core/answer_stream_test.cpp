#include "core/answer_stream.h"

#include <gtest/gtest.h>

namespace asterism {
namespace {

using Texts = std::vector<std::string>;

// The pieces as they come out, the last one from finish().
Texts stream(const Texts& tokens, const Texts& stops = {}) {
    AnswerStream answer(stops);
    Texts out;
    for (const std::string& token : tokens) out.push_back(answer.add(token));
    out.push_back(answer.finish());
    return out;
}

std::string joined(const Texts& texts) {
    std::string all;
    for (const std::string& text : texts) all += text;
    return all;
}

// One, two, three and four bytes.
const std::string kText = "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80z";

bool endsInsideSequence(std::string_view text) {
    return findInvalidUtf8(text) != std::string_view::npos;
}

TEST(AnswerStream, PassesTextThroughAtOnce) {
    EXPECT_EQ(stream({"The ", "answer", "."}), (Texts{"The ", "answer", ".", ""}));
}

TEST(AnswerStream, HoldsBackSplitUtf8AtEveryByte) {
    for (std::size_t first = 0; first <= kText.size(); ++first) {
        for (std::size_t second = first; second <= kText.size(); ++second) {
            const Texts out = stream({kText.substr(0, first), kText.substr(first, second - first),
                                      kText.substr(second)});
            EXPECT_EQ(joined(out), kText);
            for (const std::string& piece : out)
                EXPECT_FALSE(endsInsideSequence(piece)) << first << ", " << second;
        }
    }
}

TEST(AnswerStream, GivesOneByteAtATimeWhenTheSequenceIsWhole) {
    Texts bytes;
    for (const char byte : kText) bytes.emplace_back(1, byte);
    EXPECT_EQ(stream(bytes), (Texts{"a", "", "\xC3\xA4", "", "", "\xE2\x82\xAC", "", "", "",
                                    "\xF0\x9F\x98\x80", "z", ""}));
}

TEST(AnswerStream, AnUnfinishedSequenceComesOutAsReplacement) {
    EXPECT_EQ(stream({"a\xF0\x9F"}), (Texts{"a", "\xEF\xBF\xBD"}));
    EXPECT_EQ(stream({"a\xFF", "b"}), (Texts{"a\xEF\xBF\xBD", "b", ""}));
}

TEST(AnswerStream, EndsBeforeAStopText) {
    EXPECT_EQ(stream({"one", " END", " two"}, {"END"}), (Texts{"one", " ", "", ""}));
}

TEST(AnswerStream, FindsAStopTextAcrossEveryTokenBorder) {
    const std::string text = "before<stop>after";
    for (std::size_t first = 0; first <= text.size(); ++first) {
        for (std::size_t second = first; second <= text.size(); ++second) {
            AnswerStream answer({"<stop>"});
            std::string out = answer.add(text.substr(0, first));
            out += answer.add(text.substr(first, second - first));
            out += answer.add(text.substr(second));
            EXPECT_TRUE(answer.hasStopped());
            EXPECT_EQ(out + answer.finish(), "before") << first << ", " << second;
        }
    }
}

TEST(AnswerStream, HoldsBackOnlyWhatMayBecomeAStopText) {
    EXPECT_EQ(stream({"a<", "st", "ay>", "<sto"}, {"<stop>"}),
              (Texts{"a", "", "<stay>", "", "<sto"}));
}

TEST(AnswerStream, ABeginningInsideABeginningIsNotLost) {
    EXPECT_EQ(joined(stream({"a", "a", "a", "b", "c"}, {"aab"})), "a");
    EXPECT_EQ(joined(stream({"\n", "\n", "x"}, {"\n\n\n"})), "\n\nx");
}

TEST(AnswerStream, TheFirstOfSeveralStopTextsCounts) {
    EXPECT_EQ(joined(stream({"x two one"}, {"one", "two"})), "x ");
    EXPECT_EQ(joined(stream({"x one two"}, {"one", "two"})), "x ");
}

TEST(AnswerStream, FindsAStopTextOfSplitUtf8) {
    EXPECT_EQ(joined(stream({"a\xE2\x82", "\xAC", "b"}, {"\xE2\x82\xAC"})), "a");
}

TEST(AnswerStream, EmptyStopTextsStopNothing) {
    EXPECT_EQ(joined(stream({"abc"}, {"", "x"})), "abc");
}

TEST(AnswerStream, SaysWhetherItHasStopped) {
    AnswerStream answer({"."});
    answer.add("one");
    EXPECT_FALSE(answer.hasStopped());
    EXPECT_EQ(answer.add(" two. three"), " two");
    EXPECT_TRUE(answer.hasStopped());
    EXPECT_EQ(answer.add("four"), "");
    EXPECT_EQ(answer.finish(), "");
}

}  // namespace
}  // namespace asterism
