#pragma once

#include <cstdint>

#include "core/cpu/instruction_set.h"
#include "core/key_values.h"

namespace asterism::cpu {

constexpr std::int64_t kMaxHeadDim = 512;

// Floats from one key of a tile to the next: constant, so that the micro-kernel needs one pointer,
// and no power of two, so that the rows of a tile spread over the cache.
constexpr std::int64_t keyStride(std::int64_t headDim) {
    return headDim <= 64 ? 80 : headDim <= 128 ? 144 : headDim <= 256 ? 272 : 528;
}

// Scores below this mean "not visible"; finite, so that differences never become NaN.
constexpr float kMasked = -1e30F;

// cos and sin of the angles that key 0, 1, ... of a run is rotated by, [keys, pairs] each.
struct KeyRotation {
    const float* cosines = nullptr;
    const float* sines = nullptr;
    std::int64_t pairs = 0;
    // The same of the first keys as multiples of 1 / 32767, if pairs is a multiple of 32; see
    // RotaryTables.
    const std::int16_t* words = nullptr;
};

// Which keys of one tile a query row sees; both counted in tokens relative to the call's first
// query token.
struct TileMask {
    std::int32_t firstKey = 0;  // place of the tile's key 0
    std::int32_t window = 0;    // 0: no window
    std::int64_t sinkKeys = 0;  // keys of the tile that stay visible outside the window
};

// Softmax attention on tiles, for one instruction set. Query rows (heads of a group x tokens) are
// the lanes of the vectors: a panel holds `panelRows` of them as [headDim, panelRows], so that
// maxima, sums and masks need nothing across lanes. Scores are base-2 logarithms. Tiles of keys and
// values, rotated panels and weights are packed: of a type and in an order that only the kernels
// know, in memory for as many floats as the f32 kernels need.
struct AttentionKernels {
    std::int64_t panelRows;
    std::int64_t headStep;    // the head size must be a multiple of it
    std::int64_t keyTile;     // keys that are scored at a time
    std::int64_t tileValues;  // query values of one tile: they stay in the second-level cache

    // Keys [first, first + count) of a head, rotated; in f32 keyStride(headDim) apart.
    void (*loadKeys)(const KeyValueView& from, std::int64_t head, std::int64_t first,
                     std::int64_t count, const KeyRotation& rotation, float* keys);
    // Values [first, first + count) of a head: in `values`, or where they are stored as they are
    // needed; in f32 headDim apart.
    const float* (*loadValues)(const KeyValueView& from, std::int64_t head, std::int64_t first,
                               std::int64_t count, float* values);
    // rotated = queries turned by cosines and sines [pairs, panelRows].
    void (*rotatePanel)(const float* queries, const float* cosines, const float* sines,
                        std::int64_t pairs, std::int64_t headDim, float* rotated);
    // scores[k, row] = keys[k] . queries[row]; room for keyTile keys.
    void (*score)(const float* keys, std::int64_t count, const float* queries, std::int64_t headDim,
                  float* scores);
    // Sets the scores of invisible keys to kMasked.
    void (*mask)(const TileMask& mask, const std::int32_t* rowTokens, std::int64_t count,
                 float* scores);
    // Turns scores into weights 2^(score - maximum), updates the rows' running maxima and sums
    // and says by what earlier outputs must be multiplied.
    void (*soften)(std::int64_t count, float* scores, float* maxima, float* sums, float* factors);
    // outputs[d, row] = outputs * factors + sum_k weights[k, row] * values[k, d]
    void (*accumulate)(const float* weights, const float* values, std::int64_t count,
                       const float* factors, std::int64_t headDim, float* outputs);
    // Merges the state (outputs, maxima, sums) of a part into that of the whole.
    void (*mergePanel)(const float* outputs, const float* maxima, const float* sums,
                       std::int64_t headDim, float* allOutputs, float* allMaxima, float* allSums);
    // Readies the calling thread for the others, and undoes that; may be null.
    void (*begin)();
    void (*end)();
};

// In f32.
const AttentionKernels& attentionKernels(InstructionSet set);

}  // namespace asterism::cpu
