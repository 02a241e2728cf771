#include "core/model/config_reading.h"

#include <cmath>
#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "core/base/error.h"
#include "core/model/in_quotes.h"
#include "core/model/rope_frequencies.h"

namespace asterism {

namespace {

constexpr std::int64_t kMaxLayers = 1024;
constexpr std::int64_t kMaxWidth = std::int64_t{1} << 20;
constexpr std::int64_t kMaxVocabulary = std::int64_t{1} << 24;
constexpr std::int64_t kMaxHeads = 4096;
constexpr std::int64_t kMaxHeadDim = 1024;

std::int64_t readHeadDim(const Metadata& metadata, const std::string& prefix,
                         const ModelConfig& config) {
    const std::string key = prefix + "attention.key_length";
    if (!metadata.has(key) && config.hidden % config.heads != 0)
        throw Error(metadata.source(), ": embedding_length ", config.hidden,
                    " is not a multiple of head_count ", config.heads,
                    " and no key_length is given");
    const std::int64_t headDim =
        metadata.integer(key, 2, kMaxHeadDim, config.hidden / config.heads);
    if (headDim < 2 || headDim > kMaxHeadDim || headDim % 2 != 0)
        throw Error(metadata.source(), ": heads of ", headDim,
                    " values are not supported; even sizes up to ", kMaxHeadDim, " are");
    const std::int64_t valueDim =
        metadata.integer(prefix + "attention.value_length", 1, kMaxHeadDim, headDim);
    if (valueDim != headDim)
        throw Error(metadata.source(), ": value heads of ", valueDim, " beside key heads of ",
                    headDim, " values are not supported");
    return headDim;
}

float readNormEpsilon(const Metadata& metadata, const std::string& key) {
    const double epsilon = metadata.number(key);
    if (epsilon < 0.0 || epsilon > 0.1)
        throw Error(metadata.source(), ": setting ", inQuotes(key), " is ", epsilon,
                    "; a number from 0 to 0.1 is expected");
    return static_cast<float>(epsilon);
}

// Compares what a file holds with what a model needs.
class TensorChecker {
  public:
    explicit TensorChecker(const ModelFile& file) : m_file(file) {}

    void require(const std::string& name, std::int64_t rows, std::int64_t columns) {
        if (!m_file.find(name))
            throw Error(m_file.path().string(), ": tensor ", name, " of ", rows, " x ", columns,
                        " values is missing; the model is incomplete");
        allow(name, rows, columns);
    }

    void allow(const std::string& name, std::int64_t rows, std::int64_t columns) {
        const StoredTensor* tensor = m_file.find(name);
        if (!tensor) return;
        if (tensor->rows != rows || tensor->columns != columns)
            throw Error(m_file.path().string(), ": tensor ", name, " is ", tensor->rows, " x ",
                        tensor->columns, "; ", rows, " x ", columns, " is expected");
        m_names.insert(name);
    }

    void finish(const std::string& architecture) const {
        for (const StoredTensor& tensor : m_file.tensors())
            if (!m_names.contains(tensor.name))
                throw Error(m_file.path().string(), ": tensor ", inQuotes(tensor.name),
                            " has no place in a model of the ", architecture, " architecture");
    }

