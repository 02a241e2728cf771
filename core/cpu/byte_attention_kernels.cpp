#include "core/cpu/byte_attention_kernels.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/cpu/avx2_byte_attention_kernels.h"
#include "core/cpu/x86_vectors.h"

namespace asterism::cpu {

ByteHead ByteHead::in(float* memory, std::int64_t rows, std::int64_t headDim) {
    ByteHead head;
    head.factors = reinterpret_cast<std::uint16_t*>(memory);
    head.queries = reinterpret_cast<std::int8_t*>(memory + headDim);
    head.scales = memory + headDim + rows * headDim / 2;
    head.offsets = head.scales + rows;
    return head;
}

bool ByteAttentionKernels::takes(const KeyValueView& view, const KeyRotation& rotation) {
    return view.type == KvType::q8 && rotation.words && 2 * rotation.pairs == view.headDim;
}

}  // namespace asterism::cpu

#if HWY_ARCH_X86

ASTERISM_BEGIN_VNNI
namespace asterism::cpu {
namespace {

constexpr std::int64_t kLine = 64;
constexpr std::int64_t kPairs = 32;      // rotated pairs of a chunk: 64 channels
constexpr std::int64_t kGroupKeys = 16;  // keys that are the lanes of one vector
constexpr int kGroups = 2;               // that are multiplied at a time
constexpr int kRowsAtATime = 3;          // rows whose sums of values fit the registers
constexpr float kKeyRange = 32000.0F;    // of rotated keys in 16 bits, with room for rounding
constexpr float kQueryRange = 127 * 128.0F;
constexpr float kWeightRange = 65535.0F;

inline __m512i load(const void* from) {
    return _mm512_loadu_si512(from);
}

// Sizes as bits: they have the same order, and what is no number, the largest, is kept.
inline __m512i largerSize(__m512i largest, __m512 values) {
    return _mm512_max_epi32(largest, _mm512_castps_si512(_mm512_abs_ps(values)));
}

inline float largestOf(__m512i sizes) {
    return std::bit_cast<float>(_mm512_reduce_max_epi32(sizes));
}

// 1 / values, 0 for 0.
inline __m512 inverse(__m512 values) {
    const __mmask16 some = _mm512_cmp_ps_mask(values, _mm512_setzero_ps(), _CMP_GT_OQ);
    return _mm512_maskz_div_ps(some, _mm512_set1_ps(1.0F), values);
}

// Scale and offset of 16 channels of keys, and the largest size of what they give.
struct Channels {
    __m512 scale, offset, most;

    explicit Channels(const float* scales, const float* offsets)
        : scale(_mm512_loadu_ps(scales)),
          offset(_mm512_loadu_ps(offsets)),
          most(_mm512_max_ps(_mm512_abs_ps(offset), _mm512_abs_ps(_mm512_fmadd_ps(
                                                        scale, _mm512_set1_ps(255.0F), offset)))) {}

