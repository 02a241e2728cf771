#pragma once

#include <cuda_runtime_api.h>

#include "cuda/kernels/attention_args.h"

namespace asterism::cuda {

// Attention of many rows by tiles on the tensor cores (the online softmax of FlashAttention-2,
// arXiv 2307.08691), bf16 products with f32 sums, for head sizes 64, 128 and 256. Reads the copies
// that rotate_kernels.h makes.
struct TileAttentionArgs {
    AttentionShape shape;
    const void* queries;  // [tokens, heads, headDim], bf16, rotated
    const void* keys;     // [kvHeads, rows, headDim], bf16, rotated
    const void* values;
    const SegmentEntry* segments;
    std::int32_t segmentCount;
    std::int64_t rows;    // of the keys; every segment begins at a multiple of kTileKeys
    void* output;         // [tokens, heads, headDim]
    DataType outputType;  // f32 or bf16
    float* logSumExp;     // [tokens, heads]
};
void tileAttention(const TileAttentionArgs& args, cudaStream_t stream);

// Shared memory that a block takes; 0 if the head size has no kernel.
std::int64_t tileAttentionSharedBytes(std::int64_t headDim);

}  // namespace asterism::cuda
