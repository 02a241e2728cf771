#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/data_type.h"
#include "core/model/config.h"
#include "core/model/model_file.h"

namespace asterism::test {

// A slow transformer in double precision that the engine is tested against. It knows nothing of
// blocks, caches or merging: one pass over all tokens at once, where for every pair of tokens it is
// written down whether the one sees the other and how far apart they stand. Everything that Star
// Attention does to positions and visibility is then a matter of filling in an AttentionMap
// (reference_maps.h).

// Row-major values.
struct Matrix {
    Matrix() = default;
    Matrix(std::int64_t rowCount, std::int64_t columnCount)
        : rows(rowCount),
          columns(columnCount),
          values(static_cast<std::size_t>(rowCount * columnCount)) {}
    std::span<double> row(std::int64_t index) {
        return std::span(values).subspan(static_cast<std::size_t>(index * columns),
                                         static_cast<std::size_t>(columns));
    }
    std::span<const double> row(std::int64_t index) const {
        return std::span(values).subspan(static_cast<std::size_t>(index * columns),
                                         static_cast<std::size_t>(columns));
    }
    double& at(std::int64_t r, std::int64_t c) { return row(r)[static_cast<std::size_t>(c)]; }
    double at(std::int64_t r, std::int64_t c) const { return row(r)[static_cast<std::size_t>(c)]; }

    std::int64_t rows = 0;
    std::int64_t columns = 0;
    std::vector<double> values;
};

// What every token sees of every other.
struct AttentionMap {
    explicit AttentionMap(std::int64_t tokens)
        : visible(tokens, tokens), distance(tokens, tokens), tokenDistance(tokens, tokens) {}
    // 1 where the row's token sees the column's, else 0. Sliding-window layers hide more by
    // themselves: see tokenDistance.
    Matrix visible;
    // Position of the row's token minus position of the column's, as rotation sees it.
    Matrix distance;
    // The same in sliding-window layers, which take tokens where they truly are: for rotation, and
    // for the window (a token sees those less than the window away).
    Matrix tokenDistance;

    // The row sees the column, and both distances are the same.
    void see(std::int64_t row, std::int64_t column, double apart) {
        see(row, column, apart, apart);
    }
    void see(std::int64_t row, std::int64_t column, double apart, double tokensApart) {
        visible.at(row, column) = 1;
        distance.at(row, column) = apart;
        tokenDistance.at(row, column) = tokensApart;
    }
};

struct ReferenceLayer {
    Matrix attentionNorm;  // gains are matrices of one row; no rows where a model has none
    Matrix query, key, value;
    Matrix queryBias, keyBias, valueBias;
    Matrix queryNorm, keyNorm;
    Matrix attentionOutput, attentionPostNorm;
    Matrix feedForwardNorm, gate, up, down, feedForwardPostNorm;
};

struct ReferencePass {
    std::vector<Matrix> keys;    // one per layer: [tokens, kvHeads * headDim], un-rotated
    std::vector<Matrix> values;  // likewise
    Matrix hidden;               // [tokens, hidden], after the last norm
    // Softmax weight of the last token on every token, mean over heads and layers; its sum is 1.
    std::vector<double> lastMass;

    // Sum of lastMass over the tokens [begin, end).
    double mass(std::int64_t begin, std::int64_t end) const;
};

class ReferenceModel {
  public:
    // Reads and dequantises all weights.
    explicit ReferenceModel(const ModelFile& file);

    const ModelConfig& config() const { return m_config; }
    ReferencePass run(std::span<const TokenId> tokens, const AttentionMap& map) const;
    // Logits after one token of a pass.
    std::vector<double> logits(const ReferencePass& pass, std::int64_t token) const;

  private:
    void attentionPart(std::size_t layer, const AttentionMap& map, Matrix& hidden,
                       ReferencePass& pass) const;
    Matrix attend(std::size_t layer, const Matrix& queries, const AttentionMap& map,
                  ReferencePass& pass) const;
    std::vector<double> attentionWeights(std::size_t layer, std::int64_t head, std::int64_t token,
                                         const Matrix& queries, const Matrix& keys,
                                         const AttentionMap& map) const;
    void feedForwardPart(std::size_t layer, Matrix& hidden) const;

    ModelConfig m_config;
    Matrix m_embedding;
    std::vector<ReferenceLayer> m_layers;
    Matrix m_outputNorm;
    Matrix m_output;
};

// -log of the softmax of `logits` at `token`.
double negativeLogLikelihood(std::span<const double> logits, TokenId token);

}  // namespace asterism::test
