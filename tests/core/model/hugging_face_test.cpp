#include "core/model/hugging_face.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>
#include <string>

#include "core/base/error.h"
#include "core/model/config.h"
#include "core/text/sentence_piece_model.h"
#include "tests/support/safetensors_writer.h"
#include "tests/support/test_files.h"

namespace asterism {
namespace {

using nlohmann::json;
using test::TinyModelOptions;

class HuggingFaceTest : public ::testing::Test {
  protected:
    // A tiny folder whose config.json has these members changed.
    void write(const TinyModelOptions& options, const json& changes = json::object()) {
        test::writeTinyFolder(folder(), options);
        change("config.json", changes);
    }

    void change(const std::string& file, const json& changes) {
        json content = json::parse(test::readFile(folder() / file));
        content.merge_patch(changes);
        test::writeFile(folder() / file, content.dump());
    }

    // merge_patch removes members set to null; this writes the null.
    void setNull(const std::string& member) {
        json content = json::parse(test::readFile(folder() / "config.json"));
        content[member] = nullptr;
        test::writeFile(folder() / "config.json", content.dump());
    }

    ModelConfig read() { return readModelConfig(*openModelFile(folder())); }

    std::string error() {
        try {
            read();
        } catch (const Error& error) {
            return error.what();
        }
        return {};
    }

    std::string vocabularyError() {
        try {
            openModelFile(folder())->vocabulary();
        } catch (const Error& error) {
            return error.what();
        }
        return {};
    }

    std::filesystem::path folder() const { return m_folder / "tiny"; }