    // Of bytes in the upper half of a word, of which the product's upper half is kept: it is cut
    // off, half a step too small in the mean.
    __m256i scaleWords(__m512 unit) const {
        const __m512 factor = _mm512_mul_ps(_mm512_mul_ps(scale, unit), _mm512_set1_ps(256.0F));
        return _mm512_cvtepi32_epi16(_mm512_cvtps_epi32(factor));
    }
    __m256i offsetWords(__m512 unit) const {
        const __m512 shifted = _mm512_fmadd_ps(offset, unit, _mm512_set1_ps(0.5F));
        return _mm512_cvtepi32_epi16(_mm512_cvtps_epi32(shifted));
    }
};

// 32 words as 16 of even, then 16 of odd places.
inline void storeEvenOdd(__m256i lower, __m256i upper, std::uint16_t* to) {
    alignas(kLine) static constexpr std::uint16_t kOrder[32] = {
        0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30,
        1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31};
    const __m512i both = _mm512_inserti64x4(_mm512_castsi256_si512(lower), upper, 1);
    _mm512_storeu_si512(to, _mm512_permutexvar_epi16(load(kOrder), both));
}

// Factors of a chunk's keys: scales of the low channels, offsets of them, the same of the high
// ones; 32 words each, even channels first. `units` [headDim] receives what a step of a rotated
// key's byte stands for.
void prepareChunk(const RowTile& tile, std::int64_t first, std::uint16_t* factors, float* units) {
    const std::int64_t headDim = tile.view->headDim;
    const std::int64_t pairs = headDim / 2;
    const float* scales = tile.view->keyScale + tile.head * headDim + first;
    const float* offsets = tile.view->keyOffset + tile.head * headDim + first;
    __m256i words[4][2];
    for (std::size_t half = 0; half < 2; ++half) {
        const Channels low(scales + 16 * half, offsets + 16 * half);
        const Channels high(scales + pairs + 16 * half, offsets + pairs + 16 * half);
        const __m512 most = _mm512_sqrt_ps(
            _mm512_fmadd_ps(low.most, low.most, _mm512_mul_ps(high.most, high.most)));
        const __m512 unit = _mm512_mul_ps(inverse(most), _mm512_set1_ps(kKeyRange));
        words[0][half] = low.scaleWords(unit);
        words[1][half] = low.offsetWords(unit);
        words[2][half] = high.scaleWords(unit);
        words[3][half] = high.offsetWords(unit);
        const __m512 step = _mm512_mul_ps(most, _mm512_set1_ps(256.0F / kKeyRange));
        _mm512_storeu_ps(units + first + static_cast<std::int64_t>(16 * half), step);
        _mm512_storeu_ps(units + first + pairs + static_cast<std::int64_t>(16 * half), step);
    }
    for (const auto& each : words) {
        storeEvenOdd(each[0], each[1], factors);
        factors += 2 * 16;
    }
}

// A query in units of the keys' bytes, rounded to 15 bits.
void prepareQuery(const float* query, const float* units, std::int64_t headDim,
                  const ByteHead& head, std::int64_t row) {
    __m512i largest = _mm512_setzero_si512();
    for (std::int64_t i = 0; i < headDim; i += 16)
        largest = largerSize(largest,
                             _mm512_mul_ps(_mm512_loadu_ps(query + i), _mm512_loadu_ps(units + i)));
    const float most = largestOf(largest);
    const __m512 factor = _mm512_set1_ps(most > 0 ? kQueryRange / most : 0.0F);
    std::int8_t* upper = head.queries + row * 2 * headDim;
    std::int8_t* lower = upper + headDim;
    __m512i sum = _mm512_setzero_si512();
    for (std::int64_t i = 0; i < headDim; i += 16) {
        const __m512 value = _mm512_mul_ps(_mm512_loadu_ps(query + i), _mm512_loadu_ps(units + i));
        const __m512i whole = _mm512_cvtps_epi32(_mm512_mul_ps(value, factor));
        const __m512i top = _mm512_srai_epi32(_mm512_add_epi32(whole, _mm512_set1_epi32(64)), 7);
        const __m512i rest = _mm512_sub_epi32(whole, _mm512_slli_epi32(top, 7));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(upper + i), _mm512_cvtepi32_epi8(top));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(lower + i), _mm512_cvtepi32_epi8(rest));
        sum = _mm512_add_epi32(sum, whole);
    }
    // Keys are stored 128 too large to be unsigned, and were cut off half a step too small.
    head.scales[row] = most / kQueryRange;
    head.offsets[row] =
        -127.5F * head.scales[row] * static_cast<float>(_mm512_reduce_add_epi32(sum));
}

void prepare(const RowTile& tile, const ByteHead& head) {
    const std::int64_t headDim = tile.view->headDim;
    alignas(kLine) float units[kMaxHeadDim];
    for (std::int64_t first = 0; first < headDim / 2; first += kPairs)
        prepareChunk(tile, first, head.factors + 4 * first, units);
    for (std::int64_t row = 0; row < tile.rows; ++row)
        prepareQuery(tile.queries + row * headDim, units, headDim, head, row);
}

// What turns a chunk's bytes into words, for two keys: the even channels, then the odd ones.
struct ChunkFactors {
    __m512i scale[2][2], offset[2][2];  // [low or high, even or odd]

