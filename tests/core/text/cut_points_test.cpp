#include "core/text/cut_points.h"

#include <gtest/gtest.h>

#include <chrono>

#include "tests/core/text/tiny_vocabulary.h"

namespace asterism {
namespace {

using Strength = CutPoint::Strength;

// One token a byte, so that token indices are byte offsets.
class CutPoints : public testing::Test {
  protected:
    std::vector<CutPoint> find(std::string_view text, std::int64_t first = 0) {
        return findCutPoints(*m_tokenizer, m_tokenizer->encode(text, ControlTokens::asText), first);
    }

    // The strongest cut at or next to the line end behind which `token` lies.
    static Strength strengthAt(const std::vector<CutPoint>& cuts, std::int64_t token) {
        for (const CutPoint& cut : cuts)
            if (cut.token == token) return cut.strength;
        ADD_FAILURE() << "no cut in front of token " << token;
        return Strength::line;
    }

    std::unique_ptr<Tokenizer> m_tokenizer = makeTokenizer(test::bytePairVocabulary({}));
};

TEST_F(CutPoints, StandAtLineEndsParagraphsAndHeadings) {
    const std::string text = "one\ntwo\n\nthree\n\n# four\nfive";
    const auto cuts = find(text);
    EXPECT_EQ(strengthAt(cuts, 4), Strength::line);
    EXPECT_EQ(strengthAt(cuts, 9), Strength::paragraph);
    EXPECT_EQ(strengthAt(cuts, 16), Strength::section);
    EXPECT_EQ(strengthAt(cuts, 23), Strength::line);
    for (const CutPoint& cut : cuts) {
        const auto at = static_cast<std::size_t>(cut.token);
        EXPECT_TRUE(text[at - 1] == '\n' || text[at] == '\n') << "token " << cut.token;
    }
}

TEST_F(CutPoints, AreInRisingOrderInsideTheText) {
    const auto cuts = find("\n\na\nb\n\n\nc\n");
    std::int64_t last = 0;
    for (const CutPoint& cut : cuts) {
        EXPECT_GT(cut.token, last);
        EXPECT_LT(cut.token, 10);
        last = cut.token;
    }
}

TEST_F(CutPoints, SeeParagraphsOfWindowsLineEndsAndIndentedBlankLines) {
    EXPECT_EQ(strengthAt(find("one\r\n\r\ntwo"), 7), Strength::paragraph);
    EXPECT_EQ(strengthAt(find("one\r\ntwo"), 5), Strength::line);
    EXPECT_EQ(strengthAt(find("one\n  \ntwo"), 7), Strength::paragraph);
}

TEST_F(CutPoints, TextWithoutLineEndsHasNone) {
    EXPECT_TRUE(find("one two three").empty());
    EXPECT_TRUE(find("").empty());
    EXPECT_TRUE(find("\n").empty());
}

TEST_F(CutPoints, AreOffsetByTheFirstToken) {
    const auto cuts = find("ab\ncd", 1000);
    EXPECT_EQ(strengthAt(cuts, 1003), Strength::line);
    for (const CutPoint& cut : cuts) EXPECT_GT(cut.token, 1000);
}

TEST_F(CutPoints, HashesDependOnTheTextNearbyAlone) {
    const std::string around = std::string(60, 'x') + "\n" + std::string(60, 'y');
    const auto alone = find(around);
    const auto shifted = find("something else in front. " + around + " and behind");
    ASSERT_FALSE(alone.empty());
    ASSERT_EQ(alone.size(), shifted.size());
    for (std::size_t i = 0; i < alone.size(); ++i) {
        EXPECT_EQ(alone[i].hash, shifted[i].hash);
        EXPECT_EQ(alone[i].token + 25, shifted[i].token);
    }
    EXPECT_NE(find("one\ntwo")[0].hash, find("one\nten")[0].hash);
}

TEST_F(CutPoints, ATokenThatHoldsALineEndAndIndentationIsACut) {
    Vocabulary vocabulary = test::bytePairVocabulary({"\u010A \u0120", "\u010A\u0120 \u0120"});
    const auto tokenizer = makeTokenizer(std::move(vocabulary));
    const auto tokens = tokenizer->encode("{\n  x;\n  y;\n}", ControlTokens::asText);
    std::string text;
    for (const CutPoint& cut : findCutPoints(*tokenizer, tokens)) {
        const auto at = static_cast<std::size_t>(cut.token);
        text = tokenizer->decode(std::span(tokens).first(at));
        const std::string rest = tokenizer->decode(std::span(tokens).subspan(at));
        EXPECT_TRUE(text.find_last_not_of(' ') == text.rfind('\n') || rest.starts_with('\n'))
            << "'" << text << "' | '" << rest << "'";
    }
    EXPECT_FALSE(text.empty());
}

// Blank lines without end must not cost the square of their number.
TEST_F(CutPoints, ManyBlankLinesTakeNoLongerThanTheirNumber) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(find("a" + std::string(300'000, '\n') + "b").size(), 300'001U);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

}  // namespace
}  // namespace asterism
