#include <gtest/gtest.h>

#include <limits>

#include "core/base/error.h"
#include "core/model/gguf_vocabulary.h"

namespace asterism {
namespace {

using Texts = std::vector<std::string>;
using Wholes = std::vector<std::int64_t>;
using Reals = std::vector<double>;

Metadata bytePairSettings(const std::string& pre) {
    Metadata metadata("test.gguf");
    metadata.set("tokenizer.ggml.model", std::string("gpt2"));
    metadata.set("tokenizer.ggml.pre", pre);
    metadata.set("tokenizer.ggml.tokens", Texts{"a", "b", "ab", "<end>"});
    metadata.set("tokenizer.ggml.token_type", Wholes{1, 1, 1, 3});
    metadata.set("tokenizer.ggml.merges", Texts{"a b"});
    return metadata;
}

Metadata sentencePieceSettings(const Reals& scores) {
    Metadata metadata("test.gguf");
    metadata.set("tokenizer.ggml.model", std::string("llama"));
    metadata.set("tokenizer.ggml.tokens", Texts{"<unk>", "<s>", "</s>", "a"});
    metadata.set("tokenizer.ggml.token_type", Wholes{2, 3, 3, 1});
    metadata.set("tokenizer.ggml.scores", scores);
    return metadata;
}

std::string errorOf(const Metadata& metadata) {
    try {
        readGgufVocabulary(metadata);
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

void expectMentions(const std::string& message, const std::string& part) {
    EXPECT_NE(message.find(part), std::string::npos) << "message: " << message;
}

TEST(GgufVocabulary, KnowsFourWaysOfCuttingText) {
    EXPECT_EQ(readGgufVocabulary(bytePairSettings("gpt-2")).preTokenizer, PreTokenizer::gpt2);
    EXPECT_EQ(readGgufVocabulary(bytePairSettings("default")).preTokenizer, PreTokenizer::gpt2);
    EXPECT_EQ(readGgufVocabulary(bytePairSettings("smollm")).preTokenizer, PreTokenizer::smollm);
    const Vocabulary llama = readGgufVocabulary(bytePairSettings("llama-bpe"));
    EXPECT_EQ(llama.preTokenizer, PreTokenizer::llama3);
    EXPECT_TRUE(llama.ignoresMerges && llama.addsBegin);
    const Vocabulary qwen = readGgufVocabulary(bytePairSettings("qwen2"));
    EXPECT_EQ(qwen.preTokenizer, PreTokenizer::qwen2);
    EXPECT_TRUE(qwen.normalizesToNfc);
    EXPECT_FALSE(qwen.ignoresMerges || qwen.addsBegin);
}

TEST(GgufVocabulary, NamesWhatIsKnownForTheUnknown) {
    expectMentions(errorOf(bytePairSettings("tekken")), "known are gpt-2, default, smollm");
    Metadata metadata("test.gguf");
    metadata.set("tokenizer.ggml.model", std::string("bert"));
    expectMentions(errorOf(metadata), "known are gpt2");
    expectMentions(errorOf(Metadata("test.gguf")), "\"tokenizer.ggml.model\" is missing");
}

TEST(GgufVocabulary, CollectsTheTokensThatEndATurn) {
    Metadata metadata = bytePairSettings("smollm");
    metadata.set("tokenizer.ggml.eos_token_id", std::int64_t{3});
    metadata.set("tokenizer.ggml.eot_token_id", std::int64_t{2});
    const Vocabulary vocabulary = readGgufVocabulary(metadata);
    EXPECT_EQ(vocabulary.endId, 3);
    EXPECT_EQ(vocabulary.endOfTurnIds, std::vector<TokenId>{2});
    EXPECT_EQ(vocabulary.beginId, -1);
}

TEST(GgufVocabulary, GivesSentencePieceItsUsualSettings) {
    const Vocabulary vocabulary = readGgufVocabulary(sentencePieceSettings({0, 0, 0, -1.5}));
    EXPECT_EQ(vocabulary.kind, TokenizerKind::sentencePiece);
    EXPECT_EQ(vocabulary.scores[3], -1.5F);
    EXPECT_TRUE(vocabulary.addsBegin && vocabulary.addsSpacePrefix);
    EXPECT_EQ(vocabulary.unknownId, 0);
    EXPECT_EQ(vocabulary.beginId, 1);
    EXPECT_EQ(vocabulary.endId, 2);
}

TEST(GgufVocabulary, RefusesPartsThatContradictEachOther) {
    expectMentions(errorOf(sentencePieceSettings({0, 0})), "has 2 entries for 4 tokens");
    const double nan = std::numeric_limits<double>::quiet_NaN();
    expectMentions(errorOf(sentencePieceSettings({0, 0, 0, nan})), "not a finite number");
    expectMentions(errorOf(sentencePieceSettings({0, 0, 0, 1e300})), "not a finite number");
    Metadata metadata = bytePairSettings("smollm");
    metadata.set("tokenizer.ggml.bos_token_id", std::int64_t{4});
    expectMentions(errorOf(metadata), "from 0 to 3");
}

TEST(GgufVocabulary, RefusesUnknownTokenTypes) {
    Metadata metadata("test.gguf");
    metadata.set("tokenizer.ggml.model", std::string("gpt2"));
    metadata.set("tokenizer.ggml.tokens", Texts{"a"});
    metadata.set("tokenizer.ggml.token_type", Wholes{7});
    expectMentions(errorOf(metadata), "of token 0 is 7");
}

}  // namespace
}  // namespace asterism
