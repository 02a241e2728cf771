#include "cuda/kernels/merge_kernels.h"

#include <algorithm>
#include <cmath>

#include "core/softmax_partial.h"
#include "cuda/check.h"
#include "cuda/kernels/overlap.cuh"
#include "cuda/kernels/values.cuh"

namespace asterism::cuda {
namespace {

constexpr int kThreads = 128;

constexpr int kPieceWarps = 8;    // that share the pieces of a row
constexpr int kPiecesAtOnce = 4;  // whose loads are on their way together

// A block adds up what the pieces of one segment found; a warp takes a head.
__device__ void mergeSegment(const MergePiecesArgs& args, std::int64_t index) {
    const SegmentEntry& segment = args.segments[index];
    const int lane = static_cast<int>(threadIdx.x) % 32;
    for (int head = static_cast<int>(threadIdx.x) / 32; head < args.heads; head += kPieceWarps) {
        const float* sums = args.logSumExps + segment.firstPiece * args.rows + args.firstRow + head;
        float top = -INFINITY;
        for (int piece = lane; piece < segment.pieces; piece += 32)
            top = fmaxf(top, sums[piece * args.rows]);
        top = warpMax(top);
        float sum = 0;
        for (int piece = lane; top > -INFINITY && piece < segment.pieces; piece += 32)
            sum += expf(sums[piece * args.rows] - top);
        sum = warpSum(sum);
        if (lane == 0)
            args.segmentLogSumExps[index * args.heads + head] =
                sum > 0 ? top + logf(sum) : -INFINITY;
    }
}

// A block merges 32 values of a row; its warps share the pieces and add up what they found. Blocks
// behind those of the rows take a segment each.
__global__ void __launch_bounds__(kPieceWarps * 32) mergePiecesKernel(MergePiecesArgs args) {
    letNextBegin();
    awaitPrevious();
    if (blockIdx.x >= args.rows) {
        if (blockIdx.y == 0) mergeSegment(args, blockIdx.x - args.rows);
        return;
    }
    __shared__ float tops[kPieceWarps];
    __shared__ float sums[kPieceWarps];
    __shared__ float outputs[kPieceWarps][32];
    const std::int64_t row = blockIdx.x;
    const int warp = static_cast<int>(threadIdx.x) / 32;
    const int lane = static_cast<int>(threadIdx.x) % 32;
    const std::int64_t value = static_cast<std::int64_t>(blockIdx.y) * 32 + lane;
    const bool isValue = value < args.headDim;
    float top = -INFINITY;
    for (int piece = static_cast<int>(threadIdx.x); piece < args.pieces; piece += kPieceWarps * 32)
        top = fmaxf(top, args.logSumExps[piece * args.rows + row]);
    top = warpMax(top);
    if (lane == 0) tops[warp] = top;
    __syncthreads();
    for (int w = 0; w < kPieceWarps; ++w) top = fmaxf(top, tops[w]);

    float sum = 0;
    float output = 0;
    for (int begin = warp; begin < args.pieces; begin += kPieceWarps * kPiecesAtOnce) {
#pragma unroll
        for (int k = 0; k < kPiecesAtOnce; ++k) {
            const int piece = begin + k * kPieceWarps;
            if (piece >= args.pieces) continue;
            const std::int64_t place = piece * args.rows + row;
            const float own = args.logSumExps[place];
            const float weight = partWeight(own, top);
            sum += weight;
            if (isValue) output += weight * args.outputs[place * args.headDim + value];
        }
    }
    if (lane == 0) sums[warp] = sum;
    outputs[warp][lane] = output;
    __syncthreads();
    if (warp > 0) return;
    sum = 0;
    output = 0;
    for (int w = 0; w < kPieceWarps; ++w) {
        sum += sums[w];
        output += outputs[w][lane];
    }
    output = sum != 0.0F ? output / sum : 0.0F;
    const std::int64_t at = row * args.headDim + value;
    if (isValue && args.outputType == DataType::f32)
        static_cast<float*>(args.output)[at] = output;
    else if (isValue)
        static_cast<bf16*>(args.output)[at] = fromFloat<bf16>(output);
    if (value == 0) args.logSumExp[row] = logSumExpOfParts(sum, top);
}

__global__ void orderByTokenKernel(OrderByTokenArgs args) {
    const std::int64_t index = static_cast<std::int64_t>(blockIdx.x) * kThreads + threadIdx.x;
    if (index >= args.tokens * args.heads) return;
    args.byToken[index] = args.byHead[index % args.heads * args.rows + index / args.heads];
}

// One warp a row; the parts are added up in their order.
__global__ void mergePartsKernel(MergePartsArgs args) {
    const std::int64_t row =
        (static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x) / 32;
    if (row >= args.rows) return;
    const std::int64_t stride = args.rows * (args.headDim + 1);
    const float* logSumExps = args.parts + args.rows * args.headDim + row;
    float top = -INFINITY;
    for (int part = 0; part < args.count; ++part) top = fmaxf(top, logSumExps[part * stride]);
    for (std::int64_t i = threadIdx.x % 32; i < args.headDim; i += 32) {
        const std::int64_t at = row * args.headDim + i;
        float sum = 0;
        float output = 0;
        for (int part = 0; part < args.count; ++part) {
            const float weight = partWeight(logSumExps[part * stride], top);
            sum += weight;
            output += weight * args.parts[part * stride + at];
        }
        output = sum != 0.0F ? output / sum : 0.0F;
        if (args.outputType == DataType::f32)
            static_cast<float*>(args.output)[at] = output;
        else
            static_cast<bf16*>(args.output)[at] = fromFloat<bf16>(output);
        if (i == 0) args.logSumExp[row] = logSumExpOfParts(sum, top);
    }
}

// One warp a row.
__global__ void mergeKernel(MergeArgs args) {
    const std::int64_t row =
        (static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x) / 32;
    if (row >= args.rows) return;
    const MergeWeights weights = mergeWeights(args.sumLogSumExp[row], args.partLogSumExp[row]);
    for (std::int64_t i = threadIdx.x % 32; i < args.headDim; i += 32) {
        const std::int64_t at = row * args.headDim + i;
        args.sumOutput[at] =
            weights.first * args.sumOutput[at] + weights.second * args.partOutput[at];
    }
    __syncwarp();
    if (threadIdx.x % 32 == 0) args.sumLogSumExp[row] = weights.logSumExp;
}

}  // namespace

void mergePieces(const MergePiecesArgs& args, cudaStream_t stream) {
    if (args.rows == 0) return;
    const dim3 blocks(static_cast<unsigned>(args.rows + args.segmentCount),
                      static_cast<unsigned>((args.headDim + 31) / 32));
    launchOverlapping(mergePiecesKernel, {blocks, kPieceWarps * 32}, stream, args);
    checkLaunch("merging attention");
}

void orderByToken(const OrderByTokenArgs& args, cudaStream_t stream) {
    const std::int64_t items = args.tokens * args.heads;
    if (items == 0) return;
    const auto blocks = static_cast<unsigned>((items + kThreads - 1) / kThreads);
    orderByTokenKernel<<<blocks, kThreads, 0, stream>>>(args);
    checkLaunch("ordering attention");
}

void mergeParts(const MergePartsArgs& args, cudaStream_t stream) {
    if (args.rows == 0) return;
    const auto blocks = static_cast<unsigned>((args.rows * 32 + kThreads - 1) / kThreads);
    mergePartsKernel<<<blocks, kThreads, 0, stream>>>(args);
    checkLaunch("merging attention");
}

void merge(const MergeArgs& args, cudaStream_t stream) {
    if (args.rows == 0) return;
    const auto blocks = static_cast<unsigned>((args.rows * 32 + kThreads - 1) / kThreads);
    mergeKernel<<<blocks, kThreads, 0, stream>>>(args);
    checkLaunch("merging attention");
}

}  // namespace asterism::cuda