    explicit ChunkFactors(const std::uint16_t* factors) {
        for (std::size_t high = 0; high < 2; ++high) {
            for (std::size_t odd = 0; odd < 2; ++odd) {
                scale[high][odd] = twice(factors + 64 * high + 16 * odd);
                offset[high][odd] = twice(factors + 64 * high + 32 + 16 * odd);
            }
        }
    }

    static __m512i twice(const void* words) {
        return _mm512_broadcast_i64x4(_mm256_loadu_si256(static_cast<const __m256i*>(words)));
    }
    // Bytes are in the upper halves of words.
    __m512i key(__m512i bytes, std::size_t high, std::size_t odd) const {
        return _mm512_add_epi16(_mm512_mulhi_epu16(bytes, scale[high][odd]), offset[high][odd]);
    }
};

inline __m512i bothKeys(const std::uint8_t* a, const std::uint8_t* b) {
    return _mm512_inserti64x4(
        _mm512_castsi256_si512(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(a))),
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(b)), 1);
}

// The upper bytes of words of even and odd channels, in the channels' order, plus 128.
inline __m512i joinBytes(__m512i even, __m512i odd) {
    constexpr int kSelect = 0xCA;
    const __m512i joined =
        _mm512_ternarylogic_epi32(_mm512_set1_epi16(static_cast<std::int16_t>(0xFF00)), odd,
                                  _mm512_srli_epi16(even, 8), kSelect);
    return _mm512_xor_si512(joined, _mm512_set1_epi8(static_cast<char>(0x80)));
}

// The same chunk of two keys, rotated: `low` and `high` channels, 32 bytes of the first key, then
// of the second.
inline void rotateTwo(const std::uint8_t* a, const std::uint8_t* b, std::int64_t pairs,
                      const ChunkFactors& factors, const std::int16_t* angles, __m512i& low,
                      __m512i& high) {
    const __m512i upper = _mm512_set1_epi16(static_cast<std::int16_t>(0xFF00));
    const __m512i lows = bothKeys(a, b);
    const __m512i highs = bothKeys(a + pairs, b + pairs);
    const __m512i x[2] = {factors.key(_mm512_slli_epi16(lows, 8), 0, 0),
                          factors.key(_mm512_and_si512(lows, upper), 0, 1)};
    const __m512i y[2] = {factors.key(_mm512_slli_epi16(highs, 8), 1, 0),
                          factors.key(_mm512_and_si512(highs, upper), 1, 1)};
    __m512i turnedX[2];
    __m512i turnedY[2];
#pragma GCC unroll 2
    for (std::size_t odd = 0; odd < 2; ++odd) {
        const __m512i cosine = load(angles + 32 * odd);
        const __m512i sine = load(angles + 64 + 32 * odd);
        turnedX[odd] = _mm512_sub_epi16(_mm512_mulhrs_epi16(x[odd], cosine),
                                        _mm512_mulhrs_epi16(y[odd], sine));
        turnedY[odd] = _mm512_add_epi16(_mm512_mulhrs_epi16(x[odd], sine),
                                        _mm512_mulhrs_epi16(y[odd], cosine));
    }
    low = joinBytes(turnedX[0], turnedX[1]);
    high = joinBytes(turnedY[0], turnedY[1]);
}

// From four vectors, each with eight words of one key and eight of the key four further, to four
// with words j and 4 + j of all eight keys.
inline void turnFour(const __m512i* from, __m512i* to) {
    const __m512i a = _mm512_unpacklo_epi32(from[0], from[1]);
    const __m512i b = _mm512_unpackhi_epi32(from[0], from[1]);
    const __m512i c = _mm512_unpacklo_epi32(from[2], from[3]);
    const __m512i d = _mm512_unpackhi_epi32(from[2], from[3]);
    to[0] = _mm512_unpacklo_epi64(a, c);
    to[1] = _mm512_unpackhi_epi64(a, c);
    to[2] = _mm512_unpacklo_epi64(b, d);
    to[3] = _mm512_unpackhi_epi64(b, d);
}

