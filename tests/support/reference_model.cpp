#include "tests/support/reference_model.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/error.h"
#include "core/model/dequantize.h"
#include "core/weight.h"
#include "tests/support/reference_ops.h"

namespace asterism::test {

namespace {

// A tensor in doubles, its rows in half-split order; no rows if the file does not have it.
Matrix readOptional(const ModelFile& file, const std::string& name, HostWeight order = {}) {
    const StoredTensor* stored = file.find(name);
    if (!stored) return {};
    Matrix matrix(stored->rows, stored->columns);
    std::vector<float> row(static_cast<std::size_t>(stored->columns));
    const auto bytes = static_cast<std::size_t>(rowBytes(stored->type, stored->columns));
    for (std::int64_t i = 0; i < stored->rows; ++i) {
        const auto at = static_cast<std::size_t>(storedRow(order, i));
        dequantize(stored->type, stored->bytes.subspan(at * bytes, bytes), row);
        std::copy(row.begin(), row.end(), matrix.row(i).begin());
    }
    return matrix;
}

Matrix read(const ModelFile& file, const std::string& name, HostWeight order = {}) {
    Matrix matrix = readOptional(file, name, order);
    if (matrix.rows == 0) throw Error(file.path().string(), ": tensor ", name, " is missing");
    return matrix;
}

Matrix readGain(const ModelFile& file, const std::string& name, const ModelConfig& config) {
    Matrix gain = readOptional(file, name);
    for (double& value : gain.values) value += static_cast<double>(config.normOffset);
    return gain;
}

ReferenceLayer readLayer(const ModelFile& file, const ModelConfig& config, std::size_t index) {
    const std::string prefix = "blk." + std::to_string(index) + ".";
    HostWeight queryKey;
    queryKey.rowOrder = config.queryKeyRows;
    queryKey.headDim = config.headDim;

    ReferenceLayer layer;
    layer.attentionNorm = readGain(file, prefix + "attn_norm.weight", config);
    layer.query = read(file, prefix + "attn_q.weight", queryKey);
    layer.key = read(file, prefix + "attn_k.weight", queryKey);
    layer.value = read(file, prefix + "attn_v.weight");
    layer.queryBias = readOptional(file, prefix + "attn_q.bias");
    layer.keyBias = readOptional(file, prefix + "attn_k.bias");
    layer.valueBias = readOptional(file, prefix + "attn_v.bias");
    layer.queryNorm = readGain(file, prefix + "attn_q_norm.weight", config);
    layer.keyNorm = readGain(file, prefix + "attn_k_norm.weight", config);
    layer.attentionOutput = read(file, prefix + "attn_output.weight");
    layer.attentionPostNorm = readGain(file, prefix + "post_attention_norm.weight", config);
    layer.feedForwardNorm = readGain(file, prefix + "ffn_norm.weight", config);
    layer.gate = read(file, prefix + "ffn_gate.weight");
    layer.up = read(file, prefix + "ffn_up.weight");
    layer.down = read(file, prefix + "ffn_down.weight");
    layer.feedForwardPostNorm = readGain(file, prefix + "post_ffw_norm.weight", config);
    return layer;
}

double dot(std::span<const double> a, std::span<const double> b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

// output[t, o] = sum_i input[t, i] weight[o, i] + bias[o]
Matrix linear(const Matrix& input, const Matrix& weight, const Matrix& bias = {}) {
    Matrix output(input.rows, weight.rows);
    for (std::int64_t t = 0; t < input.rows; ++t)
        for (std::int64_t o = 0; o < weight.rows; ++o)
            output.at(t, o) =
                dot(input.row(t), weight.row(o)) + (bias.rows == 0 ? 0.0 : bias.at(0, o));
    return output;
}

void add(const Matrix& term, Matrix& sum) {
    std::transform(sum.values.begin(), sum.values.end(), term.values.begin(), sum.values.begin(),
                   std::plus<>());
}

// Divides every run of gain.columns values by its root mean square; as it was if there is no gain.
Matrix rmsNorm(const Matrix& input, const Matrix& gain, float epsilon) {
    if (gain.rows == 0) return input;
    Matrix output = input;
    const auto width = static_cast<std::size_t>(gain.columns);
    for (std::size_t begin = 0; begin < output.values.size(); begin += width) {
        const std::span run = std::span(output.values).subspan(begin, width);
        const double meanSquare = dot(run, run) / static_cast<double>(width);
        const double factor = 1.0 / std::sqrt(meanSquare + static_cast<double>(epsilon));
        for (std::size_t i = 0; i < width; ++i) run[i] *= factor * gain.values[i];
    }
    return output;
}

// One query head against one key head that stands `distance` positions before it: the rotations of
// both only leave that of the difference (arXiv 2104.09864).
double rotatedDot(std::span<const double> query, std::span<const double> key, double distance,
                  const RopeConfig& rope) {
    const auto pairs = static_cast<std::size_t>(rope.dimensions / 2);
    const double magnitude =
        static_cast<double>(rope.magnitude) * static_cast<double>(rope.magnitude);
    double sum = 0;
    for (std::size_t i = 0; i < pairs; ++i) {
        const double cosine = std::cos(distance * rope.frequencies[i]);
        const double sine = std::sin(distance * rope.frequencies[i]);
        const double along = query[i] * key[i] + query[i + pairs] * key[i + pairs];
        const double across = query[i] * key[i + pairs] - query[i + pairs] * key[i];
        sum += magnitude * (along * cosine + across * sine);
    }
    return sum + dot(query.subspan(2 * pairs), key.subspan(2 * pairs));
}

// Scores of -infinity get no weight; every token sees at least itself.
std::vector<double> softmax(std::span<const double> scores) {
    const double top = *std::max_element(scores.begin(), scores.end());
    std::vector<double> weights;
    for (const double score : scores) weights.push_back(std::exp(score - top));
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (double& weight : weights) weight /= sum;
    return weights;
}

double activate(double x, Activation activation) {
    return activation == Activation::silu ? referenceSilu(x) : referenceGeluTanh(x);
}

}  // namespace

double ReferencePass::mass(std::int64_t begin, std::int64_t end) const {
    return std::accumulate(lastMass.begin() + begin, lastMass.begin() + end, 0.0);
}

ReferenceModel::ReferenceModel(const ModelFile& file) : m_config(readModelConfig(file)) {
    m_embedding = read(file, "token_embd.weight");
    for (std::size_t i = 0; i < static_cast<std::size_t>(m_config.layers); ++i)
        m_layers.push_back(readLayer(file, m_config, i));
    m_outputNorm = readGain(file, "output_norm.weight", m_config);
    m_output = file.find("output.weight") ? read(file, "output.weight") : m_embedding;
}

ReferencePass ReferenceModel::run(std::span<const TokenId> tokens, const AttentionMap& map) const {
    const auto count = static_cast<std::int64_t>(tokens.size());
    Matrix hidden(count, m_config.hidden);
    for (std::int64_t t = 0; t < count; ++t) {
        const std::span<const double> embedding =
            m_embedding.row(tokens[static_cast<std::size_t>(t)]);
        std::transform(embedding.begin(), embedding.end(), hidden.row(t).begin(),
                       [&](double x) { return x * static_cast<double>(m_config.embeddingScale); });
    }
    ReferencePass pass;
    pass.lastMass.resize(tokens.size());
    for (std::size_t layer = 0; layer < m_layers.size(); ++layer) {
        attentionPart(layer, map, hidden, pass);
        feedForwardPart(layer, hidden);
    }
    pass.hidden = rmsNorm(hidden, m_outputNorm, m_config.normEpsilon);
    return pass;
}

std::vector<double> ReferenceModel::logits(const ReferencePass& pass, std::int64_t token) const {
    std::vector<double> logits;
    for (std::int64_t i = 0; i < m_output.rows; ++i)
        logits.push_back(dot(pass.hidden.row(token), m_output.row(i)));
    return logits;
}

void ReferenceModel::attentionPart(std::size_t layer, const AttentionMap& map, Matrix& hidden,
                                   ReferencePass& pass) const {
    const ReferenceLayer& weights = m_layers[layer];
    const float epsilon = m_config.normEpsilon;
    const Matrix normed = rmsNorm(hidden, weights.attentionNorm, epsilon);
    const Matrix queries =
        rmsNorm(linear(normed, weights.query, weights.queryBias), weights.queryNorm, epsilon);
    pass.keys.push_back(
        rmsNorm(linear(normed, weights.key, weights.keyBias), weights.keyNorm, epsilon));
    pass.values.push_back(linear(normed, weights.value, weights.valueBias));
    const Matrix attended = attend(layer, queries, map, pass);
    const Matrix output = linear(attended, weights.attentionOutput);
    add(rmsNorm(output, weights.attentionPostNorm, epsilon), hidden);
}

Matrix ReferenceModel::attend(std::size_t layer, const Matrix& queries, const AttentionMap& map,
                              ReferencePass& pass) const {
    const auto headDim = static_cast<std::size_t>(m_config.headDim);
    const double share = 1.0 / static_cast<double>(m_config.heads * m_config.layers);
    const Matrix& values = pass.values[layer];

    Matrix output(queries.rows, queries.columns);
    for (std::int64_t head = 0; head < m_config.heads; ++head) {
        const auto at = static_cast<std::size_t>(head) * headDim;
        const auto valueAt = static_cast<std::size_t>(head / m_config.headsPerKvHead()) * headDim;
        for (std::int64_t t = 0; t < queries.rows; ++t) {
            const std::vector<double> weights =
                attentionWeights(layer, head, t, queries, pass.keys[layer], map);
            for (std::int64_t j = 0; j < queries.rows; ++j) {
                const double weight = weights[static_cast<std::size_t>(j)];
                const auto value = values.row(j).subspan(valueAt, headDim);
                const auto to = output.row(t).subspan(at, headDim);
                for (std::size_t i = 0; i < headDim && weight > 0; ++i) to[i] += weight * value[i];
                if (t == queries.rows - 1)
                    pass.lastMass[static_cast<std::size_t>(j)] += weight * share;
            }
        }
    }
    return output;
}

std::vector<double> ReferenceModel::attentionWeights(std::size_t layer, std::int64_t head,
                                                     std::int64_t token, const Matrix& queries,
                                                     const Matrix& keys,
                                                     const AttentionMap& map) const {
    const bool slides = m_config.slides(static_cast<std::int64_t>(layer));
    const RopeConfig& rope = slides ? m_config.slidingRope : m_config.rope;
    const Matrix& distance = slides ? map.tokenDistance : map.distance;
    const auto window = static_cast<double>(m_config.slidingWindow);
    const auto headDim = static_cast<std::size_t>(m_config.headDim);
    const auto at = static_cast<std::size_t>(head) * headDim;
    const auto keyAt = static_cast<std::size_t>(head / m_config.headsPerKvHead()) * headDim;
    const std::span<const double> query = queries.row(token).subspan(at, headDim);

    std::vector<double> scores(static_cast<std::size_t>(keys.rows), -INFINITY);
    for (std::int64_t j = 0; j < keys.rows; ++j) {
        if (map.visible.at(token, j) == 0.0) continue;
        if (slides && map.tokenDistance.at(token, j) >= window) continue;
        const auto key = keys.row(j).subspan(keyAt, headDim);
        scores[static_cast<std::size_t>(j)] = static_cast<double>(m_config.attentionScale) *
                                              rotatedDot(query, key, distance.at(token, j), rope);
    }
    return softmax(scores);
}

void ReferenceModel::feedForwardPart(std::size_t layer, Matrix& hidden) const {
    const ReferenceLayer& weights = m_layers[layer];
    const Matrix normed = rmsNorm(hidden, weights.feedForwardNorm, m_config.normEpsilon);
    Matrix gated = linear(normed, weights.gate);
    const Matrix up = linear(normed, weights.up);
    for (std::size_t i = 0; i < gated.values.size(); ++i)
        gated.values[i] = activate(gated.values[i], m_config.activation) * up.values[i];
    const Matrix output = linear(gated, weights.down);
    add(rmsNorm(output, weights.feedForwardPostNorm, m_config.normEpsilon), hidden);
}

double negativeLogLikelihood(std::span<const double> logits, TokenId token) {
    const double top = *std::max_element(logits.begin(), logits.end());
    double sum = 0;
    for (const double logit : logits) sum += std::exp(logit - top);
    return top + std::log(sum) - logits[static_cast<std::size_t>(token)];
}

}  // namespace asterism::test
