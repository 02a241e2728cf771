#include "tests/support/safetensors_writer.h"

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <stdexcept>
#include <utility>

#include "core/model/config.h"
#include "core/model/model_file.h"
#include "tests/support/test_files.h"

namespace asterism::test {

namespace {

using nlohmann::json;

const std::vector<std::pair<std::string, std::string>> kLayerNames{
    {"attn_norm", "input_layernorm"},
    {"attn_q", "self_attn.q_proj"},
    {"attn_k", "self_attn.k_proj"},
    {"attn_v", "self_attn.v_proj"},
    {"attn_output", "self_attn.o_proj"},
    {"attn_q_norm", "self_attn.q_norm"},
    {"attn_k_norm", "self_attn.k_norm"},
    {"ffn_gate", "mlp.gate_proj"},
    {"ffn_up", "mlp.up_proj"},
    {"ffn_down", "mlp.down_proj"},
    {"post_attention_norm", "post_attention_layernorm"},
    {"post_ffw_norm", "post_feedforward_layernorm"},
};

std::vector<float> floatsOf(const StoredTensor& tensor) {
    std::vector<float> values(tensor.bytes.size() / sizeof(float));
    std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
    return values;
}

// Row 2 i + h of a head's interleaved rows is row h * headDim / 2 + i of its natural ones.
std::vector<float> naturalRows(const StoredTensor& tensor, std::int64_t headDim) {
    const std::vector<float> stored = floatsOf(tensor);
    std::vector<float> values(stored.size());
    for (std::int64_t row = 0; row < tensor.rows; ++row) {
        const std::int64_t inHead = row % headDim;
        const std::int64_t natural = row - inHead + inHead % 2 * headDim / 2 + inHead / 2;
        const auto from = static_cast<std::size_t>(row * tensor.columns);
        const auto to = static_cast<std::size_t>(natural * tensor.columns);
        std::memcpy(&values[to], &stored[from],
                    static_cast<std::size_t>(tensor.columns) * sizeof(float));
    }
    return values;
}

json configOf(const ModelConfig& config, const TinyModelOptions& options) {
    static const std::vector<std::pair<std::string, std::string>> kNames{
        {"llama", "LlamaForCausalLM"},
        {"qwen2", "Qwen2ForCausalLM"},
        {"qwen3", "Qwen3ForCausalLM"},
        {"gemma3", "Gemma3ForCausalLM"}};
    json settings{{"hidden_size", config.hidden},
                  {"num_hidden_layers", config.layers},
                  {"intermediate_size", config.feedForward},
                  {"num_attention_heads", config.heads},
                  {"num_key_value_heads", config.kvHeads},
                  {"head_dim", config.headDim},
                  {"max_position_embeddings", config.window},
                  {"rms_norm_eps", config.normEpsilon},
                  {"rope_theta", 10000.0},
                  {"tie_word_embeddings", !options.hasOutput},
                  {"vocab_size", config.vocabulary}};
    for (const auto& [gguf, huggingFace] : kNames)
        if (gguf == config.architecture) settings["architectures"] = {huggingFace};
    if (config.architecture == "gemma3") {
        settings["sliding_window"] = config.slidingWindow;
        settings["sliding_window_pattern"] = 2;
        settings["query_pre_attn_scalar"] = config.headDim;
        settings["hidden_activation"] = "gelu_pytorch_tanh";
    }
    return settings;
}

}  // namespace

std::string folderTensorName(const std::string& name, bool isGemma) {
    if (name == "token_embd.weight") return "model.embed_tokens.weight";
    if (name == "output_norm.weight") return "model.norm.weight";
    if (name == "output.weight") return "lm_head.weight";
    const std::size_t dot = name.find('.', 4);
    const std::size_t last = name.rfind('.');
    const std::string part = name.substr(dot + 1, last - dot - 1);
    const std::string layer = "model.layers." + name.substr(4, dot - 3);
    if (part == "ffn_norm")
        return layer + (isGemma ? "pre_feedforward_layernorm" : "post_attention_layernorm") +
               name.substr(last);
    for (const auto& [gguf, huggingFace] : kLayerNames)
        if (gguf == part) return layer + huggingFace + name.substr(last);
    throw std::invalid_argument("no such tensor: " + name);
}

json tokenizerJson(const Vocabulary& vocabulary) {
    json vocab = json::object();
    json added = json::array();
    for (std::size_t i = 0; i < vocabulary.pieces.size(); ++i) {
        if (vocabulary.types[i] == PieceType::control)
            added.push_back({{"id", i}, {"content", vocabulary.pieces[i]}, {"special", true}});
        else
            vocab[vocabulary.pieces[i]] = i;
    }
    const json digits{{"type", "Digits"}, {"individual_digits", true}};
    const json byteLevel{{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", true}};
    return {{"model", {{"type", "BPE"}, {"vocab", vocab}, {"merges", vocabulary.merges}}},
            {"added_tokens", added},
            {"normalizer", nullptr},
            {"pre_tokenizer", {{"type", "Sequence"}, {"pretokenizers", {digits, byteLevel}}}}};
}

SafetensorsWriter& SafetensorsWriter::add(const std::string& name, const std::string& type,
                                          const std::vector<std::int64_t>& shape,
                                          std::string_view data) {
    const std::size_t begin = m_data.size();
    m_data += data;
    header[name] = {{"dtype", type}, {"shape", shape}, {"data_offsets", {begin, m_data.size()}}};
    return *this;
}

std::string SafetensorsWriter::bytes() const {
    return safetensorsFile(header.dump(), m_data);
}

std::string safetensorsFile(std::string_view header, std::string_view data) {
    const std::uint64_t length = header.size();
    std::string bytes(reinterpret_cast<const char*>(&length), sizeof(length));
    bytes += header;
    bytes += data;
    return bytes;
}

void writeTinyFolder(const std::filesystem::path& folder, const TinyModelOptions& options) {
    const TempDir temporary;
    writeTinyModel(temporary / "tiny.gguf", options);
    const std::unique_ptr<ModelFile> file = openModelFile(temporary / "tiny.gguf");
    const ModelConfig config = readModelConfig(*file);
    const bool isGemma = config.architecture == "gemma3";
    SafetensorsWriter writer;
    for (const StoredTensor& tensor : file->tensors()) {
        const bool isQueryOrKey = tensor.name.find("attn_q.weight") != std::string::npos ||
                                  tensor.name.find("attn_k.weight") != std::string::npos;
        std::vector<float> values = isQueryOrKey && config.queryKeyRows == RowOrder::interleaved
                                        ? naturalRows(tensor, config.headDim)
                                        : floatsOf(tensor);
        if (isGemma && tensor.name.find("norm") != std::string::npos)
            for (float& value : values) value -= 1.0F;
        std::vector<std::int64_t> shape{tensor.columns};
        if (tensor.rows > 1) shape.insert(shape.begin(), tensor.rows);
        writer.add(folderTensorName(tensor.name, isGemma), "F32", shape,
                   {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
    }
    const Vocabulary vocabulary = file->vocabulary();
    std::filesystem::create_directories(folder);
    writeFile(folder / "model.safetensors", writer.bytes());
    writeFile(folder / "config.json", configOf(config, options).dump());
    writeFile(folder / "tokenizer.json", tokenizerJson(vocabulary).dump());
    writeFile(folder / "tokenizer_config.json",
              json{{"bos_token", vocabulary.pieces[kTinyTurnBegin]},
                   {"eos_token", {{"content", vocabulary.pieces[kTinyTurnEnd]}}},
                   {"chat_template", vocabulary.chatTemplate}}
                  .dump());
}

}  // namespace asterism::test
