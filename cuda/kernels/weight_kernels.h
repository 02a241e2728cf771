#pragma once

#include <cuda_runtime_api.h>

#include <array>
#include <cstdint>

#include "core/weight.h"
#include "cuda/kernels/weight_view.h"

namespace asterism::cuda {

// Work on weights in GPU memory: bringing them into their planes, and turning quantised values
// into plain ones. Every function puts its work on the stream and throws Error if it cannot.

// Splits blocks as they stand in a model file into the planes of `to`. The planes are written;
// rows are reordered as `order` says.
struct SplitBlocksArgs {
    const std::uint8_t* stored;
    WeightView to;
    RowOrder order;
    std::int64_t headDim;
};
void splitBlocks(const SplitBlocksArgs& args, cudaStream_t stream);

// All values as [rows, columns] of f32 or bf16.
void dequantize(const WeightView& weight, void* to, DataType toType, cudaStream_t stream);

// output[t] = scale * weight[tokens[t]]
struct EmbedArgs {
    WeightView table;
    const TokenId* tokens;  // GPU memory
    std::int64_t count;
    float scale;
    void* output;  // [count, columns]
    DataType type;
};
void embed(const EmbedArgs& args, cudaStream_t stream);

// output[t, o] = sum_i input[t, i] * weight[o, i] (+ bias[o]) (+ what it was) for few tokens: the
// weight is read once and dequantised on the way. Several weights of one type and as many columns
// share a launch.
inline constexpr std::int64_t kRowLinearTokens = 8;
inline constexpr int kMostRowParts = 3;
struct RowLinearPart {
    WeightView weight;
    const float* bias = nullptr;  // may be null
    void* output = nullptr;       // [tokens, rows]
    DataType outputType = DataType::f32;
    bool adds = false;
};
struct RowLinearArgs {
    const void* input;  // [tokens, columns]
    DataType inputType;
    std::int64_t tokens;  // kRowLinearTokens at most
    int partCount;
    std::array<RowLinearPart, kMostRowParts> parts;
};
void rowLinear(const RowLinearArgs& args, cudaStream_t stream);

}  // namespace asterism::cuda