  private:
    const ModelFile& m_file;
    std::set<std::string, std::less<>> m_names;
};

void checkLayer(TensorChecker& checker, const ModelConfig& config, const std::string& layer,
                QueryKeyValueBias bias) {
    const std::int64_t queries = config.heads * config.headDim;
    const std::int64_t keys = config.kvHeads * config.headDim;
    checker.require(layer + "attn_norm.weight", 1, config.hidden);
    checker.require(layer + "attn_q.weight", queries, config.hidden);
    checker.require(layer + "attn_k.weight", keys, config.hidden);
    checker.require(layer + "attn_v.weight", keys, config.hidden);
    checker.require(layer + "attn_output.weight", config.hidden, queries);
    checker.require(layer + "ffn_norm.weight", 1, config.hidden);
    checker.require(layer + "ffn_gate.weight", config.feedForward, config.hidden);
    checker.require(layer + "ffn_up.weight", config.feedForward, config.hidden);
    checker.require(layer + "ffn_down.weight", config.hidden, config.feedForward);
    const auto checkBias = [&](const std::string& name, std::int64_t columns) {
        if (bias == QueryKeyValueBias::required)
            checker.require(name, 1, columns);
        else
            checker.allow(name, 1, columns);
    };
    checkBias(layer + "attn_q.bias", queries);
    checkBias(layer + "attn_k.bias", keys);
    checkBias(layer + "attn_v.bias", keys);
    if (config.hasQueryKeyNorm) {
        checker.require(layer + "attn_q_norm.weight", 1, config.headDim);
        checker.require(layer + "attn_k_norm.weight", 1, config.headDim);
    }
    if (config.hasPostNorms) {
        checker.require(layer + "post_attention_norm.weight", 1, config.hidden);
        checker.require(layer + "post_ffw_norm.weight", 1, config.hidden);
    }
}

}  // namespace

ModelConfig readCommonConfig(const ModelFile& file, const std::string& architecture) {
    const Metadata& metadata = file.metadata();
    const std::string prefix = architecture + ".";
    ModelConfig config;
    config.architecture = architecture;
    config.name = metadata.text("general.name", file.path().stem().string());
    config.layers = metadata.integer(prefix + "block_count", 1, kMaxLayers);
    config.hidden = metadata.integer(prefix + "embedding_length", 1, kMaxWidth);
    config.feedForward = metadata.integer(prefix + "feed_forward_length", 1, kMaxWidth);
    config.heads = metadata.integer(prefix + "attention.head_count", 1, kMaxHeads);
    config.kvHeads =
        metadata.integer(prefix + "attention.head_count_kv", 1, config.heads, config.heads);
    if (config.heads % config.kvHeads != 0)
        throw Error(metadata.source(), ": head_count ", config.heads,
                    " is not a multiple of head_count_kv ", config.kvHeads);
    config.headDim = readHeadDim(metadata, prefix, config);
    config.normEpsilon = readNormEpsilon(metadata, prefix + "attention.layer_norm_rms_epsilon");
    config.attentionScale =
        static_cast<float>(1.0 / std::sqrt(static_cast<double>(config.headDim)));
    config.window = readWindow(file, prefix);
    config.rope = readRope(file, prefix, config.headDim);

    const StoredTensor* embeddings = file.find("token_embd.weight");
    if (!embeddings) throw Error(metadata.source(), ": tensor token_embd.weight is missing");
    if (embeddings->rows > kMaxVocabulary)
        throw Error(metadata.source(), ": token_embd.weight has ", embeddings->rows,
                    " rows; at most ", kMaxVocabulary, " tokens are supported");
    config.vocabulary = embeddings->rows;
    refuseSetting(file, prefix + "expert_count", "a mixture of experts");
    return config;
}

void refuseSetting(const ModelFile& file, const std::string& key, std::string_view what) {
    const Metadata& metadata = file.metadata();
    if (!metadata.has(key)) return;
    if (metadata.number(key) != 0.0)
        throw Error(metadata.source(), ": ", what, " (", key, " = ", metadata.number(key),
                    ") is not supported");
}

void readSlidingLayers(const ModelFile& file, ModelConfig& config, std::int64_t usualPeriod) {
    const Metadata& metadata = file.metadata();
    const std::string key = config.architecture + ".attention.sliding_window";
    const std::string patternKey = key + "_pattern";
    config.slidingWindow = metadata.integer(key, 0, INT32_MAX, 0);
    if (config.slidingWindow == 0) return;
    config.slidingLayers.assign(static_cast<std::size_t>(config.layers), true);
    if (metadata.isArray(patternKey)) {
        const std::vector<std::int64_t> flags = metadata.integers(patternKey);
        if (flags.size() != config.slidingLayers.size())
            throw Error(metadata.source(), ": ", patternKey, " has ", flags.size(), " entries for ",
                        config.layers, " layers");
        for (std::size_t i = 0; i < flags.size(); ++i) config.slidingLayers[i] = flags[i] != 0;
    } else {
        const std::int64_t period = metadata.integer(patternKey, 0, kMaxLayers, usualPeriod);
        for (std::size_t i = 0; i < config.slidingLayers.size(); ++i)
            config.slidingLayers[i] =
                period == 0 || (static_cast<std::int64_t>(i) + 1) % period != 0;
    }
}

void checkTensors(const ModelFile& file, const ModelConfig& config, QueryKeyValueBias bias) {
    TensorChecker checker(file);
    checker.require("token_embd.weight", config.vocabulary, config.hidden);
    checker.require("output_norm.weight", 1, config.hidden);
    checker.allow("output.weight", config.vocabulary, config.hidden);
    checker.allow("rope_freqs.weight", 1, config.rope.dimensions / 2);
    for (std::int64_t layer = 0; layer < config.layers; ++layer)
        checkLayer(checker, config, "blk." + std::to_string(layer) + ".", bias);
    checker.finish(config.architecture);
}

}  // namespace asterism
