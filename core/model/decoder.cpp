#include "core/model/decoder.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/error.h"

namespace asterism {

namespace {

void checkTokens(std::span<const TokenId> tokens, std::int64_t vocabulary) {
    for (const TokenId token : tokens)
        if (token < 0 || token >= vocabulary)
            throw Error("token ", token, " is not in the model's vocabulary of ", vocabulary,
                        "; the ids come from another model");
}

// Up to where any kernel may begin to read.
std::int64_t aligned(std::int64_t values) {
    constexpr std::int64_t kValues = 128;
    return (values + kValues - 1) / kValues * kValues;
}

// The first values of work space.
TensorView firstOf(const Tensor& work, Shape shape) {
    return work.view().slice(0, shape.elements()).reshaped(shape);
}

[[noreturn]] void throwNotFinite() {
    throw Error(
        "the model computed a number that is not finite; its file is damaged or holds weights "
        "this precision cannot carry: check it with `model info`");
}

}  // namespace

Decoder::Decoder(const ModelConfig& config, const ModelWeights& weights, Backend& backend)
    : m_config(config), m_weights(weights), m_backend(backend) {}

std::int64_t Decoder::evenValues(std::int64_t tokens) const {
    return tokens * std::max(m_config.hidden, m_config.heads * m_config.headDim);
}

std::int64_t Decoder::oddValues(std::int64_t tokens) const {
    const std::int64_t rows = std::min(tokens, m_backend.rowsAtOnce());
    return std::max(evenValues(tokens), aligned(rows * m_config.feedForward) * 2);
}

std::int64_t Decoder::missingWorkValues(std::int64_t tokens) const {
    if (tokens <= m_capacity) return 0;
    return tokens * (m_config.hidden + 2 * m_config.kvHeads * m_config.headDim) +
           evenValues(tokens) + oddValues(tokens);
}

void Decoder::reserve(std::int64_t tokens) {
    if (tokens <= m_capacity) return;
    const std::int64_t keys = m_config.kvHeads * m_config.headDim;
    m_hidden = m_backend.activations({tokens, m_config.hidden});
    m_keys = m_backend.activations({tokens, keys});
    m_values = m_backend.activations({tokens, keys});
    m_even = m_backend.activations({evenValues(tokens)});
    m_odd = m_backend.activations({oddValues(tokens)});
    m_capacity = tokens;
}

TensorView Decoder::run(std::span<const TokenId> tokens, LayerAttention& attention,
                        const std::stop_token& stop) {
    checkTokens(tokens, m_config.vocabulary);
    const auto count = static_cast<std::int64_t>(tokens.size());
    reserve(count);
    const TensorView hidden = m_hidden.view().slice(0, count);
    m_backend.embed(*m_weights.embedding, tokens, m_config.embeddingScale, hidden);
    for (std::int64_t layer = 0; layer < m_config.layers; ++layer) {
        if (stop.stop_requested()) throw Stopped();
        attentionPart(layer, count, attention);
        for (std::int64_t row = 0; row < count; row += m_backend.rowsAtOnce())
            feedForwardPart(layer,
                            hidden.slice(row, std::min(count, row + m_backend.rowsAtOnce())));
    }
    return hidden;
}

void Decoder::attentionPart(std::int64_t layer, std::int64_t tokens, LayerAttention& attention) {
    const LayerWeights& weights = m_weights.layers[static_cast<std::size_t>(layer)];
    const TensorView hidden = m_hidden.view().slice(0, tokens);
    const Shape queryShape{tokens, m_config.heads, m_config.headDim};
    const Shape queryRowShape{tokens, m_config.heads * m_config.headDim};
    const TensorView normed = firstOf(m_even, hidden.shape);
    const TensorView queries = firstOf(m_odd, queryRowShape);
    const TensorView keys = m_keys.view().slice(0, tokens);
    const TensorView values = m_values.view().slice(0, tokens);
    const TensorView attended = firstOf(m_even, queryRowShape);

    m_backend.normedLinears({hidden, *weights.attentionNorm, m_config.normEpsilon, normed},
                            {{*weights.query, weights.queryBias.get(), queries},
                             {*weights.key, weights.keyBias.get(), keys},
                             {*weights.value, weights.valueBias.get(), values}});
    if (m_config.hasQueryKeyNorm) {
        const TensorView queryRows = queries.reshaped({tokens * m_config.heads, m_config.headDim});
        const TensorView keyRows = keys.reshaped({tokens * m_config.kvHeads, m_config.headDim});
        m_backend.rmsNorm(queryRows, *weights.queryNorm, m_config.normEpsilon, queryRows);
        m_backend.rmsNorm(keyRows, *weights.keyNorm, m_config.normEpsilon, keyRows);
    }
    const Shape keyShape{tokens, m_config.kvHeads, m_config.headDim};
    attention.attend(layer, queries.reshaped(queryShape), keys.reshaped(keyShape),
                     values.reshaped(keyShape), attended.reshaped(queryShape));
    addProduct(attended, *weights.attentionOutput, weights.attentionPostNorm.get(), hidden,
               firstOf(m_odd, hidden.shape));
}

// hidden += input * weight, with a norm in between where the model has one. `product`: work space.
void Decoder::addProduct(const TensorView& input, const Weight& weight, const Weight* norm,
                         const TensorView& hidden, const TensorView& product) {
    if (!norm) return m_backend.addLinear(input, weight, hidden, product);
    m_backend.linear(input, weight, nullptr, product);
    m_backend.rmsNorm(product, *norm, m_config.normEpsilon, product);
    m_backend.add(product, hidden);
}

void Decoder::feedForwardPart(std::int64_t layer, const TensorView& hidden) {
    const LayerWeights& weights = m_weights.layers[static_cast<std::size_t>(layer)];
    const Shape shape{hidden.rows(), m_config.feedForward};
    const TensorView normed = firstOf(m_even, hidden.shape);
    const TensorView gate = firstOf(m_odd, shape);
    const std::int64_t first = aligned(shape.elements());
    const TensorView up = m_odd.view().slice(first, first + shape.elements()).reshaped(shape);

    m_backend.normedGate({hidden, *weights.feedForwardNorm, m_config.normEpsilon, normed},
                         {*weights.gate, nullptr, gate}, {*weights.up, nullptr, up},
                         m_config.activation);
    addProduct(gate, *weights.down, weights.feedForwardPostNorm.get(), hidden, normed);
}

TensorView Decoder::computeLogits(const TensorView& hidden, const Penalty& penalty) {
    const TensorView normed = firstOf(m_even, hidden.shape);
    if (m_logits.isEmpty() || m_logits.view().rows() < hidden.rows())
        m_logits = m_backend.floats({hidden.rows(), m_config.vocabulary});
    const TensorView output = m_logits.view().slice(0, hidden.rows());
    m_backend.normedLinears({hidden, *m_weights.outputNorm, m_config.normEpsilon, normed},
                            {{*m_weights.output, nullptr, output}});
    if (!penalty.tokens.empty()) m_backend.penalize(output, penalty.tokens, penalty.factor);
    return output;
}

std::vector<float> Decoder::download(const TensorView& logits) {
    std::vector<float> values(static_cast<std::size_t>(logits.elements()));
    m_backend.download(logits, std::as_writable_bytes(std::span(values)));
    return values;
}

std::vector<float> Decoder::logits(const TensorView& hidden) {
    std::vector<float> values = download(computeLogits(hidden));
    if (!std::all_of(values.begin(), values.end(),
                     [](float value) { return std::isfinite(value); }))
        throwNotFinite();
    return values;
}

TokenId Decoder::likeliest(const TensorView& hidden, const Penalty& penalty) {
    const std::int64_t token = m_backend.largest(computeLogits(hidden, penalty));
    if (token < 0) throwNotFinite();
    return static_cast<TokenId>(token);
}

std::vector<TokenId> Decoder::likeliestOfEach(const TensorView& hidden) {
    const TensorView output = computeLogits(hidden);
    std::vector<TokenId> tokens;
    for (std::int64_t row = 0; row < output.rows(); ++row) {
        const std::int64_t token = m_backend.largest(output.slice(row, row + 1));
        if (token < 0) throwNotFinite();
        tokens.push_back(static_cast<TokenId>(token));
    }
    return tokens;
}

TopValues Decoder::topLogits(const TensorView& hidden, const Penalty& penalty, std::int64_t count,
                             double temperature) {
    auto top = m_backend.top(computeLogits(hidden, penalty), count, temperature);
    if (!top) throwNotFinite();
    return std::move(*top);
}

std::vector<float> Decoder::allLogits() {
    return download(m_logits.view().slice(0, 1));
}

}  // namespace asterism
