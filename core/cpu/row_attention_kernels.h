#pragma once

#include <cstdint>

#include "core/cpu/attention_kernels.h"

namespace asterism::cpu {

constexpr std::int64_t kRowKeys = 64;  // keys that are scored at a time
constexpr std::int64_t kMostRows = 8;  // query rows of one key head whose values are added at once

// A tile of at most kRowKeys keys of one head, read once for all its query rows.
struct RowTile {
    const KeyValueView* view = nullptr;
    std::int64_t head = 0;
    std::int64_t first = 0;
    std::int64_t count = 0;
    int rows = 0;                    // 1 to kMostRows, to be scored any number
    KeyRotation rotation;            // of the tile's first key on
    const float* queries = nullptr;  // [rows, headDim], rotated and scaled
    float* scores = nullptr;         // [rows, kRowKeys]
    float* outputs = nullptr;        // [rows, headDim]
};

// Softmax attention of a few query rows, as in decoding, for one instruction set: the lanes of the
// vectors are the dimensions of a head, and cached keys and values are widened in registers.
struct RowAttentionKernels {
    std::int64_t lanes;  // the head size and the rotated pairs must be multiples of it

    // rotated = the query turned by cosines and sines [pairs].
    void (*rotateRow)(const float* query, const float* cosines, const float* sines,
                      std::int64_t pairs, std::int64_t headDim, float* rotated);
    // scores[row, k] = keys[k] . queries[row], base-2 logarithms
    void (*score)(const RowTile& tile);
    // scores become weights 2^(score - maximum); one row; returns the factor of earlier outputs.
    float (*soften)(float* scores, std::int64_t count, float* maximum, float* sum);
    // outputs[row] = outputs[row] * factors[row] + sum_k weights[row, k] * values[k]; the weights
    // in tile.scores may be changed.
    void (*accumulate)(const RowTile& tile, const float* factors);
    // output = factor * output + partFactor * part
    void (*mergeRow)(const float* part, float partFactor, float factor, std::int64_t headDim,
                     float* output);
};

const RowAttentionKernels& rowAttentionKernels(InstructionSet set);

// Fetches the row that the next tile of the same head reads in this one's place: other heads come
// in between, so the processor does not see the pattern.
inline void prefetchNextTile(const std::uint8_t* row, std::int64_t rowBytes) {
    constexpr std::int64_t kCacheLine = 64;
    for (std::int64_t at = 0; at < rowBytes; at += kCacheLine)
        __builtin_prefetch(row + kRowKeys * rowBytes + at);
}

}  // namespace asterism::cpu
