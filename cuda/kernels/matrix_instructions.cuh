#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

namespace asterism::cuda {

// Instructions of compute capability 8.0 that C++ has no words for.

// 16 bytes from global to shared memory, in the background.
__device__ inline void copyAsync(void* shared, const void* global) {
    const auto address = static_cast<std::uint32_t>(__cvta_generic_to_shared(shared));
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16;\n" ::"r"(address), "l"(global));
}
// Ends a group of copies; waitForCopies<n> waits until n groups at most are still on their way.
__device__ inline void endCopyGroup() {
    asm volatile("cp.async.commit_group;\n");
}
template <int kPending>
__device__ void waitForCopies() {
    asm volatile("cp.async.wait_group %0;\n" ::"n"(kPending));
}

// Four 8 x 8 matrices of 16-bit values from shared memory; lane l gives the address of row l % 8 of
// matrix l / 8, and gets elements (l / 4, 2 (l % 4)) and the next of each.
__device__ inline void loadMatrices(std::uint32_t (&to)[4], const void* shared) {
    const auto address = static_cast<std::uint32_t>(__cvta_generic_to_shared(shared));
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];\n"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"(address));
}
// The same, each matrix transposed.
__device__ inline void loadMatricesTransposed(std::uint32_t (&to)[4], const void* shared) {
    const auto address = static_cast<std::uint32_t>(__cvta_generic_to_shared(shared));
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];\n"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"(address));
}

// An 8 x 8 matrix of 16-bit values, transposed; lane l holds elements (l / 4, 2 (l % 4)) and the
// next.
__device__ inline std::uint32_t transposed(std::uint32_t pair) {
    std::uint32_t result;
    asm volatile("movmatrix.sync.aligned.m8n8.trans.b16 %0, %1;\n" : "=r"(result) : "r"(pair));
    return result;
}

// sum [16, 8] += a [16, 16] * b [16, 8], bf16 into f32. Lane l holds rows l / 4 and l / 4 + 8 of
// the sum, columns 2 (l % 4) and the next.
__device__ inline void multiplyAdd(float (&sum)[4], const std::uint32_t (&a)[4], std::uint32_t b0,
                                   std::uint32_t b1) {
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, "
        "{%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};\n"
        : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// The same of f16.
__device__ inline void multiplyAddHalf(float (&sum)[4], const std::uint32_t (&a)[4],
                                       std::uint32_t b0, std::uint32_t b1) {
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, "
        "{%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};\n"
        : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// 2^x, to 2 units in the last place.
__device__ inline float fastExp2(float x) {
    float result;
    asm("ex2.approx.ftz.f32 %0, %1;\n" : "=f"(result) : "f"(x));
    return result;
}

}  // namespace asterism::cuda
