#pragma once

#include <cuda_runtime_api.h>

#include "cuda/kernels/attention_args.h"

namespace asterism::cuda {

// Attention of few rows over many keys, as in decoding: keys and values are read once, in their
// stored type and un-rotated, for all query heads that share them, and go through the tensor cores.
// For keys and values of one type, bf16 or q8, head sizes 64 and 128, all of it rotated.
// Every block of threads attends to one piece of the keys and writes a partial of its own.
struct RowAttentionArgs {
    AttentionShape shape;
    const void* queries;  // [tokens, heads, headDim], bf16, un-rotated
    const SegmentEntry* segments;
    const PieceEntry* pieces;
    std::int32_t pieceCount;
    KvType type;
    float* outputs;     // [pieces, tokens, heads, headDim]
    float* logSumExps;  // [pieces, tokens, heads]
};
void rowAttention(const RowAttentionArgs& args, cudaStream_t stream);

bool rowAttentionTakes(const AttentionShape& shape, KvType type);

// Blocks of threads that a piece takes.
std::int64_t rowAttentionBlocks(const AttentionShape& shape);

}  // namespace asterism::cuda
