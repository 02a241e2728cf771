#pragma once

#include <cuda_runtime_api.h>

#include "cuda/kernels/attention_args.h"

namespace asterism::cuda {

// Attention of any rows over any segments in f32 arithmetic, for every head size (a multiple of 8,
// kMostHeadDim at most), KV type and activation type: what the faster kernels do not take, and
// what they are checked against. Every block of threads attends to one piece of the keys and
// writes a partial of its own.
inline constexpr std::int64_t kMostHeadDim = 256;

struct SplitAttentionArgs {
    AttentionShape shape;
    const void* queries;  // [tokens, heads, headDim], un-rotated
    DataType queryType;
    const SegmentEntry* segments;
    const PieceEntry* pieces;
    std::int32_t pieceCount;
    float* outputs;     // [pieces, tokens, heads, headDim]
    float* logSumExps;  // [pieces, tokens, heads]
};
void splitAttention(const SplitAttentionArgs& args, cudaStream_t stream);

// Blocks of threads that a piece takes.
std::int64_t splitAttentionBlocks(const AttentionShape& shape);

}  // namespace asterism::cuda
