#pragma once

#include <cuda_runtime_api.h>

#include <array>
#include <cstdint>

#include "cuda/kernels/value_rank.h"

namespace asterism::cuda {

inline constexpr std::int64_t kMostTop = 256;
inline constexpr std::int64_t kTopSums = 64;

// What top() finds: the ranks of the largest values, largest first, 0 where there are no more; and
// parts of the sum of exp((value - largest) / temperature), always the same parts of as many
// values.
struct TopResult {
    std::array<ValueRank, kMostTop> ranks;
    std::array<double, kTopSums> sums;
};

struct TopArgs {
    const float* values;
    std::int64_t count;
    double temperature;
    void* work;  // topWorkBytes(count)
    TopResult* result;
};
void top(const TopArgs& args, cudaStream_t stream);
std::int64_t topWorkBytes(std::int64_t count);

// core's penalized() of some of the values.
struct PenalizeArgs {
    float* values;
    const std::int32_t* places;  // each once
    std::int64_t count;
    double penalty;
};
void penalize(const PenalizeArgs& args, cudaStream_t stream);

}  // namespace asterism::cuda
