// How products on AVX-512 leave a row of their sums.
#pragma once

#include <cstdint>

#include "core/cpu/packed_kernels.h"
#include "core/cpu/x86_vectors.h"

#if HWY_ARCH_X86

ASTERISM_BEGIN_AVX512
namespace asterism::cpu {

// Adds a row of 32 sums to the output, or writes them there, with the bias; only the product's
// columns.
inline void writeRow(const PackedProduct& product, std::int64_t row, __m512 left, __m512 right) {
    const auto columns = static_cast<__mmask32>((std::uint64_t{1} << product.columns) - 1);
    const auto first = static_cast<__mmask16>(columns);
    const auto second = static_cast<__mmask16>(columns >> 16);
    float* output = product.output + row * product.outputStride;
    if (product.accumulate) {
        left = _mm512_add_ps(left, _mm512_maskz_loadu_ps(first, output));
        right = _mm512_add_ps(right, _mm512_maskz_loadu_ps(second, output + 16));
    }
    if (product.bias) {
        left = _mm512_add_ps(left, _mm512_maskz_loadu_ps(first, product.bias));
        right = _mm512_add_ps(right, _mm512_maskz_loadu_ps(second, product.bias + 16));
    }
    _mm512_mask_storeu_ps(output, first, left);
    _mm512_mask_storeu_ps(output + 16, second, right);
}

}  // namespace asterism::cpu
ASTERISM_END_AVX512

#endif
