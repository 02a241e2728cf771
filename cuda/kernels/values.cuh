#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstdint>

namespace asterism::cuda {

// Values in memory as floats, one by one and in 16-byte runs.

using bf16 = __nv_bfloat16;

__device__ inline float toFloat(float value) {
    return value;
}
__device__ inline float toFloat(bf16 value) {
    return __bfloat162float(value);
}
__device__ inline float toFloat(half value) {
    return __half2float(value);
}
template <typename Value>
__device__ Value fromFloat(float value);
template <>
__device__ inline float fromFloat<float>(float value) {
    return value;
}
template <>
__device__ inline bf16 fromFloat<bf16>(float value) {
    return __float2bfloat16_rn(value);
}

// 16 bytes of values, read and written as one.
template <typename Value>
struct alignas(16) Run {
    static constexpr int kValues = 16 / static_cast<int>(sizeof(Value));
    Value values[kValues];
};

template <typename Value>
__device__ inline Run<Value> loadRun(const Value* from) {
    return *reinterpret_cast<const Run<Value>*>(from);
}
template <typename Value>
__device__ inline void storeRun(const Run<Value>& run, Value* to) {
    *reinterpret_cast<Run<Value>*>(to) = run;
}

// Two bf16 of which the first stands in the low half, as matrix instructions take them.
__device__ inline std::uint32_t packBf16(float low, float high) {
    const __nv_bfloat162 pair = __floats2bfloat162_rn(low, high);
    return *reinterpret_cast<const std::uint32_t*>(&pair);
}
__device__ inline float lowBf16(std::uint32_t pair) {
    return __uint_as_float(pair << 16);
}
__device__ inline float highBf16(std::uint32_t pair) {
    return __uint_as_float(pair & 0xffff0000U);
}

// Byte `index` of a word as a float, without the slow integer conversion: 2^23 + byte is exact.
__device__ inline float byteAsFloat(std::uint32_t bytes, int index) {
    const auto selector = static_cast<unsigned>(0x7540 | index);
    return __uint_as_float(__byte_perm(bytes, 0x4b000000U, selector)) - 8388608.0F;
}

// The sum over the lanes of a warp, on every lane.
__device__ inline float warpSum(float value) {
    for (int step = 16; step > 0; step /= 2) value += __shfl_xor_sync(~0U, value, step);
    return value;
}
__device__ inline float warpMax(float value) {
    for (int step = 16; step > 0; step /= 2)
        value = fmaxf(value, __shfl_xor_sync(~0U, value, step));
    return value;
}
// The sum over the threads of a block, on every thread. Once a kernel.
__device__ inline float blockSum(float value) {
    __shared__ float sums[32];
    value = warpSum(value);
    if (threadIdx.x % 32 == 0) sums[threadIdx.x / 32] = value;
    __syncthreads();
    value = threadIdx.x % 32 < blockDim.x / 32 ? sums[threadIdx.x % 32] : 0.0F;
    return warpSum(value);
}

}  // namespace asterism::cuda
