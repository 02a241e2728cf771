#include "core/documents/page_text.h"

#include <gtest/gtest.h>

namespace asterism {

TEST(PageText, JoinsWordsThatALineEndSplits) {
    EXPECT_EQ(cleanPageText("a hyphen\xEF\xBF\xBE\r\nated word\r\nnext"),
              "a hyphenated word\nnext");
    EXPECT_EQ(cleanPageText("hyphen\xEF\xBF\xBE"
                            "ated"),
              "hyphenated");
}

TEST(PageText, SpellsLigaturesAndDropsControlCharacters) {
    EXPECT_EQ(cleanPageText("o\xEF\xAC\x83"
                            "ce \x02\xEF\xAC\x81t\xC2\xAD"),
              "office fit");
}

TEST(PageText, NamesRunsOfPages) {
    EXPECT_EQ(nameNumbers({4}), "4");
    EXPECT_EQ(nameNumbers({4, 5}), "4 and 5");
    EXPECT_EQ(nameNumbers({1, 3, 4, 5, 9}), "1, 3 to 5 and 9");
}

TEST(PageText, LowersTheQualityOfTextWithoutMeaningOrBlanks) {
    ReadText good{
        "Ordinary words, in ordinary sentences. 日本語の長い文章は空白を使わない。", {}, {}, {}};
    judgeExtractedText(good);
    EXPECT_EQ(good.quality, TextQuality::good);
    EXPECT_TRUE(good.notes.empty());

    ReadText unreadable{"\xEE\x80\x80\xEE\x80\x81 some \xEF\xBF\xBD words", {}, {}, {}};
    judgeExtractedText(unreadable);
    EXPECT_EQ(unreadable.quality, TextQuality::poor);
    EXPECT_EQ(unreadable.notes.size(), 1u);

    ReadText glued{std::string(500, 'x') + " y", {}, {}, {}};
    judgeExtractedText(glued);
    EXPECT_EQ(glued.quality, TextQuality::poor);
}

}  // namespace asterism
