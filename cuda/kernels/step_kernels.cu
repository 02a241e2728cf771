#include "cuda/kernels/step_kernels.h"

#include <algorithm>

#include "cuda/check.h"
#include "cuda/kernels/value_rank.h"

namespace asterism::cuda {
namespace {

constexpr int kThreads = 256;
constexpr std::int64_t kMostBlocks = 128;

__global__ void moveOnKernel(MoveOnArgs args) {
    if (blockIdx.x == 0 && threadIdx.x == 0) ++*args.steps;
    if (blockIdx.x >= args.tableCount) return;
    const TableMove table = args.tables[blockIdx.x];
    for (std::int64_t i = threadIdx.x; i < table.count; i += kThreads) {
        SegmentEntry& segment = table.segments[i];
        // Everything is counted from the query.
        segment.keyStart -= 1;
        segment.firstToken -= 1;
        segment.keyCount += segment.growth;
    }
}

__global__ void largestKernel(LargestArgs args) {
    ValueRank best = 0;
    const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * kThreads;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kThreads + threadIdx.x;
         i < args.count; i += step)
        best = max(best, rankOf(args.values[i], i));
    for (int lanes = 16; lanes > 0; lanes /= 2) best = max(best, __shfl_xor_sync(~0U, best, lanes));
    if (threadIdx.x % 32 == 0) atomicMax(args.work, best);
}

__global__ void largestIndexKernel(LargestArgs args) {
    const ValueRank best = *args.work;
    *args.result = best == kNotFinite ? -1 : indexOf(best);
}

}  // namespace

void moveOn(const MoveOnArgs& args, cudaStream_t stream) {
    const auto blocks = static_cast<unsigned>(std::max<std::int64_t>(1, args.tableCount));
    moveOnKernel<<<blocks, kThreads, 0, stream>>>(args);
    checkLaunch("generating");
}

void largest(const LargestArgs& args, cudaStream_t stream) {
    check(cudaMemsetAsync(args.work, 0, sizeof(*args.work), stream), "choosing a token");
    const auto blocks = static_cast<unsigned>(
        std::clamp<std::int64_t>((args.count + kThreads - 1) / kThreads, 1, kMostBlocks));
    largestKernel<<<blocks, kThreads, 0, stream>>>(args);
    largestIndexKernel<<<1, 1, 0, stream>>>(args);
    checkLaunch("choosing a token");
}

}  // namespace asterism::cuda