    test::TempDir m_folder;
};

void expectMentions(const std::string& message, const std::string& part) {
    EXPECT_NE(message.find(part), std::string::npos) << "message: " << message;
}

TEST_F(HuggingFaceTest, FolderAndGgufOfOneModelSayTheSame) {
    for (const Architecture& architecture : architectures()) {
        SCOPED_TRACE(architecture.name);
        const TinyModelOptions options{.architecture = architecture.name, .hasOutput = true};
        write(options);
        test::writeTinyModel(m_folder / "tiny.gguf", options);
        const auto gguf = openModelFile(m_folder / "tiny.gguf");
        const ModelConfig expected = readModelConfig(*gguf);
        const ModelConfig config = read();
        EXPECT_EQ(config.architecture, expected.architecture);
        EXPECT_EQ(config.layers, expected.layers);
        EXPECT_EQ(config.feedForward, expected.feedForward);
        EXPECT_EQ(config.heads, expected.heads);
        EXPECT_EQ(config.kvHeads, expected.kvHeads);
        EXPECT_EQ(config.vocabulary, expected.vocabulary);
        EXPECT_EQ(config.window, expected.window);
        EXPECT_EQ(config.normEpsilon, expected.normEpsilon);
        EXPECT_EQ(config.attentionScale, expected.attentionScale);
        EXPECT_EQ(config.embeddingScale, expected.embeddingScale);
        EXPECT_EQ(config.rope, expected.rope);
        EXPECT_EQ(config.slidingRope, expected.slidingRope);
        EXPECT_EQ(config.slidingLayers, expected.slidingLayers);
        EXPECT_EQ(config.queryKeyRows, RowOrder::natural);
        EXPECT_EQ(config.normOffset, architecture.name == "gemma3" ? 1.0F : 0.0F);
        EXPECT_EQ(config.name, "tiny");
        EXPECT_EQ(openModelFile(folder())->tensors().size(), gguf->tensors().size());
    }
}

TEST_F(HuggingFaceTest, VocabularyEqualsTheGgufOne) {
    write({});
    test::writeTinyModel(m_folder / "tiny.gguf");
    const Vocabulary expected = openModelFile(m_folder / "tiny.gguf")->vocabulary();
    const Vocabulary vocabulary = openModelFile(folder())->vocabulary();
    EXPECT_EQ(vocabulary.pieces, expected.pieces);
    EXPECT_EQ(vocabulary.types, expected.types);
    EXPECT_EQ(vocabulary.merges, expected.merges);
    EXPECT_EQ(vocabulary.preTokenizer, expected.preTokenizer);
    EXPECT_EQ(vocabulary.beginId, expected.beginId);
    EXPECT_EQ(vocabulary.endId, expected.endId);
    EXPECT_EQ(vocabulary.chatTemplate, expected.chatTemplate);
}

TEST_F(HuggingFaceTest, EndTokensComeFromTheGenerationSettingsToo) {
    write({}, {{"eos_token_id", 0}});
    test::writeFile(folder() / "generation_config.json", R"({"eos_token_id":[2,0,1]})");
    const Vocabulary vocabulary = openModelFile(folder())->vocabulary();
    EXPECT_EQ(vocabulary.endId, test::kTinyTurnEnd);
    EXPECT_EQ(vocabulary.endOfTurnIds, (std::vector<TokenId>{0, 1}));
    test::writeFile(folder() / "generation_config.json", R"({"eos_token_id":269})");
    expectMentions(vocabularyError(), "from 0 to 268");
}

TEST_F(HuggingFaceTest, PrefersASentencePieceModel) {
    write({});
    Vocabulary small;
    small.pieces = {"<unk>", "<|im_start|>", "<|im_end|>", "a"};
    small.types = {PieceType::unknown, PieceType::control, PieceType::control, PieceType::normal};
    small.scores = {0.0F, 0.0F, 0.0F, -1.5F};
    small.unknownId = 0;
    const std::string bytes = writeSentencePieceModel(small);
    test::writeFile(folder() / "tokenizer.model", bytes);
    std::filesystem::remove(folder() / "tokenizer.json");
    const Vocabulary vocabulary = openModelFile(folder())->vocabulary();
    EXPECT_EQ(vocabulary.kind, TokenizerKind::sentencePiece);
    EXPECT_EQ(vocabulary.sentencePieceModel, bytes);
    EXPECT_EQ(vocabulary.unknownId, 0);
    EXPECT_EQ(vocabulary.endId, 2);
    EXPECT_EQ(vocabulary.scores[3], -1.5F);
    EXPECT_EQ(vocabulary.pieces[268], "[PAD268]");
    EXPECT_EQ(vocabulary.types[268], PieceType::unused);
    test::writeFile(folder() / "tokenizer.model", bytes.substr(0, bytes.size() - 1));
    expectMentions(vocabularyError(), "tokenizer.model");
}

TEST_F(HuggingFaceTest, ATemplateFileWinsOverTheSettings) {
    write({});
    test::writeFile(folder() / "chat_template.jinja", "{{ messages }}");
    EXPECT_EQ(openModelFile(folder())->vocabulary().chatTemplate, "{{ messages }}");
}

TEST_F(HuggingFaceTest, ReadsShardsAndMissesNone) {
    write({});
    const std::string whole = test::readFile(folder() / "model.safetensors");
    test::writeFile(folder() / "model-00001-of-00002.safetensors", whole);
    test::writeFile(folder() / "model-00002-of-00002.safetensors",
                    test::SafetensorsWriter().bytes());
    std::filesystem::remove(folder() / "model.safetensors");
    expectMentions(error(), "holds neither model.safetensors");
    const auto writeIndex = [&](const std::string& shard) {
        const json map{{"model.norm.weight", shard}};
        test::writeFile(folder() / "model.safetensors.index.json",
                        json{{"weight_map", map}}.dump());
    };
    writeIndex("model-00001-of-00002.safetensors");
    EXPECT_EQ(error(), "");
    writeIndex("model-00002-of-00002.safetensors");
    expectMentions(error(), "tensor \"model.norm.weight\" is missing");
    writeIndex("../tiny/model-00001-of-00002.safetensors");
    expectMentions(error(), "not the name of a .safetensors file in the same folder");
    writeIndex("absent.safetensors");
    expectMentions(error(), "absent.safetensors: cannot be opened");
}

TEST_F(HuggingFaceTest, ReadsLlama3Scaling) {
    write({.headDim = 64}, {{"rope_theta", 500000.0},
                            {"rope_scaling",
                             {{"rope_type", "llama3"},
                              {"factor", 8.0},
                              {"low_freq_factor", 1.0},
                              {"high_freq_factor", 4.0},
                              {"original_max_position_embeddings", 8192}}}});
    const std::vector<double> frequencies = read().rope.frequencies;
    const auto plain = [](int pair) { return std::pow(5e5, -2.0 * pair / 64.0); };
    EXPECT_DOUBLE_EQ(frequencies[0], 1.0);
    EXPECT_DOUBLE_EQ(frequencies[31], plain(31) / 8.0);
    // Pair 16: 8192 / (2 pi / plain) = 1.844 waves, between 1 and 4.
    const double waves = 8192.0 * plain(16) / (2.0 * std::numbers::pi);
    const double smooth = (waves - 1.0) / 3.0;
    ASSERT_GT(smooth, 0.0);
    ASSERT_LT(smooth, 1.0);
    EXPECT_DOUBLE_EQ(frequencies[16], (1.0 - smooth) * plain(16) / 8.0 + smooth * plain(16));
}

TEST_F(HuggingFaceTest, ReadsTheNewerRopeParameters) {
    write({},
          {{"rope_parameters", {{"rope_type", "linear"}, {"factor", 2.0}, {"rope_theta", 1e6}}}});
    EXPECT_DOUBLE_EQ(read().rope.frequencies[4], std::pow(1e6, -0.5) / 2.0);
    write({.architecture = "gemma3"},
          {{"rope_parameters",
            {{"full_attention", {{"rope_type", "linear"}, {"factor", 8.0}, {"rope_theta", 1e6}}},
             {"sliding_attention", {{"rope_type", "default"}, {"rope_theta", 1e4}}}}}});
    const ModelConfig config = read();
    EXPECT_DOUBLE_EQ(config.rope.frequencies[4], std::pow(1e6, -0.5) / 8.0);
    EXPECT_DOUBLE_EQ(config.slidingRope.frequencies[4], std::pow(1e4, -0.5));
}

TEST_F(HuggingFaceTest, YarnsAttentionFactorReplacesTheUsualOne) {
    const json yarn{{"rope_type", "yarn"}, {"factor", 4.0}, {"attention_factor", 1.25}};
    write({.architecture = "qwen2"}, {{"rope_scaling", yarn}});
    const ModelConfig config = read();
    EXPECT_FLOAT_EQ(config.rope.magnitude, 1.25F);
    EXPECT_EQ(config.window, 4 * 4096);
}

TEST_F(HuggingFaceTest, RefusesUnknownScalings) {
    write({}, {{"rope_scaling", {{"type", "dynamic"}, {"factor", 2.0}}}});
    expectMentions(error(), "known are default, linear, llama3 and yarn");
}

TEST_F(HuggingFaceTest, MistralSlidesInEveryLayerUnlessItsWindowIsNull) {
    write({}, {{"architectures", {"MistralForCausalLM"}}, {"sliding_window", 128}});
    ModelConfig config = read();
    EXPECT_EQ(config.slidingWindow, 128);
    EXPECT_TRUE(config.slides(0) && config.slides(1));
    EXPECT_EQ(config.slidingRope, config.rope);
    setNull("sliding_window");
    config = read();
    EXPECT_EQ(config.slidingWindow, 0);
    EXPECT_FALSE(config.slides(0));
}

TEST_F(HuggingFaceTest, QwenSlidesOnlyWhereItSaysSo) {
    const TinyModelOptions options{.architecture = "qwen2"};
    write(options, {{"sliding_window", 64}, {"max_window_layers", 1}});
    EXPECT_FALSE(read().slides(1));
    change("config.json", {{"use_sliding_window", true}});
    EXPECT_EQ(read().slidingLayers, (std::vector<bool>{false, true}));
    change("config.json", {{"layer_types", {"sliding_attention", "full_attention"}}});
    EXPECT_EQ(read().slidingLayers, (std::vector<bool>{true, false}));
}

TEST_F(HuggingFaceTest, RefusesWhatItWouldGetWrong) {
    write({}, {{"architectures", {"PhiForCausalLM"}}});
    expectMentions(error(), "known are LlamaForCausalLM");
    write({}, {{"quantization_config", {{"bits", 4}}}});
    expectMentions(error(), "quantised Hugging Face folders are not read");
    write({}, {{"hidden_act", "gelu"}});
    expectMentions(error(), "activation \"gelu\"");
    write({}, {{"hidden_size", 65}});
    expectMentions(error(), "is expected");
    write({}, {{"tie_word_embeddings", false}});
    expectMentions(error(), "lm_head.weight is missing");
    write({}, {{"num_hidden_layers", 3}});
    expectMentions(error(), "blk.2.attn_norm.weight");
    write({.architecture = "gemma3"}, {{"final_logit_softcapping", 30.0}});
    expectMentions(error(), "capping of logits");
}

TEST_F(HuggingFaceTest, RefusesATokenizerWithMoreTokensThanEmbeddings) {
    write({});
    change("tokenizer.json", {{"model", {{"vocab", {{"one more", 269}}}}}});
    expectMentions(vocabularyError(), "do not belong together");
}

TEST_F(HuggingFaceTest, LeavesOutAddedTokensWithoutEmbeddings) {
    write({});
    json tokenizer = json::parse(test::readFile(folder() / "tokenizer.json"));
    tokenizer["added_tokens"].push_back({{"id", 269}, {"content", "<image>"}, {"special", true}});
    test::writeFile(folder() / "tokenizer.json", tokenizer.dump());
    EXPECT_EQ(openModelFile(folder())->vocabulary().pieces.size(), 269U);
}

TEST_F(HuggingFaceTest, NamesMissingFiles) {
    std::filesystem::create_directories(folder());
    expectMentions(error(), "holds no config.json");
    write({});
    std::filesystem::remove(folder() / "tokenizer.json");
    expectMentions(vocabularyError(), "neither tokenizer.json nor tokenizer.model");
}

}  // namespace
}  // namespace asterism