// Eight words of each of 16 keys as eight vectors of one word of all keys.
inline void storeTurned(const __m512i (&keys)[8], __m512i* to) {
    __m512i first[4];
    __m512i second[4];
    turnFour(keys, first);
    turnFour(keys + 4, second);
#pragma GCC unroll 4
    for (std::size_t j = 0; j < 4; ++j) {
        _mm512_store_si512(to + j, _mm512_shuffle_i32x4(first[j], second[j], 0x88));
        _mm512_store_si512(to + 4 + j, _mm512_shuffle_i32x4(first[j], second[j], 0xDD));
    }
}

// Keys [first, first + 16) of the tile, rotated, as [headDim / 4, 16 keys, 4]. Keys behind the last
// repeat it.
void rotateGroup(const RowTile& tile, const ByteHead& head, std::int64_t first, __m512i* turned) {
    const KeyValueView& view = *tile.view;
    const std::int64_t pairs = view.headDim / 2;
    const auto* begin = static_cast<const std::uint8_t*>(view.keys) +
                        (tile.head * view.capacity + tile.first) * view.headDim;
    const std::uint8_t* rows[kGroupKeys];
    for (std::int64_t k = 0; k < kGroupKeys; ++k) {
        rows[k] = begin + std::min(first + k, tile.count - 1) * view.headDim;
        prefetchNextTile(rows[k], view.headDim);
    }
    const std::int16_t* angles = tile.rotation.words + first * 2 * pairs;
    for (std::int64_t channel = 0; channel < pairs; channel += kPairs) {
        const ChunkFactors factors(head.factors + 4 * channel);
        __m512i low[8];
        __m512i high[8];
#pragma GCC unroll 8
        for (std::size_t i = 0; i < 8; ++i, angles += 4 * kPairs) {
            const std::size_t key = i % 4 + i / 4 * 8;
            rotateTwo(rows[key] + channel, rows[key + 4] + channel, pairs, factors, angles, low[i],
                      high[i]);
        }
        storeTurned(low, turned + channel / 4);
        storeTurned(high, turned + (pairs + channel) / 4);
    }
}

inline __m512i wordOfAll(const void* from) {
    std::int32_t word;
    std::memcpy(&word, from, sizeof word);
    return _mm512_set1_epi32(word);
}

// Scores of kGroups groups of keys, one behind the other, for `rows` rows from `row` on.
template <int rows>
void dotGroups(const __m512i* keys, std::int64_t headDim, const ByteHead& head, std::int64_t row,
               float* scores) {
    const std::int8_t* queries = head.queries + row * 2 * headDim;
    __m512i sums[rows][2][kGroups];
    for (auto& ofRow : sums)
        for (auto& part : ofRow)
            for (__m512i& sum : part) sum = _mm512_setzero_si512();
    for (std::int64_t at = 0; at < headDim / 4; ++at) {
#pragma GCC unroll 8
        for (int part = 0; part < 2 * rows; ++part) {
            const __m512i query = wordOfAll(queries + part * headDim + 4 * at);
#pragma GCC unroll 2
            for (int g = 0; g < kGroups; ++g) {
                __m512i& sum = sums[part / 2][part % 2][g];
                sum = _mm512_dpbusd_epi32(sum, keys[g * headDim / 4 + at], query);
            }
        }
    }
#pragma GCC unroll 4
    for (int r = 0; r < rows; ++r) {
        const __m512 scale = _mm512_set1_ps(head.scales[row + r]);
        const __m512 offset = _mm512_set1_ps(head.offsets[row + r]);
#pragma GCC unroll 2
        for (int g = 0; g < kGroups; ++g) {
            const __m512i sum =
                _mm512_add_epi32(_mm512_slli_epi32(sums[r][0][g], 7), sums[r][1][g]);
            _mm512_storeu_ps(scores + (row + r) * kRowKeys + g * kGroupKeys,
                             _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum), scale, offset));
        }
    }
}

