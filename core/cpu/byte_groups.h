// Values rounded to bytes in groups of 32 that share a scale: what the kernels on 8-bit activations
// share.
#pragma once

#include "core/cpu/x86_vectors.h"

#if HWY_ARCH_X86

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace asterism::cpu {

constexpr std::int64_t kGroup = 32;

}  // namespace asterism::cpu

ASTERISM_BEGIN_AVX2
namespace asterism::cpu {

// Of values that are not negative, given by their bits, which are ordered as they are: a NaN is
// above all, where comparing numbers would lose it.
inline float largestOf(__m256i values) {
    const __m128i four =
        _mm_max_epi32(_mm256_castsi256_si128(values), _mm256_extracti128_si256(values, 1));
    const __m128i two = _mm_max_epi32(four, _mm_unpackhi_epi64(four, four));
    const __m128i one = _mm_max_epi32(two, _mm_shuffle_epi32(two, 1));
    return _mm_cvtss_f32(_mm_castsi128_ps(one));
}

// 32 values as bytes: the nearest whole numbers to values[i] * factor.
inline __m256i bytesOf(const float* values, float factor) {
    const __m256 factors = _mm256_set1_ps(factor);
    __m256i words[4];
    for (std::size_t i = 0; i < 4; ++i)
        words[i] = _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_loadu_ps(values + 8 * i), factors));
    const __m256i packed = _mm256_packs_epi16(_mm256_packs_epi32(words[0], words[1]),
                                              _mm256_packs_epi32(words[2], words[3]));
    // Packing works within halves of a vector: the words come out as 0 2 4 6, 1 3 5 7.
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    return _mm256_permutevar8x32_epi32(packed, order);
}

// 32 values as bytes[i] = values[i] / scale, of which the largest becomes +-limit; returns scale,
// which is not finite if one of them is not.
inline float toBytes(const float* values, float limit, __m256i& bytes) {
    const __m256 sign = _mm256_set1_ps(-0.0F);
    __m256i largest = _mm256_setzero_si256();
    for (std::size_t i = 0; i < 4; ++i) {
        const __m256 magnitudes = _mm256_andnot_ps(sign, _mm256_loadu_ps(values + 8 * i));
        largest = _mm256_max_epi32(largest, _mm256_castps_si256(magnitudes));
    }
    const float most = largestOf(largest);
    bytes = bytesOf(values, most > 0 ? limit / most : 0.0F);
    return most / limit;
}

// Sums of the lower and the upper 16 signed bytes.
inline void sumsOf(__m256i bytes, std::int32_t& lower, std::int32_t& upper) {
    const __m256i pairs = _mm256_maddubs_epi16(_mm256_set1_epi8(1), bytes);
    const __m256i fours = _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
    const __m256i eights = _mm256_hadd_epi32(fours, fours);
    const __m256i halves = _mm256_hadd_epi32(eights, eights);
    lower = _mm256_extract_epi32(halves, 0);
    upper = _mm256_extract_epi32(halves, 4);
}

inline float halfAt(const std::uint8_t* bytes) {
    std::uint16_t bits;
    std::memcpy(&bits, bytes, sizeof bits);
    return _cvtsh_ss(bits);
}

inline std::uint32_t wordAt(const std::uint8_t* bytes) {
    std::uint32_t word;
    std::memcpy(&word, bytes, sizeof word);
    return word;
}

inline __m256i bytesAt(const void* bytes) {
    return _mm256_loadu_si256(static_cast<const __m256i*>(bytes));
}

// 16 bytes of two values each: the lower halves, then the upper.
inline __m256i nibblesAt(const std::uint8_t* bytes) {
    const __m128i both = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
    return _mm256_and_si256(_mm256_set_m128i(_mm_srli_epi16(both, 4), both), _mm256_set1_epi8(15));
}

// Byte i is 16 if bit i is set.
inline __m256i fifthBits(std::uint32_t bits) {
    const __m256i spread = _mm256_shuffle_epi8(
        _mm256_set1_epi32(static_cast<std::int32_t>(bits)),
        _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303));
    const __m256i ofByte = _mm256_set1_epi64x(static_cast<std::int64_t>(0x8040201008040201ULL));
    const __m256i isSet = _mm256_cmpeq_epi8(_mm256_and_si256(spread, ofByte), ofByte);
    return _mm256_and_si256(isSet, _mm256_set1_epi8(16));
}

// Scale and minimum of group j of a Q4_K or Q5_K block: twelve bytes hold eight of each, 6 bits.
inline void groupFactors(const std::uint8_t* packed, int j, int& scale, int& minimum) {
    if (j < 4) {
        scale = packed[j] & 63;
        minimum = packed[j + 4] & 63;
    } else {
        scale = (packed[j + 4] & 15) | ((packed[j - 4] >> 6) << 4);
        minimum = (packed[j + 4] >> 4) | ((packed[j] >> 6) << 4);
    }
}

}  // namespace asterism::cpu
ASTERISM_END_AVX2

#endif
