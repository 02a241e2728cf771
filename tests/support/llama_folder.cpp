#include "tests/support/llama_folder.h"

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/model/config.h"
#include "core/model/dequantize.h"
#include "tests/support/safetensors_writer.h"
#include "tests/support/test_files.h"

namespace asterism::test {

namespace {

using nlohmann::json;

json configJson(const ModelFile& file, const ModelConfig& config) {
    return {{"architectures", {"LlamaForCausalLM"}},
            {"hidden_size", config.hidden},
            {"num_hidden_layers", config.layers},
            {"intermediate_size", config.feedForward},
            {"num_attention_heads", config.heads},
            {"num_key_value_heads", config.kvHeads},
            {"max_position_embeddings", config.window},
            {"rms_norm_eps", config.normEpsilon},
            {"rope_theta", file.metadata().number("llama.rope.freq_base")},
            {"tie_word_embeddings", file.find("output.weight") == nullptr},
            {"vocab_size", config.vocabulary}};
}

// Names, shapes and places of all tensors, in the file's order.
std::string header(const ModelFile& file) {
    json header = json::object();
    std::int64_t begin = 0;
    for (const StoredTensor& tensor : file.tensors()) {
        const std::int64_t end =
            begin + tensor.rows * tensor.columns * static_cast<std::int64_t>(sizeof(float));
        json shape = json::array({tensor.columns});
        if (tensor.rows > 1) shape = {tensor.rows, tensor.columns};
        header[folderTensorName(tensor.name, false)] = {
            {"dtype", "F32"}, {"shape", shape}, {"data_offsets", {begin, end}}};
        begin = end;
    }
    return header.dump();
}

// Where row `row` of a projection stands in the interleaved order: within a head, the natural rows
// i and headDim / 2 + i are neighbours.
std::int64_t interleavedRow(std::int64_t row, std::int64_t headDim) {
    const std::int64_t inHead = row % headDim;
    const std::int64_t half = headDim / 2;
    return row - inHead + 2 * (inHead % half) + inHead / half;
}

void writeTensor(std::ofstream& out, const StoredTensor& tensor, const ModelConfig& config) {
    const bool isInterleaved =
        tensor.name.ends_with("attn_q.weight") || tensor.name.ends_with("attn_k.weight");
    const auto bytes = static_cast<std::size_t>(rowBytes(tensor.type, tensor.columns));
    std::vector<float> values(static_cast<std::size_t>(tensor.columns));
    for (std::int64_t row = 0; row < tensor.rows; ++row) {
        const std::int64_t from = isInterleaved ? interleavedRow(row, config.headDim) : row;
        dequantize(tensor.type, tensor.bytes.subspan(static_cast<std::size_t>(from) * bytes, bytes),
                   values);
        out.write(reinterpret_cast<const char*>(values.data()),
                  static_cast<std::streamsize>(values.size() * sizeof(float)));
    }
}

}  // namespace

void writeLlamaFolder(const ModelFile& file, const std::filesystem::path& folder) {
    const ModelConfig config = readModelConfig(file);
    const Vocabulary vocabulary = file.vocabulary();
    std::filesystem::create_directories(folder);
    std::ofstream out(folder / "model.safetensors", std::ios::binary);
    out << safetensorsFile(header(file), {});
    for (const StoredTensor& tensor : file.tensors()) writeTensor(out, tensor, config);
    out.close();
    if (!out) throw std::runtime_error(folder.string() + ": cannot be written");
    const auto piece = [&](TokenId id) {
        return vocabulary.pieces.at(static_cast<std::size_t>(id));
    };
    writeFile(folder / "config.json", configJson(file, config).dump());
    writeFile(folder / "tokenizer.json", tokenizerJson(vocabulary).dump());
    writeFile(folder / "tokenizer_config.json", json{{"bos_token", piece(vocabulary.beginId)},
                                                     {"eos_token", piece(vocabulary.endId)},
                                                     {"chat_template", vocabulary.chatTemplate}}
                                                    .dump());
}

}  // namespace asterism::test
