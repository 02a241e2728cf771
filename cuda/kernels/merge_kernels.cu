#include "cuda/kernels/merge_kernels.h"

#include <algorithm>
#include <cmath>

#include "core/softmax_partial.h"
#include "cuda/check.h"
#include "cuda/kernels/values.cuh"

namespace asterism::cuda {
namespace {

constexpr int kThreads = 128;

template <typename Combine>
__device__ float combineBlock(float value, const Combine& combine) {
    __shared__ float parts[kThreads];
    parts[threadIdx.x] = value;
    __syncthreads();
    for (int step = kThreads / 2; step > 0; step /= 2) {
        if (static_cast<int>(threadIdx.x) < step)
            parts[threadIdx.x] = combine(parts[threadIdx.x], parts[threadIdx.x + step]);
        __syncthreads();
    }
    value = parts[0];
    __syncthreads();
    return value;
}

// One block a row. Weights of the pieces are made kThreads at a time.
__global__ void mergePiecesKernel(MergePiecesArgs args) {
    __shared__ float weights[kThreads];
    const std::int64_t row = blockIdx.x;
    float top = -INFINITY;
    for (int piece = static_cast<int>(threadIdx.x); piece < args.pieces; piece += kThreads)
        top = fmaxf(top, args.logSumExps[piece * args.rows + row]);
    top = combineBlock(top, [](float a, float b) { return fmaxf(a, b); });
    float sum = 0;
    float outputs[2] = {};  // head sizes are 256 at most
    for (int begin = 0; begin < args.pieces; begin += kThreads) {
        const int piece = begin + static_cast<int>(threadIdx.x);
        float weight = 0;
        if (piece < args.pieces && top > -INFINITY)
            weight = expf(args.logSumExps[piece * args.rows + row] - top);
        weights[threadIdx.x] = weight;
        sum += weight;
        __syncthreads();
        const int count = min(kThreads, args.pieces - begin);
        for (int k = 0; k < 2; ++k) {
            const std::int64_t i = threadIdx.x + k * kThreads;
            if (i >= args.headDim) break;
            const float* from = args.outputs + (begin * args.rows + row) * args.headDim + i;
            for (int p = 0; p < count; ++p)
                outputs[k] += weights[p] * from[p * args.rows * args.headDim];
        }
        __syncthreads();
    }
    sum = combineBlock(sum, [](float a, float b) { return a + b; });
    for (int k = 0; k < 2; ++k) {
        const std::int64_t i = threadIdx.x + k * kThreads;
        if (i < args.headDim)
            args.output[row * args.headDim + i] = sum > 0 ? outputs[k] / sum : 0.0F;
    }
    if (threadIdx.x == 0) args.logSumExp[row] = sum > 0 ? top + logf(sum) : -INFINITY;
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
    mergePiecesKernel<<<static_cast<unsigned>(args.rows), kThreads, 0, stream>>>(args);
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
