// What the kernels on bf16 values share, on AVX-512 and on tile registers. They are compiled into
// every x86-64 build and run only where arithmetic.h finds what they need.
#pragma once

#include "core/cpu/x86_vectors.h"

#if HWY_ARCH_X86

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace asterism::cpu::bf16 {

constexpr std::int64_t kLanes = 16;  // floats, or pairs of bf16 values, of a vector
constexpr std::int64_t kVectorBytes = 64;

}  // namespace asterism::cpu::bf16

ASTERISM_BEGIN_BF16
namespace asterism::cpu::bf16 {

using Vectors = __m512i[16];

// 32 floats as bf16, in order.
inline __m512i toBf16(const float* values) {
    return reinterpret_cast<__m512i>(
        _mm512_cvtne2ps_pbh(_mm512_loadu_ps(values + 16), _mm512_loadu_ps(values)));
}

// rows[r], word c -> rows[c], word r
inline void transpose(Vectors& rows) {
    Vectors pairs;
    for (std::size_t i = 0; i < 16; i += 2) {
        pairs[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
        pairs[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
    }
    Vectors quads;
    for (std::size_t i = 0; i < 16; i += 4) {
        quads[i] = _mm512_unpacklo_epi64(pairs[i], pairs[i + 2]);
        quads[i + 1] = _mm512_unpackhi_epi64(pairs[i], pairs[i + 2]);
        quads[i + 2] = _mm512_unpacklo_epi64(pairs[i + 1], pairs[i + 3]);
        quads[i + 3] = _mm512_unpackhi_epi64(pairs[i + 1], pairs[i + 3]);
    }
    for (std::size_t i = 0; i < 4; ++i) {
        const __m512i lowA = _mm512_shuffle_i32x4(quads[i], quads[i + 4], 0x88);
        const __m512i highA = _mm512_shuffle_i32x4(quads[i], quads[i + 4], 0xdd);
        const __m512i lowB = _mm512_shuffle_i32x4(quads[i + 8], quads[i + 12], 0x88);
        const __m512i highB = _mm512_shuffle_i32x4(quads[i + 8], quads[i + 12], 0xdd);
        rows[i] = _mm512_shuffle_i32x4(lowA, lowB, 0x88);
        rows[i + 4] = _mm512_shuffle_i32x4(highA, highB, 0x88);
        rows[i + 8] = _mm512_shuffle_i32x4(lowA, lowB, 0xdd);
        rows[i + 12] = _mm512_shuffle_i32x4(highA, highB, 0xdd);
    }
}

// Two bf16 values, in every lane.
inline __m512i pairAt(const std::byte* values) {
    std::int32_t pair;
    std::memcpy(&pair, values, sizeof pair);
    __m512i everywhere = _mm512_set1_epi32(pair);
#ifdef __clang__
    // Clang 16 recurses until it crashes on a bf16 product with what it knows to be one value in
    // every lane.
    asm("" : "+v"(everywhere));
#endif
    return everywhere;
}

// sums[lane] += the two products of the lane's pairs of values.
inline __m512 addProducts(__m512 sums, __m512i pairs, __m512i others) {
    return _mm512_dpbf16_ps(sums, reinterpret_cast<__m512bh>(pairs),
                            reinterpret_cast<__m512bh>(others));
}

}  // namespace asterism::cpu::bf16
ASTERISM_END_BF16

#endif
