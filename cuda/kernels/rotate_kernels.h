#pragma once

#include <cuda_runtime_api.h>

#include "cuda/kernels/attention_args.h"

namespace asterism::cuda {

// Rotated copies for kernels that attend many rows at once: each key is rotated once a call, not
// once for every tile of queries that reads it.

inline constexpr std::int32_t kTileKeys = 64;  // keys of a piece in the copies below

// queries [tokens, heads, headDim] bf16 -> the same, rotated.
struct RotateQueriesArgs {
    AttentionShape shape;
    const void* queries;
    void* rotated;
};
void rotateQueries(const RotateQueriesArgs& args, cudaStream_t stream);

// Keys and values of all segments, of any KV type, as bf16 [kvHeads, pieces * kTileKeys, headDim],
// the keys rotated. Every segment begins at a piece of its own; what pads its last one is zero.
struct GatherKeysArgs {
    AttentionShape shape;
    const SegmentEntry* segments;
    const PieceEntry* pieces;  // of kTileKeys keys
    std::int32_t pieceCount;
    void* keys;
    void* values;
};
void gatherKeys(const GatherKeysArgs& args, cudaStream_t stream);

}  // namespace asterism::cuda