void score(const RowTile& tile, const ByteHead& head) {
    const std::int64_t headDim = tile.view->headDim;
    alignas(kLine) __m512i keys[kGroups * kMaxHeadDim / 4];
    for (std::int64_t first = 0; first < tile.count; first += kGroups * kGroupKeys) {
        for (std::int64_t g = 0; g < kGroups; ++g)
            rotateGroup(tile, head, first + g * kGroupKeys, keys + g * headDim / 4);
        float* scores = tile.scores + first;
        std::int64_t row = 0;
        for (; row + 4 <= tile.rows; row += 4) dotGroups<4>(keys, headDim, head, row, scores);
        if (tile.rows - row == 3) dotGroups<3>(keys, headDim, head, row, scores);
        if (tile.rows - row == 2) dotGroups<2>(keys, headDim, head, row, scores);
        if (tile.rows - row == 1) dotGroups<1>(keys, headDim, head, row, scores);
    }
}

// The weights of a tile, times their values' scales, in 16 bits.
struct TileWeights {
    alignas(kLine) std::uint8_t upper[kMostRows][kRowKeys];
    alignas(kLine) std::uint8_t lower[kMostRows][kRowKeys];
    float steps[kMostRows];
};

void roundWeights(const RowTile& tile, TileWeights& weights) {
    const float* scales = tile.view->valueScale + tile.head * tile.view->capacity + tile.first;
    for (std::int64_t row = 0; row < tile.rows; ++row) {
        float* scores = tile.scores + row * kRowKeys;
        __m512i largest = _mm512_setzero_si512();
        for (std::int64_t k = 0; k < tile.count; k += 16) {
            const auto some = static_cast<__mmask16>(
                tile.count - k >= 16 ? 0xFFFF : (1U << static_cast<unsigned>(tile.count - k)) - 1);
            const __m512 weight =
                _mm512_mul_ps(_mm512_loadu_ps(scores + k), _mm512_maskz_loadu_ps(some, scales + k));
            _mm512_storeu_ps(scores + k, weight);
            largest = largerSize(largest, weight);
        }
        const float most = largestOf(largest);
        weights.steps[row] = most / kWeightRange;
        const __m512 factor = _mm512_set1_ps(most > 0 ? kWeightRange / most : 0.0F);
        for (std::int64_t k = 0; k < tile.count; k += 16) {
            const __m512i whole =
                _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_loadu_ps(scores + k), factor));
            _mm_store_si128(reinterpret_cast<__m128i*>(weights.upper[row] + k),
                            _mm512_cvtepi32_epi8(_mm512_srli_epi32(whole, 8)));
            _mm_store_si128(reinterpret_cast<__m128i*>(weights.lower[row] + k),
                            _mm512_cvtepi32_epi8(whole));
        }
    }
}

// 64 channels of four rows of values as vectors of four rows a word: word w of the vectors is
// channel 16 * (w / 4) + 4 * vector + w % 4.
inline void interleave(const std::uint8_t* const (&rows)[4], __m512i (&values)[4]) {
    const __m512i a = load(rows[0]);
    const __m512i b = load(rows[1]);
    const __m512i c = load(rows[2]);
    const __m512i d = load(rows[3]);
    const __m512i lowerAB = _mm512_unpacklo_epi8(a, b);
    const __m512i upperAB = _mm512_unpackhi_epi8(a, b);
    const __m512i lowerCD = _mm512_unpacklo_epi8(c, d);
    const __m512i upperCD = _mm512_unpackhi_epi8(c, d);
    values[0] = _mm512_unpacklo_epi16(lowerAB, lowerCD);
    values[1] = _mm512_unpackhi_epi16(lowerAB, lowerCD);
    values[2] = _mm512_unpacklo_epi16(upperAB, upperCD);
    values[3] = _mm512_unpackhi_epi16(upperAB, upperCD);
}

