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

// Keys and values of all segments, of any KV type, as bf16 [kvHeads, rows, headDim], the keys
// rotated: those of a segment from row SegmentEntry::gatheredRow on.
struct GatherKeysArgs {
    AttentionShape shape;
    const SegmentEntry* segments;
    const PieceEntry* pieces;  // of kTileKeys keys
    std::int32_t pieceCount;
    bool padsPieces;  // writes zeros behind the last key of a segment, up to a whole piece
    std::int64_t rows;
    void* keys;
    void* values;
};
void gatherKeys(const GatherKeysArgs& args, cudaStream_t stream);

// Both need heads whose rotated part, and its rest, come in runs of 16 bytes.
bool rotatesRuns(const AttentionShape& shape);

}  // namespace asterism::cuda
