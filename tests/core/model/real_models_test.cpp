#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "core/base/clock.h"
#include "core/model/config.h"
#include "core/model/model_file.h"
#include "tests/support/test_files.h"

namespace asterism {
namespace {

TEST(RealModels, SmolLm2IsReadAsLlama) {
    ASTERISM_MODEL_OR_SKIP(path, "smollm2-135m-instruct-q4_1.gguf");
    const auto file = openModelFile(path);
    const ModelConfig config = readModelConfig(*file);
    EXPECT_EQ(config.architecture, "llama");
    EXPECT_EQ(config.layers, 30);
    EXPECT_EQ(config.hidden, 576);
    EXPECT_EQ(config.feedForward, 1536);
    EXPECT_EQ(config.heads, 9);
    EXPECT_EQ(config.kvHeads, 3);
    EXPECT_EQ(config.headDim, 64);
    EXPECT_EQ(config.vocabulary, 49152);
    EXPECT_EQ(config.window, 8192);
    EXPECT_EQ(config.queryKeyRows, RowOrder::interleaved);
    EXPECT_FALSE(config.slides(0));
    ASSERT_EQ(config.rope.frequencies.size(), 32U);
    EXPECT_DOUBLE_EQ(config.rope.frequencies[16], std::pow(1e5, -0.5));

    const Vocabulary vocabulary = file->vocabulary();
    EXPECT_EQ(vocabulary.kind, TokenizerKind::bytePair);
    EXPECT_EQ(vocabulary.preTokenizer, PreTokenizer::smollm);
    EXPECT_EQ(vocabulary.pieces.size(), 49152U);
    EXPECT_EQ(vocabulary.merges.size(), 48900U);
    EXPECT_EQ(vocabulary.types[1], PieceType::control);
    EXPECT_EQ(vocabulary.endId, 2);
    EXPECT_FALSE(vocabulary.addsBegin);
    EXPECT_TRUE(vocabulary.chatTemplate.starts_with("{% for message in messages %}"));
}

TEST(RealModels, QwenIsReadAsQwen2) {
    ASTERISM_MODEL_OR_SKIP(path, "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf");
    const auto file = openModelFile(path);
    const ModelConfig config = readModelConfig(*file);
    EXPECT_EQ(config.architecture, "qwen2");
    EXPECT_EQ(config.layers, 24);
    EXPECT_EQ(config.heads, 14);
    EXPECT_EQ(config.kvHeads, 2);
    EXPECT_EQ(config.vocabulary, 151936);
    EXPECT_EQ(config.queryKeyRows, RowOrder::natural);
    EXPECT_FLOAT_EQ(config.normEpsilon, 1e-6F);
    EXPECT_NE(file->find("blk.0.attn_q.bias"), nullptr);
    EXPECT_EQ(file->find("blk.24.attn_q.bias"), nullptr);

    const Vocabulary vocabulary = file->vocabulary();
    EXPECT_EQ(vocabulary.preTokenizer, PreTokenizer::qwen2);
    EXPECT_TRUE(vocabulary.normalizesToNfc);
    EXPECT_EQ(vocabulary.types[151657], PieceType::userDefined);
    EXPECT_EQ(vocabulary.endId, 151645);
}

TEST(RealModels, GemmaIsReadWithItsSlidingLayers) {
    ASTERISM_MODEL_OR_SKIP(path, "gemma-3-270m-q4_k_m.gguf");
    const auto file = openModelFile(path);
    const ModelConfig config = readModelConfig(*file);
    EXPECT_EQ(config.architecture, "gemma3");
    EXPECT_EQ(config.layers, 18);
    EXPECT_EQ(config.headDim, 256);
    EXPECT_EQ(config.slidingWindow, 512);
    EXPECT_TRUE(config.slides(4));
    EXPECT_FALSE(config.slides(5));
    EXPECT_TRUE(config.slides(6));
    EXPECT_FALSE(config.slides(17));
    EXPECT_DOUBLE_EQ(config.rope.frequencies[64], std::pow(1e6, -0.5));
    EXPECT_DOUBLE_EQ(config.slidingRope.frequencies[64], std::pow(1e4, -0.5));
    EXPECT_FLOAT_EQ(config.embeddingScale, std::sqrt(640.0F));
    EXPECT_FLOAT_EQ(config.attentionScale, 1.0F / 16.0F);
    EXPECT_EQ(config.normOffset, 0.0F);
    EXPECT_TRUE(config.hasQueryKeyNorm && config.hasPostNorms);

    const Vocabulary vocabulary = file->vocabulary();
    EXPECT_EQ(vocabulary.kind, TokenizerKind::sentencePiece);
    EXPECT_EQ(vocabulary.scores.size(), 262144U);
    EXPECT_TRUE(vocabulary.addsBegin);
    EXPECT_FALSE(vocabulary.addsSpacePrefix);
    EXPECT_EQ(vocabulary.beginId, 2);
}

// The limits leave room for a slow, busy machine; opening takes a fraction of them.
TEST(RealModels, OpeningSmolLm2DoesNotMakeTheReaderWait) {
    ASTERISM_MODEL_OR_SKIP(path, "smollm2-135m-instruct-q4_1.gguf");
    const Stopwatch watch;
    openModelFile(path);
    RecordProperty("milliseconds", static_cast<int>(watch.seconds() * 1000.0));
    EXPECT_LT(watch.seconds(), 1.0);
}

TEST(RealModels, OpeningGemmaDoesNotMakeTheReaderWait) {
    ASTERISM_MODEL_OR_SKIP(path, "gemma-3-270m-q4_k_m.gguf");
    const Stopwatch watch;
    openModelFile(path);
    RecordProperty("milliseconds", static_cast<int>(watch.seconds() * 1000.0));
    EXPECT_LT(watch.seconds(), 4.0);
}

}  // namespace
}  // namespace asterism