// output[64] = factor * output + step * sums, which are in the order of interleave().
inline void addSums(const __m512i (&sums)[4], float step, float factor, float* output) {
    const __m512i a = _mm512_shuffle_i32x4(sums[0], sums[1], 0x44);
    const __m512i b = _mm512_shuffle_i32x4(sums[0], sums[1], 0xEE);
    const __m512i c = _mm512_shuffle_i32x4(sums[2], sums[3], 0x44);
    const __m512i d = _mm512_shuffle_i32x4(sums[2], sums[3], 0xEE);
    const __m512i ordered[4] = {_mm512_shuffle_i32x4(a, c, 0x88), _mm512_shuffle_i32x4(a, c, 0xDD),
                                _mm512_shuffle_i32x4(b, d, 0x88), _mm512_shuffle_i32x4(b, d, 0xDD)};
#pragma GCC unroll 4
    for (std::size_t i = 0; i < 4; ++i) {
        const __m512 added = _mm512_mul_ps(_mm512_cvtepi32_ps(ordered[i]), _mm512_set1_ps(step));
        const __m512 before = _mm512_loadu_ps(output + 16 * i);
        _mm512_storeu_ps(output + 16 * i, _mm512_fmadd_ps(before, _mm512_set1_ps(factor), added));
    }
}

// 64 channels from `channel` on for `rows` rows from `row` on.
template <int rows>
void accumulateChunk(const RowTile& tile, const TileWeights& weights, const float* factors,
                     std::int64_t row, std::int64_t channel) {
    const KeyValueView& view = *tile.view;
    const auto* begin = static_cast<const std::uint8_t*>(view.values) +
                        (tile.head * view.capacity + tile.first) * view.headDim + channel;
    __m512i sums[rows][2][4];
    for (auto& each : sums)
        for (auto& part : each)
            for (__m512i& sum : part) sum = _mm512_setzero_si512();
    for (std::int64_t first = 0; first < tile.count; first += 4) {
        const std::uint8_t* keys[4];
        for (std::int64_t k = 0; k < 4; ++k) {
            keys[k] = begin + std::min(first + k, tile.count - 1) * view.headDim;
            _mm_prefetch(reinterpret_cast<const char*>(keys[k] + kRowKeys * view.headDim),
                         _MM_HINT_T0);
        }
        __m512i values[4];
        interleave(keys, values);
#pragma GCC unroll 4
        for (int r = 0; r < rows; ++r) {
            const __m512i upper = wordOfAll(weights.upper[row + r] + first);
            const __m512i lower = wordOfAll(weights.lower[row + r] + first);
#pragma GCC unroll 4
            for (std::size_t i = 0; i < 4; ++i) {
                sums[r][0][i] = _mm512_dpbusd_epi32(sums[r][0][i], upper, values[i]);
                sums[r][1][i] = _mm512_dpbusd_epi32(sums[r][1][i], lower, values[i]);
            }
        }
    }
#pragma GCC unroll 4
    for (int r = 0; r < rows; ++r) {
        __m512i whole[4];
#pragma GCC unroll 4
        for (std::size_t i = 0; i < 4; ++i)
            whole[i] = _mm512_add_epi32(_mm512_slli_epi32(sums[r][0][i], 8), sums[r][1][i]);
        addSums(whole, weights.steps[row + r], factors[row + r],
                tile.outputs + (row + r) * view.headDim + channel);
    }
}

void accumulate(const RowTile& tile, const float* factors) {
    TileWeights weights;
    roundWeights(tile, weights);
    for (std::int64_t channel = 0; channel < tile.view->headDim; channel += kLine) {
        std::int64_t row = 0;
        for (; row + kRowsAtATime <= tile.rows; row += kRowsAtATime)
            accumulateChunk<kRowsAtATime>(tile, weights, factors, row, channel);
        if (tile.rows - row == 2) accumulateChunk<2>(tile, weights, factors, row, channel);
        if (tile.rows - row == 1) accumulateChunk<1>(tile, weights, factors, row, channel);
    }
}

}  // namespace
}  // namespace asterism::cpu
ASTERISM_END_VNNI

#endif

namespace asterism::cpu {

const ByteAttentionKernels* byteAttentionKernels([[maybe_unused]] Arithmetic arithmetic,
                                                 [[maybe_unused]] InstructionSet set) {
#if HWY_ARCH_X86
    static constexpr ByteAttentionKernels kVnni = {prepare, score, accumulate};
    if (usesVnni(arithmetic)) return &kVnni;
    if (arithmetic == Arithmetic::avx2Bytes && set == InstructionSet::avx2)
        return &avx2::byteAttentionKernelTable();
#endif
    return nullptr;
}

}  // namespace asterism::cpu
