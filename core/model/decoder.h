#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "core/backend.h"
#include "core/model/config.h"
#include "core/model/weights.h"

namespace asterism {

// Thrown where a run notices that it was asked to stop; the engine turns it into a normal result.
class Stopped {};

// What a run of tokens attends to, layer by layer: the only thing in which context encoding, query
// encoding and the other attention modes differ. The decoder calls it once per layer, in order.
class LayerAttention {
  public:
    virtual ~LayerAttention() = default;
    // queries [tokens, heads, headDim], keys and values [tokens, kvHeads, headDim], all un-rotated
    // and of activation type; fills output, shaped as queries.
    virtual void attend(std::int64_t layer, const TensorView& queries, const TensorView& keys,
                        const TensorView& values, const TensorView& output) = 0;
};

// Tokens whose logits are changed before one is chosen; see penalized().
struct Penalty {
    std::span<const TokenId> tokens;  // each once
    double factor = 1;
};

// The layer loop of a decoder-only transformer, for every architecture of ModelConfig. Owns the
// work space of its rank, which grows to the longest run seen. One thread at a time.
class Decoder {
  public:
    // All three must outlive the decoder.
    Decoder(const ModelConfig& config, const ModelWeights& weights, Backend& backend);

    // Runs tokens through all layers. Returns their hidden states after the last layer,
    // [tokens, hidden], valid until the next call. Throws Stopped between layers when asked to
    // stop, and Error if a token is outside the vocabulary.
    TensorView run(std::span<const TokenId> tokens, LayerAttention& attention,
                   const std::stop_token& stop);
    // Logits of hidden states that run() returned: [rows, vocabulary] on the host. Throws Error if
    // one is not a finite number: the weights or the cached keys and values are damaged.
    std::vector<float> logits(const TensorView& hidden);
    // The token of the largest logit of one hidden state, the first of equals. Throws as logits().
    TokenId likeliest(const TensorView& hidden, const Penalty& penalty);
    // The same of each of several, unpenalised.
    std::vector<TokenId> likeliestOfEach(const TensorView& hidden);
    // The most likely tokens of one hidden state, `count` at most, and the weight of all at a
    // temperature. Throws as logits().
    TopValues topLogits(const TensorView& hidden, const Penalty& penalty, std::int64_t count,
                        double temperature);
    // All logits that the last topLogits() looked at, penalised.
    std::vector<float> allLogits();

    const ModelConfig& config() const { return m_config; }
    // Values of activation type that the work space takes which a run of so many tokens needs; 0 if
    // it is there already.
    std::int64_t missingWorkValues(std::int64_t tokens) const;

  private:
    // Values of the two parts of the work space that change their meaning.
    std::int64_t evenValues(std::int64_t tokens) const;
    std::int64_t oddValues(std::int64_t tokens) const;
    void reserve(std::int64_t tokens);
    void attentionPart(std::int64_t layer, std::int64_t tokens, LayerAttention& attention);
    void addProduct(const TensorView& input, const Weight& weight, const Weight* norm,
                    const TensorView& hidden, const TensorView& product);
    TensorView computeLogits(const TensorView& hidden, const Penalty& penalty = {});
    std::vector<float> download(const TensorView& logits);
    void feedForwardPart(std::int64_t layer, const TensorView& hidden);

    const ModelConfig& m_config;
    const ModelWeights& m_weights;
    Backend& m_backend;
    std::int64_t m_capacity = 0;  // tokens the work space holds
    Tensor m_hidden;              // [capacity, hidden]
    Tensor m_keys, m_values;      // [capacity, kvHeads * headDim]
    // What one step of a layer leaves for the next stands in these in turn: normed input, queries,
    // what they attended to, its product; then, for rowsAtOnce() rows, normed input, gate and up,
    // their product.
    Tensor m_even, m_odd;
    Tensor m_logits;  // [rows of the largest call, vocabulary], f32
};

}  // namespace asterism
