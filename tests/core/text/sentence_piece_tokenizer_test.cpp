#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <random>

#include "core/base/error.h"
#include "core/text/sentence_piece_model.h"
#include "core/text/tokenizer.h"
#include "tests/core/text/tiny_vocabulary.h"

namespace asterism {
namespace {

using namespace std::string_literals;
using test::addPiece;
using test::sentencePieceVocabulary;

using Pieces = std::vector<std::string>;

Pieces piecesOf(const Tokenizer& tokenizer, std::string_view text,
                ControlTokens control = ControlTokens::asText) {
    Pieces pieces;
    for (const TokenId id : tokenizer.encode(text, control))
        pieces.push_back(tokenizer.vocabulary().pieces[static_cast<std::size_t>(id)]);
    return pieces;
}

std::string errorOf(Vocabulary vocabulary) {
    try {
        makeTokenizer(std::move(vocabulary));
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

TEST(SentencePieceTokenizer, MergesBestScoresFirstAndFallsBackToBytes) {
    const auto tokenizer =
        makeTokenizer(sentencePieceVocabulary({"a", "b", "c", "bc", "ab", "\u2581a"}));
    EXPECT_EQ(piecesOf(*tokenizer, "abc a"), (Pieces{"a", "bc", "\u2581a"}));
    EXPECT_EQ(piecesOf(*tokenizer, "a\n\u00E9"), (Pieces{"a", "<0x0A>", "<0xC3>", "<0xA9>"}));
    EXPECT_TRUE(tokenizer->encode("", ControlTokens::parsed).empty());
    EXPECT_EQ(tokenizer->bytesOf(tokenizer->idOf("<0xC3>")), "\xC3");
    EXPECT_EQ(tokenizer->bytesOf(tokenizer->idOf("\u2581a")), " a");
}

TEST(SentencePieceTokenizer, KeepsEverySpace) {
    const auto tokenizer = makeTokenizer(sentencePieceVocabulary({"a", "\u2581\u2581"}));
    EXPECT_EQ(piecesOf(*tokenizer, "  a   "),
              (Pieces{"\u2581\u2581", "a", "\u2581\u2581", "\u2581"}));
}

TEST(SentencePieceTokenizer, PutsASpaceInFrontWhereTheModelDoesAndTakesItOffAgain) {
    Vocabulary vocabulary = sentencePieceVocabulary({"a", "\u2581a"});
    vocabulary.addsSpacePrefix = true;
    addPiece(vocabulary, "<t>", PieceType::userDefined);
    const auto tokenizer = makeTokenizer(std::move(vocabulary));
    EXPECT_EQ(piecesOf(*tokenizer, "a"), Pieces{"\u2581a"});
    EXPECT_EQ(piecesOf(*tokenizer, " a"), (Pieces{"\u2581", "\u2581a"}));
    EXPECT_EQ(piecesOf(*tokenizer, "<t>a"), (Pieces{"\u2581", "<t>", "a"}));
    for (const std::string text : {"a", " a", "<t>a", "a <t>"})
        EXPECT_EQ(tokenizer->decode(tokenizer->encode(text, ControlTokens::asText)), text);
    EXPECT_TRUE(tokenizer->encode("", ControlTokens::asText).empty());
}

TEST(SentencePieceTokenizer, OpensTheTextBehindAControlTokenWithExactlyOneSpace) {
    Vocabulary vocabulary = sentencePieceVocabulary({"a", "\u2581a"});
    vocabulary.addsSpacePrefix = true;
    const auto tokenizer = makeTokenizer(std::move(vocabulary));
    const Pieces wanted{"<s>", "\u2581a", "</s>", "<s>", "\u2581a"};
    EXPECT_EQ(piecesOf(*tokenizer, "<s>a</s><s>a", ControlTokens::parsed), wanted);
    EXPECT_EQ(piecesOf(*tokenizer, "<s> a</s><s> a", ControlTokens::parsed), wanted);
}

TEST(SentencePieceTokenizer, MatchesUserDefinedPiecesWholeHoweverTheFileSpellsTheirSpaces) {
    for (const char* spelling : {"   ", "\u2581\u2581\u2581"}) {
        Vocabulary vocabulary = sentencePieceVocabulary({"a", "\u2581a", "\u2581\u2581"});
        addPiece(vocabulary, spelling, PieceType::userDefined);
        const auto tokenizer = makeTokenizer(std::move(vocabulary));
        EXPECT_EQ(piecesOf(*tokenizer, "a    a"), (Pieces{"a", spelling, "\u2581a"}));
        EXPECT_EQ(tokenizer->decode(tokenizer->encode("a    a", ControlTokens::asText)), "a    a");
    }
}

TEST(SentencePieceTokenizer, LeavesControlTokensInDocumentsAsText) {
    const auto tokenizer = makeTokenizer(sentencePieceVocabulary({"<", "/", "s", ">"}));
    EXPECT_EQ(piecesOf(*tokenizer, "</s>"), (Pieces{"<", "/", "s", ">"}));
    EXPECT_EQ(piecesOf(*tokenizer, "</s>", ControlTokens::parsed), Pieces{"</s>"});
    EXPECT_EQ(piecesOf(*tokenizer, "<0x41>").size(), 6U);
}

TEST(SentencePieceTokenizer, GivesBackEveryText) {
    std::mt19937 random(9);
    const std::vector<std::string> units = {"a",   "b",      " ",      "\n",         "\0"s,
                                            "<s>", "\u00E9", "\u4E2D", "\U0001F600", "<0x0A>"};
    for (const bool addsSpacePrefix : {false, true}) {
        Vocabulary vocabulary = sentencePieceVocabulary({"a", "b", "\u2581a", "ab", "aa"});
        vocabulary.addsSpacePrefix = addsSpacePrefix;
        addPiece(vocabulary, "\n\n", PieceType::userDefined);
        const auto tokenizer = makeTokenizer(std::move(vocabulary));
        for (int round = 0; round < 500; ++round) {
            std::string text;
            for (std::size_t left = random() % 30; left > 0; --left)
                text += units[random() % units.size()];
            ASSERT_EQ(tokenizer->decode(tokenizer->encode(text, ControlTokens::asText)), text);
        }
    }
}

TEST(SentencePieceTokenizer, TakesALongLineOfOneLetterInItsStride) {
    const auto tokenizer = makeTokenizer(sentencePieceVocabulary({"a", "aa", "aaaa", "aaaaaaaa"}));
    const auto begin = std::chrono::steady_clock::now();
    const auto ids = tokenizer->encode(std::string(1 << 18, 'a'), ControlTokens::asText);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    EXPECT_EQ(ids, std::vector<TokenId>(1 << 15, tokenizer->idOf("aaaaaaaa")));
    EXPECT_LT(taken.count(), 30.0);  // half a second
}

TEST(SentencePieceModel, ReadsBackWhatItWrites) {
    const Vocabulary written = sentencePieceVocabulary({"a", "\u2581a"});
    const Vocabulary read = readSentencePieceModel(writeSentencePieceModel(written), "model");
    EXPECT_EQ(read.pieces, written.pieces);
    EXPECT_EQ(read.types, written.types);
    EXPECT_EQ(read.scores, written.scores);
    EXPECT_EQ(read.unknownId, written.unknownId);
    EXPECT_FALSE(read.addsSpacePrefix);
}

TEST(SentencePieceModel, IsAVocabularyByItself) {
    Vocabulary vocabulary;
    vocabulary.kind = TokenizerKind::sentencePiece;
    vocabulary.sentencePieceModel =
        writeSentencePieceModel(sentencePieceVocabulary({"a", "b", "ab"}));
    EXPECT_EQ(piecesOf(*makeTokenizer(vocabulary), "ab"), Pieces{"ab"});
}

TEST(SentencePieceModel, RefusesEveryTruncation) {
    const Vocabulary model = sentencePieceVocabulary({"a"});
    const std::string whole = writeSentencePieceModel(model);
    for (std::size_t length = 0; length < whole.size(); ++length)
        ASSERT_THROW(readSentencePieceModel(whole.substr(0, length), "model"), Error) << length;
}

TEST(SentencePieceModel, RefusesModelsThatWouldRewriteText) {
    const std::string whole = writeSentencePieceModel(sentencePieceVocabulary({"a"}));
    // One more normaliser or trainer message, which replaces the one before.
    EXPECT_THROW(readSentencePieceModel(whole + "\x1A\x02\x20\x01", "model"), Error);  // spaces
    EXPECT_THROW(readSentencePieceModel(whole + "\x1A\x05\x20\x01\x12\x01z"s, "model"), Error);
    EXPECT_THROW(readSentencePieceModel(whole + "\x12\x02\x18\x01", "model"), Error);  // unigram
}

struct BrokenVocabulary {
    const char* name;
    void (*breakIt)(Vocabulary&);
    const char* message;
};

class BrokenSentencePieceVocabulary : public testing::TestWithParam<BrokenVocabulary> {};

TEST_P(BrokenSentencePieceVocabulary, IsRefusedWithTheReasonOnOneLine) {
    Vocabulary vocabulary = sentencePieceVocabulary({"a", "b", "ab"});
    GetParam().breakIt(vocabulary);
    const std::string message = errorOf(std::move(vocabulary));
    EXPECT_NE(message.find("tiny.gguf"), std::string::npos) << message;
    EXPECT_NE(message.find(GetParam().message), std::string::npos) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
}

INSTANTIATE_TEST_SUITE_P(
    All, BrokenSentencePieceVocabulary,
    testing::Values(
        BrokenVocabulary{"fewScores", [](Vocabulary& v) { v.scores.pop_back(); }, "scores"},
        BrokenVocabulary{
            "notANumber",
            [](Vocabulary& v) { v.scores.back() = std::numeric_limits<float>::quiet_NaN(); },
            "is not a number"},
        BrokenVocabulary{"noUnknown", [](Vocabulary& v) { v.unknownId = -1; }, "unknown piece"},
        BrokenVocabulary{"noBytePiece", [](Vocabulary& v) { v.pieces[3 + 0x41] = "lacking"; },
                         "no byte piece <0x41>"},
        BrokenVocabulary{"bytePieceIsText",
                         [](Vocabulary& v) { v.types[3 + 0x41] = PieceType::normal; },
                         "no byte piece <0x41>"},
        BrokenVocabulary{"noSpace", [](Vocabulary& v) { v.pieces[3 + 256] = "lacking"; },
                         "no piece for the space"},
        BrokenVocabulary{"strangeBytePiece",
                         [](Vocabulary& v) { v.types.back() = PieceType::byte; },
                         "257 byte pieces"},
        BrokenVocabulary{"unknownIsAByte", [](Vocabulary& v) { v.unknownId = 3; },
                         "SentencePiece refuses"},
        BrokenVocabulary{"zeroByte",
                         [](Vocabulary& v) { addPiece(v, "x\0y"s, PieceType::userDefined); },
                         "zero byte"},
        BrokenVocabulary{"sameSpelling",
                         [](Vocabulary& v) {
                             addPiece(v, "  ", PieceType::userDefined);
                             addPiece(v, "\u2581\u2581", PieceType::normal);
                         },
                         "SentencePiece refuses"},
        BrokenVocabulary{"damagedModel",
                         [](Vocabulary& v) {
                             v.pieces.clear();
                             v.sentencePieceModel = "\x0A\x7F";
                         },
                         "is damaged"},
        BrokenVocabulary{"twice", [](Vocabulary& v) { v.pieces.back() = "a"; }, "twice"}),
    [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace asterism
