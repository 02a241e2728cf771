#include "cuda/kernels/merge_kernels.h"

#include <algorithm>
#include <cmath>

#include "core/softmax_partial.h"
#include "cuda/check.h"
#include "cuda/kernels/values.cuh"

namespace asterism::cuda {
namespace {

constexpr int kThreads = 128;

constexpr int kPieceWarps = 8;    // that share the pieces of a row
constexpr int kLaneValues = 8;    // head sizes are 256 at most
constexpr int kPiecesAtOnce = 4;  // whose loads are on their way together

// One block a row; its warps share the pieces and add up what they found.
__global__ void __launch_bounds__(kPieceWarps * 32) mergePiecesKernel(MergePiecesArgs args) {
    __shared__ float tops[kPieceWarps];
    __shared__ float sums[kPieceWarps];
    __shared__ float outputs[kPieceWarps][kLaneValues * 32];
    const std::int64_t row = blockIdx.x;
    const int warp = static_cast<int>(threadIdx.x) / 32;
    const int lane = static_cast<int>(threadIdx.x) % 32;
    float top = -INFINITY;
    for (int piece = static_cast<int>(threadIdx.x); piece < args.pieces; piece += kPieceWarps * 32)
        top = fmaxf(top, args.logSumExps[piece * args.rows + row]);
    top = warpMax(top);
    if (lane == 0) tops[warp] = top;
    __syncthreads();
    for (int w = 0; w < kPieceWarps; ++w) top = fmaxf(top, tops[w]);

    float sum = 0;
    float own[kLaneValues] = {};
    for (int begin = warp; begin < args.pieces; begin += kPieceWarps * kPiecesAtOnce) {
#pragma unroll
        for (int k = 0; k < kPiecesAtOnce; ++k) {
            const int piece = begin + k * kPieceWarps;
            const bool counts = piece < args.pieces && top > -INFINITY;
            const std::int64_t place = piece * args.rows + row;
            const float weight = counts ? expf(args.logSumExps[place] - top) : 0.0F;
            sum += weight;
#pragma unroll
            for (int i = 0; i < kLaneValues; ++i)
                if (counts && i * 32 + lane < args.headDim)
                    own[i] += weight * args.outputs[place * args.headDim + i * 32 + lane];
        }
    }
    if (lane == 0) sums[warp] = sum;
#pragma unroll
    for (int i = 0; i < kLaneValues; ++i) outputs[warp][i * 32 + lane] = own[i];
    __syncthreads();
    sum = 0;
    for (int w = 0; w < kPieceWarps; ++w) sum += sums[w];
    const auto value = static_cast<int>(threadIdx.x);
    if (value < args.headDim) {
        float output = 0;
        for (int w = 0; w < kPieceWarps; ++w) output += outputs[w][value];
        args.output[row * args.headDim + value] = sum > 0 ? output / sum : 0.0F;
    }
    if (value == 0) args.logSumExp[row] = sum > 0 ? top + logf(sum) : -INFINITY;
}

__global__ void mergeSegmentsKernel(MergeSegmentsArgs args) {
    const SegmentEntry& segment = args.segments[blockIdx.x];
    for (int head = static_cast<int>(threadIdx.x); head < args.heads; head += kThreads) {
        float total = -INFINITY;
        for (int piece = segment.firstPiece; piece < segment.firstPiece + segment.pieces; ++piece)
            total = mergeWeights(total, args.logSumExps[piece * args.rows + args.firstRow + head])
                        .logSumExp;
        args.results[blockIdx.x * args.heads + head] = total;
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
    mergePiecesKernel<<<static_cast<unsigned>(args.rows), kPieceWarps * 32, 0, stream>>>(args);
    checkLaunch("merging attention");
}

void mergeSegments(const MergeSegmentsArgs& args, cudaStream_t stream) {
    if (args.segmentCount == 0) return;
    mergeSegmentsKernel<<<static_cast<unsigned>(args.segmentCount), kThreads, 0, stream>>>(args);
    checkLaunch("merging attention");
}

void merge(const MergeArgs& args, cudaStream_t stream) {
    if (args.rows == 0) return;
    const auto blocks = static_cast<unsigned>((args.rows * 32 + kThreads - 1) / kThreads);
    mergeKernel<<<blocks, kThreads, 0, stream>>>(args);
    checkLaunch("merging attention");
}

}  // namespace asterism::cuda
