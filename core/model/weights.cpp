#include "core/model/weights.h"

#include <string>

#include "core/base/error.h"

namespace asterism {

namespace {

// Loads the tensors of one file under the names GGUF gives them, with their shapes checked.
class WeightLoader {
  public:
    WeightLoader(const ModelFile& file, const ModelConfig& config, Backend& backend)
        : m_file(file), m_config(config), m_backend(backend) {}

    SharedWeight matrix(const std::string& name, std::int64_t rows, std::int64_t columns,
                        RowOrder order = RowOrder::natural) const {
        HostWeight weight = host(name, rows, columns);
        setOrder(weight, order);
        return m_backend.load(weight);
    }
    SharedWeight vector(const std::string& name, std::int64_t size, float offset = 0.0F) const {
        HostWeight weight = host(name, 1, size);
        weight.offset = offset;
        return m_backend.load(weight);
    }
    // A bias is a vector whose values stand in the order of the projection's rows.
    SharedWeight bias(const std::string& name, std::int64_t size, RowOrder order) const {
        if (!m_file.find(name)) return nullptr;
        HostWeight weight = host(name, 1, size);
        setOrder(weight, order);
        return m_backend.load(weight);
    }
    SharedWeight norm(const std::string& name, std::int64_t size) const {
        return vector(name, size, m_config.normOffset);
    }

  private:
    HostWeight host(const std::string& name, std::int64_t rows, std::int64_t columns) const {
        const StoredTensor* tensor = m_file.find(name);
        if (!tensor)
            throw Error(m_file.path().string(), ": tensor ", name,
                        " is missing; the file is not a complete ", m_config.architecture,
                        " model");
        if (tensor->rows != rows || tensor->columns != columns)
            throw Error(m_file.path().string(), ": tensor ", name, " is ", tensor->rows, " x ",
                        tensor->columns, " where the settings ask for ", rows, " x ", columns);
        return {.type = tensor->type, .rows = rows, .columns = columns, .bytes = tensor->bytes};
    }
    void setOrder(HostWeight& weight, RowOrder order) const {
        weight.rowOrder = order;
        weight.headDim = m_config.headDim;
    }

    const ModelFile& m_file;
    const ModelConfig& m_config;
    Backend& m_backend;
};

LayerWeights loadLayer(const WeightLoader& load, const ModelConfig& config, std::int64_t layer) {
    const std::string prefix = "blk." + std::to_string(layer) + ".";
    const std::int64_t queries = config.heads * config.headDim;
    const std::int64_t keys = config.kvHeads * config.headDim;
    const RowOrder order = config.queryKeyRows;

    LayerWeights weights;
    weights.attentionNorm = load.norm(prefix + "attn_norm.weight", config.hidden);
    weights.query = load.matrix(prefix + "attn_q.weight", queries, config.hidden, order);
    weights.key = load.matrix(prefix + "attn_k.weight", keys, config.hidden, order);
    weights.value = load.matrix(prefix + "attn_v.weight", keys, config.hidden);
    weights.queryBias = load.bias(prefix + "attn_q.bias", queries, order);
    weights.keyBias = load.bias(prefix + "attn_k.bias", keys, order);
    weights.valueBias = load.bias(prefix + "attn_v.bias", keys, RowOrder::natural);
    if (config.hasQueryKeyNorm) {
        weights.queryNorm = load.norm(prefix + "attn_q_norm.weight", config.headDim);
        weights.keyNorm = load.norm(prefix + "attn_k_norm.weight", config.headDim);
    }
    weights.attentionOutput = load.matrix(prefix + "attn_output.weight", config.hidden, queries);
    weights.feedForwardNorm = load.norm(prefix + "ffn_norm.weight", config.hidden);
    weights.gate = load.matrix(prefix + "ffn_gate.weight", config.feedForward, config.hidden);
    weights.up = load.matrix(prefix + "ffn_up.weight", config.feedForward, config.hidden);
    weights.down = load.matrix(prefix + "ffn_down.weight", config.hidden, config.feedForward);
    if (config.hasPostNorms) {
        weights.attentionPostNorm = load.norm(prefix + "post_attention_norm.weight", config.hidden);
        weights.feedForwardPostNorm = load.norm(prefix + "post_ffw_norm.weight", config.hidden);
    }
    return weights;
}

}  // namespace

ModelWeights loadWeights(const ModelFile& file, const ModelConfig& config, Backend& backend) {
    const WeightLoader load(file, config, backend);
    ModelWeights weights;
    weights.embedding = load.matrix("token_embd.weight", config.vocabulary, config.hidden);
    for (std::int64_t layer = 0; layer < config.layers; ++layer)
        weights.layers.push_back(loadLayer(load, config, layer));
    weights.outputNorm = load.norm("output_norm.weight", config.hidden);
    weights.output = file.find("output.weight")
                         ? load.matrix("output.weight", config.vocabulary, config.hidden)
                         : weights.embedding;
    return weights;
}

}  // namespace asterism
