#include "core/model/tokenizer_json.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/error.h"
#include "core/text/tokenizer.h"

namespace asterism {
namespace {

const std::string kLlama3Pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|)"
    R"(\s*[\r\n]+|\s+(?!\S)|\s+)";
const std::string kQwen2Pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|)"
    R"(\s*[\r\n]+|\s+(?!\S)|\s+)";

Json byteLevelStep(bool usesOwnPattern) {
    return {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", usesOwnPattern}};
}

Json sequence(const Json& first, const Json& second) {
    return {{"type", "Sequence"}, {"pretokenizers", {first, second}}};
}

Json splitBy(const std::string& pattern) {
    const Json split{{"type", "Split"},
                     {"pattern", {{"Regex", pattern}}},
                     {"behavior", "Isolated"},
                     {"invert", false}};
    return sequence(split, byteLevelStep(false));
}

Json byteLevelFile() {
    const Json vocabulary{{"a", 0}, {"b", 1}, {"ab", 2}};
    return {{"model", {{"type", "BPE"}, {"vocab", vocabulary}, {"merges", {"a b"}}}},
            {"pre_tokenizer", byteLevelStep(true)}};
}

// The way Gemma's file looks: bytes, letters, and every way to put a piece together, best first.
Json sentencePieceFile() {
    Json vocabulary{{"<unk>", 0}, {"<s>", 1}};
    for (int byte = 0; byte < 256; ++byte) {
        char name[8];
        std::snprintf(name, sizeof(name), "<0x%02X>", static_cast<unsigned>(byte));
        vocabulary[name] = 2 + byte;
    }
    int id = 258;
    for (const char* piece : {"▁", "t", "h", "e", "th", "▁t", "the", "▁the", "\n", "\n\n"})
        vocabulary[piece] = id++;
    const Json merges = Json::array({Json::array({"t", "h"}), Json::array({"▁", "t"}),
                                     Json::array({"th", "e"}), Json::array({"▁", "the"})});
    return {{"model",
             {{"type", "BPE"},
              {"byte_fallback", true},
              {"unk_token", "<unk>"},
              {"vocab", vocabulary},
              {"merges", merges}}},
            {"normalizer", {{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", "▁"}}},
            {"added_tokens",
             {{{"id", 0}, {"content", "<unk>"}, {"special", true}},
              {{"id", 1}, {"content", "<s>"}, {"special", true}},
              {{"id", 267}, {"content", "\n\n"}, {"special", false}}}}};
}

Vocabulary read(const Json& file) {
    const JsonObject object(file, "tokenizer.json");
    Vocabulary vocabulary;
    readTokenizerJson(object, vocabulary);
    applyAddedTokens(object, 1000, vocabulary);
    return vocabulary;
}

std::string errorOf(const Json& file) {
    try {
        read(file);
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

void expectMentions(const std::string& message, const std::string& part) {
    EXPECT_NE(message.find(part), std::string::npos) << "message: " << message;
}

TEST(TokenizerJson, RecognisesTheFamiliesByTheirPatterns) {
    Json file = byteLevelFile();
    EXPECT_EQ(read(file).preTokenizer, PreTokenizer::gpt2);
    file["pre_tokenizer"] = splitBy(kLlama3Pattern);
    EXPECT_EQ(read(file).preTokenizer, PreTokenizer::llama3);
    file["pre_tokenizer"] = splitBy(kQwen2Pattern);
    EXPECT_EQ(read(file).preTokenizer, PreTokenizer::qwen2);
    file["pre_tokenizer"] =
        sequence({{"type", "Digits"}, {"individual_digits", true}}, byteLevelStep(true));
    EXPECT_EQ(read(file).preTokenizer, PreTokenizer::smollm);
}

TEST(TokenizerJson, RefusesPipelinesItDoesNotKnow) {
    Json file = byteLevelFile();
    file["pre_tokenizer"] = splitBy(R"(\w+)");
    expectMentions(errorOf(file), "not one of a known family");
    file["pre_tokenizer"] = splitBy(kQwen2Pattern);
    file["pre_tokenizer"]["pretokenizers"][0]["behavior"] = "Removed";
    expectMentions(errorOf(file), "not one of a known family");
    file = byteLevelFile();
    file["pre_tokenizer"]["add_prefix_space"] = true;
    expectMentions(errorOf(file), "not supported");
    file = byteLevelFile();
    file["normalizer"] = {{"type", "Lowercase"}};
    expectMentions(errorOf(file), "normalizer is not one of a known family");
    file = byteLevelFile();
    file["model"]["type"] = "Unigram";
    expectMentions(errorOf(file), "\"Unigram\" is not supported");
    file = byteLevelFile();
    file.erase("pre_tokenizer");
    expectMentions(errorOf(file), "not one of a known family");
}

TEST(TokenizerJson, ReadsMergesAsTextsAndAsPairs) {
    Json file = byteLevelFile();
    EXPECT_EQ(read(file).merges, std::vector<std::string>{"a b"});
    file["model"]["merges"] = Json::array({Json::array({"a", "b"})});
    EXPECT_EQ(read(file).merges, std::vector<std::string>{"a b"});
    for (const Json& bad : {Json("ab"), Json("a b c"), Json(" b"), Json(7), Json::array({"a"}),
                            Json::array({"a", "b", "c"}), Json::array({"a", 1})}) {
        file["model"]["merges"] = Json::array({bad});
        expectMentions(errorOf(file), "an array of pairs of pieces");
    }
}

TEST(TokenizerJson, ReadsNormalisationAndIgnoredMerges) {
    Json file = byteLevelFile();
    EXPECT_FALSE(read(file).normalizesToNfc || read(file).ignoresMerges);
    file["normalizer"] = {{"type", "NFC"}};
    file["model"]["ignore_merges"] = true;
    EXPECT_TRUE(read(file).normalizesToNfc && read(file).ignoresMerges);
}

TEST(TokenizerJson, TellsControlTokensFromOtherAddedOnes) {
    Json file = byteLevelFile();
    file["added_tokens"] = {{{"id", 3}, {"content", "<end>"}, {"special", true}},
                            {{"id", 5}, {"content", "<tool>"}, {"special", false}}};
    const Vocabulary vocabulary = read(file);
    ASSERT_EQ(vocabulary.pieces.size(), 6U);
    EXPECT_EQ(vocabulary.types[3], PieceType::control);
    EXPECT_EQ(vocabulary.types[4], PieceType::unused);
    EXPECT_EQ(vocabulary.types[5], PieceType::userDefined);
    EXPECT_EQ(vocabulary.pieces[5], "<tool>");
}

TEST(TokenizerJson, RefusesIdsThatCannotBe) {
    Json file = byteLevelFile();
    for (const Json& bad : {Json(-1), Json(1.5), Json(1000000000), Json("x")}) {
        file["model"]["vocab"]["ab"] = bad;
        expectMentions(errorOf(file), "a whole number from 0");
    }
    file["model"]["vocab"]["ab"] = 0;
    expectMentions(errorOf(file), "id 0 is given to two pieces");
    file["model"]["vocab"] = Json::object();
    expectMentions(errorOf(file), "is empty");
}

TEST(TokenizerJson, FindsTheTokenThatOpensATextInTheTemplate) {
    Json file = byteLevelFile();
    const Json text{{"Sequence", {{"id", "A"}}}};
    const Json begin{{"SpecialToken", {{"id", "<begin>"}}}};
    const Json processor{{"type", "TemplateProcessing"}, {"single", {begin, text}}};
    file["post_processor"] = {{"type", "Sequence"},
                              {"processors", {{{"type", "ByteLevel"}}, processor}}};
    EXPECT_EQ(readBeginPiece(JsonObject(file, "file")), "<begin>");
    file["post_processor"] = {{"type", "TemplateProcessing"}, {"single", {text, begin}}};
    EXPECT_EQ(readBeginPiece(JsonObject(file, "file")), "");
}

TEST(TokenizerJson, SentencePieceLikeFilesGetScoresFromTheirMerges) {
    const Vocabulary vocabulary = read(sentencePieceFile());
    EXPECT_EQ(vocabulary.kind, TokenizerKind::sentencePiece);
    EXPECT_FALSE(vocabulary.addsSpacePrefix);
    EXPECT_EQ(vocabulary.types[0], PieceType::unknown);
    EXPECT_EQ(vocabulary.unknownId, 0);
    EXPECT_EQ(vocabulary.types[1], PieceType::control);
    EXPECT_EQ(vocabulary.types[2], PieceType::byte);
    EXPECT_EQ(vocabulary.types[267], PieceType::userDefined);
    EXPECT_EQ(vocabulary.scores[262], 0.0F);   // th
    EXPECT_EQ(vocabulary.scores[265], -3.0F);  // ▁the
}

TEST(TokenizerJson, SentencePieceLikeFilesTokeniseByTheirMerges) {
    const auto tokenizer = makeTokenizer(read(sentencePieceFile()));
    const auto ids = [&](std::string_view text) {
        return tokenizer->encode(text, ControlTokens::asText);
    };
    EXPECT_EQ(ids("the the"), (std::vector<TokenId>{264, 265}));
    EXPECT_EQ(ids("\n\nt"), (std::vector<TokenId>{267, 259}));
    EXPECT_EQ(ids("e!"), (std::vector<TokenId>{261, 2 + '!'}));
}

TEST(TokenizerJson, TellsWhetherASpaceOpensTheText) {
    Json file = sentencePieceFile();
    const Json replace = file["normalizer"];
    file["normalizer"] = {{"type", "Sequence"},
                          {"normalizers", {{{"type", "Prepend"}, {"prepend", "▁"}}, replace}}};
    EXPECT_TRUE(read(file).addsSpacePrefix);
    file.erase("normalizer");
    expectMentions(errorOf(file), "not one of a known family");
    file["pre_tokenizer"] = {
        {"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", "first"}};
    EXPECT_TRUE(read(file).addsSpacePrefix);
    file["pre_tokenizer"]["prepend_scheme"] = "never";
    EXPECT_FALSE(read(file).addsSpacePrefix);
}

}  // namespace
}  // namespace asterism
