#include "cuda/kernels/top_kernels.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/top_values.h"
#include "cuda/check.h"

namespace asterism::cuda {
namespace {

constexpr int kThreads = 1024;
constexpr int kSorted = 2 * kThreads;  // ranks that a block sorts
constexpr int kSumThreads = 256;

std::int64_t blocksFor(std::int64_t count, std::int64_t each) {
    return std::max<std::int64_t>(1, (count + each - 1) / each);
}

// Greatest first, by a bitonic network.
__device__ void sortRanks(ValueRank* ranks) {
    const auto thread = static_cast<int>(threadIdx.x);
    for (int size = 2; size <= kSorted; size *= 2)
        for (int stride = size / 2; stride > 0; stride /= 2) {
            __syncthreads();
            const int first = 2 * thread - (thread & (stride - 1));
            const int second = first + stride;
            const bool falls = (first & size) == 0;
            const ValueRank a = ranks[first];
            const ValueRank b = ranks[second];
            if ((a < b) == falls) {
                ranks[first] = b;
                ranks[second] = a;
            }
        }
    __syncthreads();
}

// A block finds the kMostTop greatest of its share of the values or, in later rounds, of the ranks
// that earlier rounds found.
struct RoundArgs {
    const float* values;  // null in later rounds
    const ValueRank* ranks;
    std::int64_t count;
    ValueRank* found;
};

__global__ void __launch_bounds__(kThreads) topKernel(RoundArgs args) {
    __shared__ ValueRank ranks[kSorted];
    const std::int64_t begin = static_cast<std::int64_t>(blockIdx.x) * kSorted;
    for (int i = static_cast<int>(threadIdx.x); i < kSorted; i += kThreads) {
        const std::int64_t at = begin + i;
        if (at >= args.count)
            ranks[i] = 0;
        else
            ranks[i] = args.values ? rankOf(args.values[at], at) : args.ranks[at];
    }
    sortRanks(ranks);
    if (threadIdx.x < kMostTop)
        args.found[blockIdx.x * kMostTop + threadIdx.x] = ranks[threadIdx.x];
}

// Each of the sums in an order of its own that is always the same.
__global__ void __launch_bounds__(kSumThreads) sumKernel(TopArgs args) {
    __shared__ double sums[kSumThreads];
    const double largest = valueOf(args.result->ranks[0]);
    double sum = 0;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kSumThreads + threadIdx.x;
         i < args.count; i += kTopSums * kSumThreads)
        sum += exp((static_cast<double>(args.values[i]) - largest) / args.temperature);
    sums[threadIdx.x] = sum;
    for (unsigned step = kSumThreads / 2; step > 0; step /= 2) {
        __syncthreads();
        if (threadIdx.x < step) sums[threadIdx.x] += sums[threadIdx.x + step];
    }
    if (threadIdx.x == 0) args.result->sums[blockIdx.x] = sums[0];
}

__global__ void penalizeKernel(PenalizeArgs args) {
    const std::int64_t index = static_cast<std::int64_t>(blockIdx.x) * kSumThreads + threadIdx.x;
    if (index >= args.count) return;
    float& value = args.values[args.places[index]];
    value = penalized(value, args.penalty);
}

std::int64_t foundOf(std::int64_t count) {
    return blocksFor(count, kSorted) * kMostTop;
}

}  // namespace

std::int64_t topWorkBytes(std::int64_t count) {
    const std::int64_t first = foundOf(count);
    return (first + foundOf(first)) * static_cast<std::int64_t>(sizeof(ValueRank));
}

void top(const TopArgs& args, cudaStream_t stream) {
    ASTERISM_CHECK(args.count > 0 && args.temperature > 0);
    auto* first = static_cast<ValueRank*>(args.work);
    ValueRank* second = first + foundOf(args.count);
    RoundArgs round{args.values, nullptr, args.count, first};
    while (true) {
        const std::int64_t blocks = blocksFor(round.count, kSorted);
        if (blocks == 1) round.found = args.result->ranks.data();
        topKernel<<<static_cast<unsigned>(blocks), kThreads, 0, stream>>>(round);
        if (blocks == 1) break;
        ValueRank* next = round.found == first ? second : first;
        round = {nullptr, round.found, blocks * kMostTop, next};
    }
    sumKernel<<<kTopSums, kSumThreads, 0, stream>>>(args);
    checkLaunch("choosing a token");
}

void penalize(const PenalizeArgs& args, cudaStream_t stream) {
    const std::int64_t blocks = blocksFor(args.count, kSumThreads);
    penalizeKernel<<<static_cast<unsigned>(blocks), kSumThreads, 0, stream>>>(args);
    checkLaunch("choosing a token");
}

}  // namespace asterism::cuda
