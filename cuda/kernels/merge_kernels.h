#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "cuda/kernels/attention_args.h"

namespace asterism::cuda {

// Merges of partials by log-sum-exp (core/softmax_partial.h). No partials merge to the empty one.

// outputs [pieces, rows, headDim] and logSumExps [pieces, rows] -> one partial of all rows.
struct MergePiecesArgs {
    const float* outputs;
    const float* logSumExps;
    std::int32_t pieces;
    std::int64_t rows;
    std::int64_t headDim;
    void* output;
    DataType outputType;  // f32 or bf16
    float* logSumExp;
    // Log-sum-exp of every segment for one token, the rows [firstRow, firstRow + heads):
    const SegmentEntry* segments = nullptr;
    std::int32_t segmentCount = 0;  // 0: not wanted
    std::int64_t firstRow = 0;
    std::int32_t heads = 0;
    float* segmentLogSumExps = nullptr;  // [segments, heads]
};
void mergePieces(const MergePiecesArgs& args, cudaStream_t stream);

// [heads, rows] -> the first `tokens` of the rows as [tokens, heads].
struct OrderByTokenArgs {
    const float* byHead;
    std::int64_t rows;
    std::int64_t tokens;
    std::int32_t heads;
    float* byToken;
};
void orderByToken(const OrderByTokenArgs& args, cudaStream_t stream);

// Merges parts [count, rows * headDim + rows], each its outputs and behind them its log-sum-exps.
struct MergePartsArgs {
    const float* parts;
    std::int32_t count;
    std::int64_t rows;
    std::int64_t headDim;
    void* output;         // [rows, headDim]
    DataType outputType;  // f32 or bf16
    float* logSumExp;
};
void mergeParts(const MergePartsArgs& args, cudaStream_t stream);

// Merges `part` into `sum`.
struct MergeArgs {
    const float* partOutput;  // [rows, headDim]
    const float* partLogSumExp;
    float* sumOutput;
    float* sumLogSumExp;
    std::int64_t rows;
    std::int64_t headDim;
};
void merge(const MergeArgs& args, cudaStream_t stream);

}  // namespace asterism::cuda
