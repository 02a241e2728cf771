#include "core/model/config.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/error.h"
#include "core/model/gguf.h"
#include "tests/support/test_files.h"
#include "tests/support/tiny_model.h"

namespace asterism {
namespace {

using test::GgufWriter;
using test::TinyModelOptions;

class ConfigTest : public ::testing::Test {
  protected:
    ModelConfig read(const std::string& bytes) {
        test::writeFile(m_folder / "tiny.gguf", bytes);
        return readModelConfig(*openModelFile(m_folder / "tiny.gguf"));
    }
    ModelConfig read(const GgufWriter& writer) { return read(writer.bytes()); }

    std::string errorOf(const GgufWriter& writer) { return errorOf(writer.bytes()); }
    std::string errorOf(const std::string& bytes) {
        try {
            read(bytes);
        } catch (const Error& error) {
            return error.what();
        }
        return {};
    }

    test::TempDir m_folder;
};

void expectMentions(const std::string& message, const std::string& part) {
    EXPECT_NE(message.find(part), std::string::npos) << "message: " << message;
}

TEST_F(ConfigTest, ReadsATinyModelOfEveryArchitecture) {
    for (const Architecture& architecture : architectures()) {
        SCOPED_TRACE(architecture.name);
        const ModelConfig config = read(test::tinyModel({.architecture = architecture.name}));
        EXPECT_EQ(config.architecture, architecture.name);
        EXPECT_EQ(config.layers, 2);
        EXPECT_EQ(config.hidden, 64);
        EXPECT_EQ(config.heads, 4);
        EXPECT_EQ(config.kvHeads, 2);
        EXPECT_EQ(config.headDim, 16);
        EXPECT_EQ(config.vocabulary, 269);
        EXPECT_EQ(config.window, 4096);
        EXPECT_EQ(config.attentionScale, 0.25F);
    }
}

TEST_F(ConfigTest, ReadsTinyModelsOfEveryType) {
    for (const DataType type :
         {DataType::f16, DataType::bf16, DataType::q8_0, DataType::q4_0, DataType::q4_1,
          DataType::q5_0, DataType::q5_1, DataType::q4_k, DataType::q5_k, DataType::q6_k}) {
        TinyModelOptions options{.hidden = 256, .feedForward = 256, .headDim = 64};
        options.weights = type;
        EXPECT_EQ(read(test::tinyModel(options)).hidden, 256) << dataTypeInfo(type).name;
    }
}

TEST_F(ConfigTest, GemmaSlidesInAllButEveryNthLayer) {
    TinyModelOptions options{.architecture = "gemma3", .layers = 4, .slidingWindow = 8};
    const ModelConfig config = read(test::tinyModel(options));
    EXPECT_EQ(config.slidingWindow, 8);
    EXPECT_EQ(config.slidingLayers, (std::vector<bool>{true, false, true, false}));
    EXPECT_FLOAT_EQ(config.embeddingScale, 8.0F);
    EXPECT_EQ(config.activation, Activation::geluTanh);
}

TEST_F(ConfigTest, NamesTheKnownArchitecturesForAnUnknownOne) {
    expectMentions(errorOf(GgufWriter().add("general.architecture", "mamba")),
                   "known are llama, qwen2, qwen3, gemma3");
}

TEST_F(ConfigTest, NamesATensorThatIsMissing) {
    std::string bytes = test::tinyModel({.architecture = "llama"}).bytes();
    const std::size_t name = bytes.find("blk.0.ffn_up.weight");
    bytes.replace(name, 5, "blk.7");
    expectMentions(errorOf(bytes), "tensor blk.0.ffn_up.weight of 128 x 64 values is missing");
}

TEST_F(ConfigTest, NamesATensorOfTheWrongShape) {
    std::string bytes = test::tinyModel({.architecture = "llama"}).bytes();
    // The dimensions follow the name and their count.
    const std::size_t name = bytes.find("blk.1.ffn_down.weight");
    const std::size_t dimensions = name + 21 + 4;
    std::swap_ranges(bytes.begin() + static_cast<std::ptrdiff_t>(dimensions),
                     bytes.begin() + static_cast<std::ptrdiff_t>(dimensions + 8),
                     bytes.begin() + static_cast<std::ptrdiff_t>(dimensions + 8));
    expectMentions(errorOf(bytes), "blk.1.ffn_down.weight is 128 x 64; 64 x 128 is expected");
}

TEST_F(ConfigTest, RefusesATensorThatTheLayersWouldIgnore) {
    GgufWriter writer = test::tinyModel({.architecture = "llama"});
    writer.addTensor("blk.0.attn_output.bias", {64}, std::vector<float>(64));
    expectMentions(errorOf(writer), "\"blk.0.attn_output.bias\" has no place");
}

TEST_F(ConfigTest, RefusesAMixtureOfExperts) {
    GgufWriter writer = test::tinyModel({.architecture = "llama"});
    expectMentions(errorOf(writer.add("llama.expert_count", std::uint32_t{8})),
                   "mixture of experts");
}

TEST_F(ConfigTest, RefusesCappedLogits) {
    GgufWriter writer = test::tinyModel({.architecture = "gemma3"});
    expectMentions(errorOf(writer.add("gemma3.final_logit_softcapping", 30.0F)),
                   "capping of logits");
}

TEST_F(ConfigTest, RefusesHeadsThatDoNotGroup) {
    expectMentions(errorOf(test::tinyModel({.heads = 4, .kvHeads = 3})), "not a multiple");
    expectMentions(errorOf(test::tinyModel({.heads = 4, .kvHeads = 5})), "from 1 to 4");
    expectMentions(errorOf(test::tinyModel({.headDim = 15})), "even sizes");
}

TEST_F(ConfigTest, StoredFactorsDivideTheFrequencies) {
    GgufWriter writer = test::tinyModel({.architecture = "llama"});
    writer.addTensor("rope_freqs.weight", {8}, std::vector<float>{1, 1, 1, 1, 2, 4, 8, 8});
    const ModelConfig config = read(writer);
    EXPECT_DOUBLE_EQ(config.rope.frequencies[3], std::pow(1e4, -3.0 / 8.0));
    EXPECT_DOUBLE_EQ(config.rope.frequencies[7], std::pow(1e4, -7.0 / 8.0) / 8.0);
}

TEST_F(ConfigTest, RefusesStoredFactorsThatAreNoFactors) {
    const float nan = std::nanf("");
    for (const float bad : {0.0F, -1.0F, nan, HUGE_VALF}) {
        GgufWriter writer = test::tinyModel({.architecture = "llama"});
        writer.addTensor("rope_freqs.weight", {8}, std::vector<float>{1, 1, 1, bad, 1, 1, 1, 1});
        expectMentions(errorOf(writer), "value 3 of rope_freqs.weight");
    }
    GgufWriter writer = test::tinyModel({.architecture = "llama"});
    writer.addTensor("rope_freqs.weight", {4}, std::vector<float>{1, 1, 1, 1});
    expectMentions(errorOf(writer), "1 x 8 of type F32 is expected");
}

TEST_F(ConfigTest, LinearScalingStretchesEveryPair) {
    GgufWriter writer = test::tinyModel({.architecture = "gemma3"});
    writer.add("gemma3.rope.scaling.type", "linear").add("gemma3.rope.scaling.factor", 8.0F);
    const ModelConfig config = read(writer);
    EXPECT_DOUBLE_EQ(config.rope.frequencies[0], 1.0 / 8.0);
    EXPECT_DOUBLE_EQ(config.slidingRope.frequencies[0], 1.0);
}

// Values of the definition in the paper, worked out by hand for 8 pairs, base 10,000, 64
// trained tokens: the ramp runs from pair 0 to pair 3.
TEST_F(ConfigTest, YarnKeepsFastPairsAndStretchesSlowOnes) {
    GgufWriter writer = test::tinyModel({.architecture = "qwen2", .window = 64});
    writer.add("qwen2.rope.scaling.type", "yarn")
        .add("qwen2.rope.scaling.factor", 4.0F)
        .add("qwen2.rope.scaling.original_context_length", std::uint32_t{64});
    const ModelConfig config = read(writer);
    EXPECT_EQ(config.window, 256);
    EXPECT_FLOAT_EQ(config.rope.magnitude, static_cast<float>(0.1 * std::log(4.0) + 1.0));
    // Beta fast 32: pair < 0, so 0. Beta slow 1: 16 ln(64 / 2 pi) / (2 ln 10000) = 2.02, so 3.
    EXPECT_DOUBLE_EQ(config.rope.frequencies[0], 1.0);
    const double second = 1.0 - 1.0 / 3.0 + 1.0 / 3.0 / 4.0;
    EXPECT_NEAR(config.rope.frequencies[1], std::pow(1e4, -1.0 / 8.0) * second, 1e-12);
    EXPECT_NEAR(config.rope.frequencies[3], std::pow(1e4, -3.0 / 8.0) / 4.0, 1e-12);
    EXPECT_NEAR(config.rope.frequencies[7], std::pow(1e4, -7.0 / 8.0) / 4.0, 1e-12);
}

TEST_F(ConfigTest, NamesTheKnownRopeScalings) {
    GgufWriter writer = test::tinyModel({.architecture = "llama"});
    expectMentions(errorOf(writer.add("llama.rope.scaling.type", "longrope")),
                   "known are none, linear, llama3 and yarn");
}

TEST_F(ConfigTest, RefusesNumbersThatAreNone) {
    GgufWriter writer = test::tinyModel({.architecture = "gemma3"});
    expectMentions(errorOf(writer.add("gemma3.rope.freq_base_swa", std::nanf(""))),
                   "a finite number is expected");
}

}  // namespace
}  // namespace asterism
