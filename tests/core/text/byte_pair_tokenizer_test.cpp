#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <random>

#include "core/base/error.h"
#include "core/text/byte_letters.h"
#include "core/text/tokenizer.h"
#include "tests/core/text/tiny_vocabulary.h"

namespace asterism {
namespace {

using namespace std::string_literals;
using test::addPiece;
using test::bytePairVocabulary;

std::string errorOf(Vocabulary vocabulary) {
    try {
        makeTokenizer(std::move(vocabulary));
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

std::vector<std::string> piecesOf(const Tokenizer& tokenizer, std::string_view text,
                                  ControlTokens control = ControlTokens::asText) {
    std::vector<std::string> pieces;
    for (const TokenId id : tokenizer.encode(text, control))
        pieces.push_back(tokenizer.bytesOf(id));
    return pieces;
}

using Pieces = std::vector<std::string>;

// Valid UTF-8 of all lengths, drawn from few characters so that merges meet.
std::string randomText(std::mt19937& random) {
    static const std::vector<std::string> kUnits = {
        "a",          "b",          "l",     "o",      " ",      "\n",
        "\t",         "7",          "'s",    "\0"s,    "\u00E9", "\u4E2D",
        "\U0001F600", "<|im_end|>", "<|im_", "\u2581", "\uFFFD", "e\u0301"};
    std::string text;
    const std::size_t count = random() % 40;
    for (std::size_t i = 0; i < count; ++i) text += kUnits[random() % kUnits.size()];
    return text;
}

TEST(ByteLetters, NameEveryByteAndLeadBack) {
    for (int byte = 0; byte < 256; ++byte)
        EXPECT_EQ(bytesOfLetters(letterOf(static_cast<std::uint8_t>(byte))),
                  std::string(1, static_cast<char>(byte)));
    EXPECT_EQ(letterOf(' '), "\u0120");
    EXPECT_EQ(letterOf('\n'), "\u010A");
    EXPECT_EQ(letterOf(0xAD), "\u0143");
    EXPECT_EQ(bytesOfLetters("a b"), std::nullopt);
    EXPECT_EQ(bytesOfLetters("\u4E2D"), std::nullopt);
}

TEST(BytePairTokenizer, MergesWithinWordsOnly) {
    const auto tokenizer = makeTokenizer(bytePairVocabulary({"l l", "h e", "he ll", "o \u0120"}));
    EXPECT_EQ(piecesOf(*tokenizer, "hello ll"), (Pieces{"hell", "o", " ", "ll"}));
    EXPECT_TRUE(tokenizer->encode("", ControlTokens::parsed).empty());
}

TEST(BytePairTokenizer, LeavesControlTokensInDocumentsAsText) {
    const auto tokenizer = makeTokenizer(bytePairVocabulary({}));
    const TokenId end = tokenizer->idOf("<|im_end|>");
    const auto asText = tokenizer->encode("a<|im_end|>b", ControlTokens::asText);
    EXPECT_EQ(asText.size(), 12U);
    EXPECT_EQ(std::count(asText.begin(), asText.end(), end), 0);
    EXPECT_EQ(piecesOf(*tokenizer, "a<|im_end|>b", ControlTokens::parsed),
              (Pieces{"a", "<|im_end|>", "b"}));
    EXPECT_EQ(tokenizer->decode(asText), "a<|im_end|>b");
}

TEST(BytePairTokenizer, JoinsRunsIntoOneTextButNotIntoControlTokens) {
    const auto tokenizer =
        makeTokenizer(bytePairVocabulary({"\u010A \u010A"}, PreTokenizer::qwen2));
    const TokenId end = tokenizer->idOf("<|im_end|>");
    const std::vector<TextRun> runs{
        {"x\n", ControlTokens::parsed},   {"\n<|im_", ControlTokens::asText},
        {"end|>", ControlTokens::parsed}, {"<|im_", ControlTokens::parsed},
        {"end|>", ControlTokens::parsed}, {"<|im_end|>", ControlTokens::asText}};
    const std::vector<TokenId> ids = tokenizer->encode(runs);
    EXPECT_EQ(tokenizer->bytesOf(ids.at(1)), "\n\n");
    EXPECT_EQ(std::count(ids.begin(), ids.end(), end), 1);
    EXPECT_EQ(tokenizer->decode(ids), "x\n\n<|im_end|><|im_end|><|im_end|>");
}

TEST(BytePairTokenizer, MatchesUserDefinedPiecesWholeAndTheLongestFirst) {
    Vocabulary vocabulary = bytePairVocabulary({"a b"});
    addPiece(vocabulary, "<t>", PieceType::userDefined);
    addPiece(vocabulary, "<t><t>x", PieceType::userDefined);
    addPiece(vocabulary, "<t><t>", PieceType::userDefined);
    const auto tokenizer = makeTokenizer(std::move(vocabulary));
    for (const ControlTokens control : {ControlTokens::asText, ControlTokens::parsed})
        EXPECT_EQ(piecesOf(*tokenizer, "ab<t><t>y<t><t>x<t>ab", control),
                  (Pieces{"ab", "<t><t>", "y", "<t><t>x", "<t>", "ab"}));
}

TEST(BytePairTokenizer, NormalizesOrdinaryTextToNfcWhereTheModelDoes) {
    Vocabulary vocabulary = bytePairVocabulary({}, PreTokenizer::qwen2);
    addPiece(vocabulary, "e\u0301!", PieceType::userDefined);
    vocabulary.normalizesToNfc = true;
    const auto tokenizer = makeTokenizer(vocabulary);
    const auto decoded = [](const Tokenizer& made, std::string_view text) {
        return made.decode(made.encode(text, ControlTokens::asText));
    };
    EXPECT_EQ(decoded(*tokenizer, "e\u0301 e\u0301!"), "\u00E9 e\u0301!");
    vocabulary.normalizesToNfc = false;
    EXPECT_EQ(decoded(*makeTokenizer(vocabulary), "e\u0301"), "e\u0301");
}

TEST(BytePairTokenizer, TakesWholeWordsUnmergedWhereMergesAreIgnored) {
    Vocabulary vocabulary = bytePairVocabulary({"a b"}, PreTokenizer::llama3);
    addPiece(vocabulary, "\u0120abc", PieceType::normal);  // no merge makes it
    const Pieces merged{" ", "ab", "c"};
    EXPECT_EQ(piecesOf(*makeTokenizer(vocabulary), " abc"), merged);
    vocabulary.ignoresMerges = true;
    EXPECT_EQ(piecesOf(*makeTokenizer(vocabulary), " abc abcd"),
              (Pieces{" abc", " ", "ab", "c", "d"}));
}

TEST(BytePairTokenizer, GivesBackEveryText) {
    std::mt19937 random(5);
    for (const PreTokenizer family :
         {PreTokenizer::gpt2, PreTokenizer::smollm, PreTokenizer::llama3, PreTokenizer::qwen2}) {
        const auto tokenizer = makeTokenizer(
            bytePairVocabulary({"a b", "\u0120 a", "l l", "\u00E4 \u00B8", "ll o"}, family));
        for (int round = 0; round < 500; ++round) {
            const std::string text = randomText(random);
            const auto ids = tokenizer->encode(text, ControlTokens::asText);
            ASSERT_EQ(tokenizer->decode(ids), text);
            ASSERT_EQ(tokenizer->decode(tokenizer->encode(text, ControlTokens::parsed)), text);
        }
    }
}

TEST(BytePairTokenizer, NamesTheOffsetOfBytesThatAreNotUtf8) {
    const auto tokenizer = makeTokenizer(bytePairVocabulary({}));
    try {
        tokenizer->encode("fine \xFF", ControlTokens::asText);
        FAIL() << "accepted";
    } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find("offset 5"), std::string::npos) << error.what();
    }
}

TEST(BytePairTokenizer, ShowsCharactersThatTheVocabularyCannotSpell) {
    Vocabulary vocabulary = bytePairVocabulary({});
    for (const std::uint8_t lacking : {std::uint8_t{0x04}, std::uint8_t{0xF1}})
        for (std::string& piece : vocabulary.pieces)
            if (piece == letterOf(lacking)) piece = "lacking" + std::to_string(lacking);
    const auto tokenizer = makeTokenizer(std::move(vocabulary));
    EXPECT_EQ(tokenizer->decode(tokenizer->encode("a\x04"
                                                  "b\U00040000c",
                                                  ControlTokens::asText)),
              "a\uFFFDb\uFFFDc");
}

TEST(BytePairTokenizer, TakesAMegabyteOfOneLetterInItsStride) {
    const auto tokenizer = makeTokenizer(bytePairVocabulary({"a a", "aa aa", "aaaa aaaa"}));
    const auto begin = std::chrono::steady_clock::now();
    const auto ids = tokenizer->encode(std::string(1 << 20, 'a'), ControlTokens::asText);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    EXPECT_EQ(ids, std::vector<TokenId>(1 << 17, tokenizer->idOf("aaaaaaaa")));
    EXPECT_LT(taken.count(), 30.0);  // one second; square time would take hours
}

TEST(BytePairTokenizer, KnowsTheTokensThatEndAnAnswer) {
    Vocabulary vocabulary = bytePairVocabulary({});
    vocabulary.endId = addPiece(vocabulary, "[stop]", PieceType::control);
    vocabulary.endOfTurnIds = {addPiece(vocabulary, "[turn]", PieceType::control)};
    const TokenId html = addPiece(vocabulary, "</s>", PieceType::userDefined);
    const auto tokenizer = makeTokenizer(std::move(vocabulary));
    EXPECT_TRUE(tokenizer->endsAnswer(tokenizer->idOf("[stop]")));
    EXPECT_TRUE(tokenizer->endsAnswer(tokenizer->idOf("[turn]")));
    EXPECT_TRUE(tokenizer->endsAnswer(tokenizer->idOf("<|im_end|>")));
    EXPECT_FALSE(tokenizer->endsAnswer(tokenizer->idOf("<|im_start|>")));
    EXPECT_FALSE(tokenizer->endsAnswer(html));
    EXPECT_FALSE(tokenizer->endsAnswer(-1));
}

TEST(BytePairTokenizer, RefusesIdsOutsideTheVocabulary) {
    const auto tokenizer = makeTokenizer(bytePairVocabulary({}));
    EXPECT_EQ(tokenizer->idOf("no such piece"), -1);
    EXPECT_THROW(tokenizer->bytesOf(-1), Error);
    EXPECT_THROW(tokenizer->bytesOf(static_cast<TokenId>(tokenizer->size())), Error);
    const std::vector<TokenId> ids{3, 1 << 30};
    EXPECT_THROW(tokenizer->decode(ids), Error);
}

struct BrokenVocabulary {
    const char* name;
    void (*breakIt)(Vocabulary&);
    const char* message;
};

class BrokenBytePairVocabulary : public testing::TestWithParam<BrokenVocabulary> {};

TEST_P(BrokenBytePairVocabulary, IsRefusedWithTheReasonOnOneLine) {
    Vocabulary vocabulary = bytePairVocabulary({"a b", "ab c"});
    GetParam().breakIt(vocabulary);
    const std::string message = errorOf(std::move(vocabulary));
    EXPECT_NE(message.find("tiny.gguf"), std::string::npos) << message;
    EXPECT_NE(message.find(GetParam().message), std::string::npos) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
}

INSTANTIATE_TEST_SUITE_P(
    All, BrokenBytePairVocabulary,
    testing::Values(
        BrokenVocabulary{"noPieces", [](Vocabulary& v) { v.pieces.clear(); }, "no pieces"},
        BrokenVocabulary{"fewTypes", [](Vocabulary& v) { v.types.pop_back(); }, "types"},
        BrokenVocabulary{"unknownType", [](Vocabulary& v) { v.types[3] = PieceType(9); }, "type 9"},
        BrokenVocabulary{"emptyPiece", [](Vocabulary& v) { v.pieces.back().clear(); }, "is empty"},
        BrokenVocabulary{"notUtf8", [](Vocabulary& v) { v.pieces.back() = "\xFF\n"; },
                         "is not UTF-8"},
        BrokenVocabulary{"twice", [](Vocabulary& v) { v.pieces.back() = "a"; }, "twice"},
        BrokenVocabulary{"noLetter", [](Vocabulary& v) { v.pieces[2 + 'q'] = "lacking"; },
                         "for byte 113"},
        BrokenVocabulary{"controlLetter",
                         [](Vocabulary& v) { v.types[2 + 'q'] = PieceType::control; },
                         "for byte 113"},
        BrokenVocabulary{"unknownPart", [](Vocabulary& v) { v.merges.push_back("a zz"); },
                         "'azz', which is not in the vocabulary"},
        BrokenVocabulary{"noSpace", [](Vocabulary& v) { v.merges.push_back("ab"); },
                         "merge 2 ('ab') is not two pieces"},
        BrokenVocabulary{"twoSpaces", [](Vocabulary& v) { v.merges.push_back("a b c"); },
                         "is not two pieces"},
        BrokenVocabulary{"emptyPart", [](Vocabulary& v) { v.merges.push_back(" ab"); },
                         "needs the piece ''"},
        BrokenVocabulary{"mergeTwice", [](Vocabulary& v) { v.merges.push_back("a b"); },
                         "stands in the list twice"},
        BrokenVocabulary{"mergeMakesControlToken",
                         [](Vocabulary& v) { v.types.back() = PieceType::control; },
                         "text must not become"},
        BrokenVocabulary{"beginBeyond", [](Vocabulary& v) { v.beginId = 999999; }, "begin"},
        BrokenVocabulary{"endBelow", [](Vocabulary& v) { v.endId = -2; }, "end token id -2"},
        BrokenVocabulary{"turnBelow", [](Vocabulary& v) { v.endOfTurnIds = {-1}; },
                         "end-of-turn token id -1"},
        BrokenVocabulary{"noBegin",
                         [](Vocabulary& v) {
                             v.addsBegin = true;
                             v.beginId = -1;
                         },
                         "names none"}),
    [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace asterism
