#include "core/text/quotation_checker.h"

#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <string>
#include <vector>

namespace asterism {
namespace {

const std::string kNovel =
    "Chapter 1\n\nThe   engine reads \u201Call of the text\u201D, well-\nknown and un-\nread, "
    "and it\u2019s \uFB01ne.\nNothing is dropped.\n";
const std::string kCode = "int main() {\n    return readAll(0);\n}\n";

class QuotationChecking : public testing::Test {
  protected:
    // "document:first-last line=text", with ~ if it was not letter by letter; "-" if not found.
    std::string find(std::string_view quotation) {
        const auto place = m_checker.find(quotation);
        if (!place) return "-";
        const std::string_view text = m_documents[place->document];
        return std::to_string(place->document) + ":" + std::to_string(place->lineBegin) + "-" +
               std::to_string(place->lineEnd) + (place->isExact ? "=" : "~") +
               std::string(place->range.of(text));
    }

    std::vector<std::string_view> m_documents{kNovel, kCode};
    QuotationChecker m_checker{m_documents};
};

TEST_F(QuotationChecking, FindsWordsLetterByLetterFirst) {
    EXPECT_EQ(find("Nothing is dropped"), "0:6-6=Nothing is dropped");
    EXPECT_EQ(find("{\n    return readAll(0);\n}"), "1:1-3={\n    return readAll(0);\n}");
    EXPECT_EQ(find("dropped.\n"), "0:6-6=dropped.\n");
    EXPECT_EQ(find("Nothing was dropped"), "-");
    EXPECT_EQ(find("nothing is dropped"), "-");
}

TEST_F(QuotationChecking, AnExactPlaceIsBetterThanAFoldedOneFarAhead) {
    const std::string folded = "a  b  c";
    const std::string exact = "x a b c";
    QuotationChecker checker({folded, exact});
    EXPECT_EQ(checker.find("a b c")->document, 1U);
}

TEST_F(QuotationChecking, FindsWhatIsOnlyWrittenDifferently) {
    EXPECT_EQ(find("The engine reads \"all of the text\""),
              "0:3-3~The   engine reads \u201Call of the text\u201D");
    EXPECT_EQ(find("well-known and unread, and it's fine"),
              "0:3-5~well-\nknown and un-\nread, and it\u2019s \uFB01ne");
    EXPECT_EQ(find("return readAll(0); }"), "1:2-3~return readAll(0);\n}");
    EXPECT_EQ(find("The **engine** reads"), "0:3-3~The   engine reads");
}

TEST_F(QuotationChecking, PunctuationAtTheEndMayBeTheAnswersOwn) {
    EXPECT_EQ(find("Nothing is dropped, "), "0:6-6~Nothing is dropped");
    EXPECT_EQ(find("it's fine?!"), "0:5-5~it\u2019s \uFB01ne");
}

TEST_F(QuotationChecking, AnEllipsisAllowsAGap) {
    const std::string found =
        "0:3-6~all of the text\u201D, well-\nknown and un-\nread, "
        "and it\u2019s \uFB01ne.\nNothing";
    for (const char* quotation :
         {"all of the text ... Nothing", "all of the text\u2026Nothing",
          "... all of the text [...] Nothing ...", "all of the text (\u2026) Nothing."})
        EXPECT_EQ(find(quotation), found) << quotation;
    EXPECT_EQ(find("Nothing ... all of the text"), "-");
    EXPECT_EQ(find("return ... dropped"), "-");
    EXPECT_EQ(find("a ... e ... i ... o"), "-");
    EXPECT_EQ(find("..."), "-");
}

TEST_F(QuotationChecking, AGapIsNoLongerThanAParagraph) {
    const std::string near = "first words" + std::string(1900, 'x') + "last words";
    const std::string far = "first words" + std::string(2100, 'x') + "last words";
    EXPECT_TRUE(QuotationChecker({near}).find("first words ... last words"));
    EXPECT_FALSE(QuotationChecker({far}).find("first words ... last words"));
    // Of several beginnings the one that is near enough counts.
    const std::string later = far.substr(0, 2000) + " first words and last words";
    EXPECT_EQ(QuotationChecker({later}).find("first words ... last words")->range.begin, 2001U);
}

TEST_F(QuotationChecking, AnEllipsisOfTheDocumentIsFoundAsOne) {
    const std::string text = "He said\u2026 nothing at all.";
    const auto place = QuotationChecker({text}).find("He said... nothing at all");
    ASSERT_TRUE(place);
    EXPECT_EQ(place->range.of(text), "He said\u2026 nothing at all");
}

TEST_F(QuotationChecking, WithoutDocumentsOrWordsThereIsNothingToFind) {
    EXPECT_FALSE(QuotationChecker({}).find("some words here"));
    EXPECT_EQ(find(""), "-");
    EXPECT_EQ(find(" \n"), "-");
    EXPECT_EQ(find("?!"), "-");
}

TEST_F(QuotationChecking, AnyBytesAreSearchedSafely) {
    std::mt19937 random(5);
    const std::string letters = "ab-. \n\"\xE2\x80\xA6\xFF\xCC\x81";
    const auto textOf = [&](std::size_t length) {
        std::string text;
        while (text.size() < length) text += letters[random() % letters.size()];
        return text;
    };
    for (int round = 0; round < 300; ++round) {
        const std::string document = textOf(200);
        QuotationChecker checker({document});
        const std::size_t begin = random() % 190;
        const auto place = checker.find(std::string_view(document).substr(begin, 10));
        ASSERT_TRUE(place);
        EXPECT_TRUE(place->isExact);
        const auto other = checker.find(textOf(random() % 12));
        if (other) {
            EXPECT_LE(other->range.end, document.size());
            EXPECT_LT(other->range.begin, other->range.end);
        }
    }
}

// What would take hours if every place were tried with every piece.
TEST_F(QuotationChecking, TextsMadeToBeSlowAreNot) {
    const std::string document(1 << 20, 'a');
    std::string quotation = std::string(400, 'a') + "b";
    for (int i = 0; i < 20; ++i) quotation += " ... aaaaaaaa";
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_FALSE(QuotationChecker({document}).find(quotation));
    EXPECT_FALSE(QuotationChecker({document}).find("aaaaaaaa ... aaaaaaaa ... b"));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

}  // namespace
}  // namespace asterism
