#include "core/text/passage_locator.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/text/context_builder.h"
#include "tests/core/text/tiny_vocabulary.h"

namespace asterism {
namespace {

constexpr const char* kDecomposed = "e\u0301";  // e and a combining accent
constexpr const char* kComposed = "\u00E9";

// What the passages were made of, in order.
std::vector<std::string> locateAll(std::string_view text,
                                   const std::vector<std::string>& passages) {
    PassageLocator locator(text);
    std::vector<std::string> found;
    for (const std::string& passage : passages) found.emplace_back(locator.next(passage).of(text));
    return found;
}

TEST(PassageLocator, PassagesThatAreTheTextStandWhereTheyStand) {
    const std::vector<std::string> passages{"a\n  ", "b\n", "a\n", "\n\nc"};
    EXPECT_EQ(locateAll("a\n  b\na\n\n\nc", passages), passages);
}

TEST(PassageLocator, LineEndsSayWhereARewrittenPassageStands) {
    const std::string e = kDecomposed;
    const std::string c = kComposed;
    // Cut behind a line end, behind indentation, in front of a line end and at the end.
    EXPECT_EQ(locateAll(e + " one\n" + "  " + e + " two" + "\nthree " + e + "\n" + e,
                        {c + " one\n  ", c + " two", "\nthree " + c + "\n", c}),
              (std::vector<std::string>{e + " one\n  ", e + " two", "\nthree " + e + "\n", e}));
}

TEST(PassageLocator, ARewrittenPassageIsNotTakenForItsLikeFartherOn) {
    const std::string e = kDecomposed;
    const std::string c = kComposed;
    EXPECT_EQ(locateAll(e + "\n" + c + "\n", {c + "\n", c + "\n"}),
              (std::vector<std::string>{e + "\n", c + "\n"}));
}

TEST(PassageLocator, FindsItsPlaceAgainBehindLineEndsThatWereRewritten) {
    // Read without two of its line ends, and with one that is not there.
    EXPECT_EQ(locateAll("one\n\n\nmore\nlast line\n", {"one more\n", "last line\n"}).back(),
              "last line\n");
    EXPECT_EQ(locateAll("one more\nand\nlast line\n", {"one\nmore\nand\n", "last line\n"}).back(),
              "last line\n");
}

TEST(PassageLocator, StaysInsideATextThatIsNotThePassages) {
    for (const char* text : {"", "\n", "x", "\xFF\xFE\n\x80"}) {
        PassageLocator locator(text);
        for (const char* passage : {"a\nb\nc\n", "", "\xE9", "\n\n\n", "x"}) {
            const ByteRange range = locator.next(passage);
            EXPECT_LE(range.begin, range.end);
            EXPECT_LE(range.end, std::string_view(text).size());
        }
    }
}

// Lines with what the tokenizers of the families rewrite: accents apart, control codes, characters
// without a piece, spaces at the ends.
std::string oddText() {
    std::string text = " indented\n";
    for (int paragraph = 0; paragraph < 60; ++paragraph) {
        const std::string number = std::to_string(paragraph);
        text += "line " + number + " with cafe\u0301 and \u1E9B\u0323 \x02 done  \n";
        text += "    indented, \u4F60\u597D \U0001F600 " + number + "\n\n";
    }
    return text + "no line end e\u0301";
}

void expectPassagesAtTheirPlaces(const Tokenizer& tokenizer, const std::string& text) {
    const DocumentSegment segment = buildSegment(tokenizer, "name", text);
    std::size_t end = 0;
    int passages = 0;
    for (const auto& part : segment.parts) {
        if (!part.source) continue;
        ++passages;
        const SourcePassage& passage = *part.source;
        EXPECT_EQ(passage.textBegin, end);
        ASSERT_LE(passage.textBegin, passage.textEnd);
        end = passage.textEnd;
        // Tokenised alone, that stretch of the text is what the passage says.
        const std::string stretch =
            text.substr(passage.textBegin, passage.textEnd - passage.textBegin);
        EXPECT_EQ(tokenizer.decode(tokenizer.encode(stretch, ControlTokens::asText)), passage.text);
    }
    EXPECT_EQ(end, text.size());
    EXPECT_GT(passages, 10);
}

TEST(PassageOffsets, HoldWhereATokenizerLacksControlCodes) {
    Vocabulary vocabulary =
        test::bytePairVocabulary({"o n", "\u010A \u010A"}, PreTokenizer::smollm);
    for (std::string& piece : vocabulary.pieces)
        if (piece == "\u0102") piece = "unused";  // the letter of byte 2
    expectPassagesAtTheirPlaces(*makeTokenizer(std::move(vocabulary)), oddText());
}

TEST(PassageOffsets, HoldWhereATokenizerComposesAccents) {
    Vocabulary vocabulary = test::bytePairVocabulary({"o n", "\u010A \u010A"}, PreTokenizer::qwen2);
    vocabulary.normalizesToNfc = true;
    expectPassagesAtTheirPlaces(*makeTokenizer(std::move(vocabulary)), oddText());
}

TEST(PassageOffsets, HoldWhereATokenizerPutsASpaceInFront) {
    Vocabulary vocabulary = test::sentencePieceVocabulary({"\n", "\n\n", "on", "\u2581a"});
    vocabulary.addsSpacePrefix = true;
    expectPassagesAtTheirPlaces(*makeTokenizer(std::move(vocabulary)), oddText());
}

}  // namespace
}  // namespace asterism
