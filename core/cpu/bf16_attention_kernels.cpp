#include "core/cpu/bf16_attention_kernels.h"

#if HWY_ARCH_X86

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "core/cpu/bf16_vectors.h"
#include "core/cpu/sizes.h"

namespace asterism::cpu::bf16 {
namespace {

constexpr short kBf16One = 0x3f80;
// Keys and dimensions that are multiplied at a time with two vectors of rows: their sums stay in
// registers.
constexpr std::int64_t kScoreKeys = 8;
constexpr std::int64_t kValueDims = 8;
static_assert(kStep % kScoreKeys == 0 && kStep % kValueDims == 0);
constexpr std::int64_t kTileValues = 98304;

// What is not worth an own kernel here.
const AttentionKernels& floatKernels() {
    static const AttentionKernels& kernels = attentionKernels(InstructionSet::avx512);
    return kernels;
}

void mask(const TileMask& mask, const std::int32_t* rowTokens, std::int64_t count, float* scores) {
    floatKernels().mask(mask, rowTokens, count, scores);
}

void mergePanel(const float* outputs, const float* maxima, const float* sums, std::int64_t headDim,
                float* allOutputs, float* allMaxima, float* allSums) {
    floatKernels().mergePanel(outputs, maxima, sums, headDim, allOutputs, allMaxima, allSums);
}

}  // namespace
}  // namespace asterism::cpu::bf16

ASTERISM_BEGIN_BF16
namespace asterism::cpu::bf16 {
namespace {

// Rounds two vectors to bf16 and pairs their lanes: what a tile's pairs of values are.
inline __m512i pairUp(__m512 first, __m512 second) {
    const __m512i half = _mm512_set1_epi32(0x8000);
    const __m512i low = _mm512_add_epi32(_mm512_castps_si512(first), half);
    const __m512i high = _mm512_add_epi32(_mm512_castps_si512(second), half);
    // high where the mask is set, low >> 16 elsewhere
    return _mm512_ternarylogic_epi32(_mm512_set1_epi32(static_cast<int>(0xffff0000U)), high,
                                     _mm512_srli_epi32(low, 16), 0xca);
}

// 2^x to 1e-4 of its value, for x <= 0.
inline __m512 exp2(__m512 x) {
    constexpr int kBelowFloor = 0x09;  // what remains above the next lower whole number
    const __m512 f = _mm512_reduce_ps(x, kBelowFloor);
    __m512 series = _mm512_set1_ps(7.8024521e-2F);
    series = _mm512_fmadd_ps(series, f, _mm512_set1_ps(2.2606716e-1F));
    series = _mm512_fmadd_ps(series, f, _mm512_set1_ps(6.9583356e-1F));
    series = _mm512_fmadd_ps(series, f, _mm512_set1_ps(9.9992520e-1F));
    return _mm512_scalef_ps(series, x);
}

// The mantissas of 2^0, 2^(1/128), ... as bf16 has them.
constexpr std::array<std::uint8_t, 128> powerMantissas() {
    std::array<std::uint8_t, 128> mantissas{};
    double power = 1;
    for (std::uint8_t& mantissa : mantissas) {
        mantissa = static_cast<std::uint8_t>((static_cast<int>((power - 1) * 256) + 1) / 2);
        power *= 1.0054299011128028;  // 2^(1/128)
    }
    return mantissas;
}

// 2^(x - base) as bf16. A bf16 read as a whole number is its exponent in 128ths, with a mantissa
// that stands for the fraction: so x is rounded to 128ths, and a table has the mantissas. What is
// too small for bf16 becomes 0.
class Powers {
  public:
    Powers()
        : m_low(_mm512_loadu_si512(kMantissas.data())),
          m_high(_mm512_loadu_si512(kMantissas.data() + kMantissas.size() / 2)) {}

    // The next whole number of 128ths, as a base must be.
    static __m512 roundUp(__m512 base) {
        constexpr int kCeiling = 0x0a;
        return _mm512_roundscale_ps(base, kFractionBits << 4 | kCeiling);
    }
    static __m512 offset(__m512 base) {
        return _mm512_fnmadd_ps(base, _mm512_set1_ps(kParts),
                                _mm512_set1_ps(kWhole + kBias * kParts));
    }
    // Those of two keys, paired lane by lane; offset as for the base.
    __m512i pair(__m512 first, __m512 second, __m512 offset) const {
        const __m512i linear =
            _mm512_ternarylogic_epi32(_mm512_set1_epi32(0xffff), parts(first, offset),
                                      _mm512_slli_epi32(parts(second, offset), 16), kSelect);
        const __m512i mantissas = _mm512_permutex2var_epi8(m_low, linear, m_high);
        return _mm512_ternarylogic_epi32(_mm512_set1_epi16(0x7f), mantissas, linear, kSelect);
    }

  private:
    static constexpr std::array<std::uint8_t, 128> kMantissas = powerMantissas();
    static constexpr int kFractionBits = 7;
    static constexpr float kParts = 128;
    static constexpr float kBias = 127;
    static constexpr float kWhole = 12582912;  // floats of this size are whole: their lowest bits
    static constexpr int kSelect = 0xca;       // first ? second : third, bit by bit

    static __m512i parts(__m512 x, __m512 offset) {
        const __m512 sum = _mm512_fmadd_ps(x, _mm512_set1_ps(kParts), offset);
        return _mm512_castps_si512(_mm512_max_ps(sum, _mm512_set1_ps(kWhole)));
    }

    __m512i m_low;
    __m512i m_high;
};

// [key, dimension] as bf16; zeros up to a whole number of steps of keys.
void loadKeys(const KeyValueView& from, std::int64_t head, std::int64_t first, std::int64_t count,
              const KeyRotation& rotation, float* keys) {
    alignas(64) float rows[kLanes * keyStride(kMaxHeadDim)];
    auto* packed = reinterpret_cast<std::byte*>(keys);
    const std::int64_t bytes = from.headDim * 2;
    for (std::int64_t k = 0; k < count; k += kLanes) {
        const std::int64_t valid = std::min(kLanes, count - k);
        floatKernels().loadKeys(from, head, first + k, valid,
                                {rotation.cosines + k * rotation.pairs,
                                 rotation.sines + k * rotation.pairs, rotation.pairs},
                                rows);
        for (std::int64_t row = 0; row < valid; ++row)
            for (std::int64_t i = 0; i < from.headDim; i += kStep)
                _mm512_store_si512(packed + (k + row) * bytes + i * 2,
                                   toBf16(rows + row * keyStride(from.headDim) + i));
    }
    std::memset(packed + count * bytes, 0,
                static_cast<std::size_t>((roundUp(count, kStep) - count) * bytes));
}

// 16 values of two rows, paired.
inline __m512i pairOfRows(const float* first, const float* second) {
    return pairUp(_mm512_loadu_ps(first), _mm512_loadu_ps(second));
}

inline __m512i widenWords(const std::uint16_t* words) {
    return _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(words)));
}

inline __m512i pairOfRows(const std::uint16_t* first, const std::uint16_t* second) {
    return _mm512_or_si512(widenWords(first), _mm512_slli_epi32(widenWords(second), 16));
}

// kStep rows of values, those beyond `valid` 0, as [dimension, key].
template <typename Value>
void packValues(const Value* rows, std::int64_t valid, std::int64_t headDim, std::byte* packed) {
    static constexpr Value kNothing[kLanes] = {};
    for (std::int64_t i = 0; i < headDim; i += kLanes) {
        const auto row = [&](std::int64_t k) {
            return k < valid ? rows + k * headDim + i : kNothing;
        };
        Vectors pairs;
        for (std::int64_t p = 0; p < kLanes; ++p)
            pairs[static_cast<std::size_t>(p)] = pairOfRows(row(2 * p), row(2 * p + 1));
        transpose(pairs);
        for (const __m512i dimension : pairs) {
            _mm512_store_si512(packed, dimension);
            packed += kValueBytes;
        }
    }
}

// [dimension, key] as bf16, with room for kKeyTile keys; zeros up to a whole number of steps.
const float* loadValues(const KeyValueView& from, std::int64_t head, std::int64_t first,
                        std::int64_t count, float* values) {
    alignas(64) float rows[kStep * kMaxHeadDim];
    auto* packed = reinterpret_cast<std::byte*>(values);
    for (std::int64_t k = 0; k < count; k += kStep, packed += kStep * 2) {
        const std::int64_t valid = std::min(kStep, count - k);
        if (from.type == KvType::bf16) {
            const std::int64_t row = head * from.capacity + first + k;
            packValues(static_cast<const std::uint16_t*>(from.values) + row * from.headDim, valid,
                       from.headDim, packed);
        } else {
            packValues(floatKernels().loadValues(from, head, first + k, valid, rows), valid,
                       from.headDim, packed);
        }
    }
    return values;
}

// [pair of dimensions, row, dimension of the pair] as bf16.
void rotatePanel(const float* queries, const float* cosines, const float* sines, std::int64_t pairs,
                 std::int64_t headDim, float* rotated) {
    alignas(64) float rows[kMaxHeadDim * kPanelRows];
    floatKernels().rotatePanel(queries, cosines, sines, pairs, headDim, rows);
    auto* packed = reinterpret_cast<std::byte*>(rotated);
    for (std::int64_t i = 0; i < headDim; i += 2) {
        for (std::int64_t half = 0; half < kPanelRows; half += kLanes, packed += kVectorBytes) {
            const float* row = rows + i * kPanelRows + half;
            _mm512_store_si512(packed,
                               pairUp(_mm512_load_ps(row), _mm512_load_ps(row + kPanelRows)));
        }
    }
}

// kScoreKeys keys at a time, which are keyBytes apart, times all rows of the panel; known sizes of
// heads make those distances part of the instructions.
inline __attribute__((always_inline)) void scoreKeys(const std::byte* keys, std::int64_t keyBytes,
                                                     std::int64_t count, const std::byte* queries,
                                                     float* scores) {
    for (std::int64_t k = 0; k < count; k += kScoreKeys, keys += kScoreKeys * keyBytes) {
        __m512 sums[kScoreKeys][2];
#pragma GCC unroll 8
        for (std::int64_t i = 0; i < kScoreKeys; ++i) sums[i][0] = sums[i][1] = _mm512_setzero_ps();
        const std::byte* query = queries;
        for (std::int64_t pair = 0; pair < keyBytes; pair += 4, query += kPanelBytes) {
            const __m512i left = _mm512_load_si512(query);
            const __m512i right = _mm512_load_si512(query + kVectorBytes);
#pragma GCC unroll 8
            for (std::int64_t i = 0; i < kScoreKeys; ++i) {
                const __m512i key = pairAt(keys + i * keyBytes + pair);
                sums[i][0] = addProducts(sums[i][0], key, left);
                sums[i][1] = addProducts(sums[i][1], key, right);
            }
        }
#pragma GCC unroll 8
        for (std::int64_t i = 0; i < kScoreKeys; ++i, scores += kPanelRows) {
            _mm512_store_ps(scores, sums[i][0]);
            _mm512_store_ps(scores + kLanes, sums[i][1]);
        }
    }
}

void score(const float* keys, std::int64_t count, const float* queries, std::int64_t headDim,
           float* scores) {
    const auto* key = reinterpret_cast<const std::byte*>(keys);
    const auto* query = reinterpret_cast<const std::byte*>(queries);
    switch (headDim) {
        case 64:
            return scoreKeys(key, 128, count, query, scores);
        case 128:
            return scoreKeys(key, 256, count, query, scores);
        case 256:
            return scoreKeys(key, 512, count, query, scores);
        default:
            return scoreKeys(key, headDim * 2, count, query, scores);
    }
}

// By what the rows of a panel look their weights up, and the sums of these; half a panel each.
struct Lookup {
    __m512 offsets[2];  // Powers::offset()
    __m512 sums[2];
};

// Moves maxima on; the sums so far go with them. A score that is no number, which no table would
// show, makes the row's factor and with it all that the row has seen no number either.
Lookup raiseMaxima(std::int64_t keys, const float* scores, float* maxima, const float* sums,
                   float* factors) {
    Lookup lookup;
    for (std::int64_t half = 0; half < 2; ++half) {
        const float* column = scores + half * kLanes;
        const __m512 before = _mm512_load_ps(maxima + half * kLanes);
        __m512 even = before;
        __m512 odd = before;
        __mmask16 numbers = 0xffff;
        for (std::int64_t k = 0; k < keys; k += 2) {
            const __m512 first = _mm512_load_ps(column + k * kPanelRows);
            const __m512 second = _mm512_load_ps(column + (k + 1) * kPanelRows);
            even = _mm512_max_ps(even, first);
            odd = _mm512_max_ps(odd, second);
            numbers = _mm512_mask_cmp_ps_mask(numbers, first, second, _CMP_ORD_Q);
        }
        const __m512 maximum = Powers::roundUp(_mm512_max_ps(even, odd));
        // Above kMasked, so that rows which see nothing get weights of 0, not of 1.
        const __m512 base = _mm512_max_ps(maximum, _mm512_set1_ps(kMasked / 10));
        const __m512 factor = exp2(_mm512_sub_ps(before, base));
        const __mmask16 same = _mm512_cmp_ps_mask(before, base, _CMP_EQ_OQ);
        __m512 exact = _mm512_mask_blend_ps(same, factor, _mm512_set1_ps(1.0F));
        const __m512 infinity = _mm512_set1_ps(std::numeric_limits<float>::infinity());
        numbers = _mm512_mask_cmp_ps_mask(numbers, maximum, infinity, _CMP_LT_OQ);
        exact = _mm512_mask_blend_ps(
            numbers, _mm512_set1_ps(std::numeric_limits<float>::quiet_NaN()), exact);
        _mm512_store_ps(maxima + half * kLanes, maximum);
        _mm512_store_ps(factors + half * kLanes, exact);
        lookup.sums[half] = _mm512_mul_ps(_mm512_load_ps(sums + half * kLanes), exact);
        lookup.offsets[half] = Powers::offset(base);
    }
    return lookup;
}

// The weights of each pair of keys take the place of the first one's scores' half:
// [pair of keys, row, key of the pair] as bf16, zeros up to a whole number of steps of keys.
void soften(std::int64_t count, float* scores, float* maxima, float* sums, float* factors) {
    const std::int64_t padded = roundUp(count, kStep);
    for (std::int64_t row = count * kPanelRows; row < padded * kPanelRows; row += kLanes)
        _mm512_store_ps(scores + row, _mm512_set1_ps(kMasked));
    Lookup lookup = raiseMaxima(padded, scores, maxima, sums, factors);

    const Powers powers;
    const auto ones = reinterpret_cast<__m512bh>(_mm512_set1_epi16(kBf16One));
    auto* weights = reinterpret_cast<std::byte*>(scores);
    for (std::int64_t k = 0; k < padded; k += 2, weights += kPanelBytes) {
        const float* first = scores + k * kPanelRows;
        const float* second = first + kPanelRows;
        const __m512i left =
            powers.pair(_mm512_load_ps(first), _mm512_load_ps(second), lookup.offsets[0]);
        const __m512i right = powers.pair(_mm512_load_ps(first + kLanes),
                                          _mm512_load_ps(second + kLanes), lookup.offsets[1]);
        lookup.sums[0] = _mm512_dpbf16_ps(lookup.sums[0], reinterpret_cast<__m512bh>(left), ones);
        lookup.sums[1] = _mm512_dpbf16_ps(lookup.sums[1], reinterpret_cast<__m512bh>(right), ones);
        _mm512_store_si512(weights, left);
        _mm512_store_si512(weights + kVectorBytes, right);
    }
    _mm512_store_ps(sums, lookup.sums[0]);
    _mm512_store_ps(sums + kLanes, lookup.sums[1]);
}

// Some dimensions at a time, of all rows of the panel.
void accumulate(const float* weights, const float* values, std::int64_t count, const float* factors,
                std::int64_t headDim, float* outputs) {
    const __m512 leftFactor = _mm512_load_ps(factors);
    const __m512 rightFactor = _mm512_load_ps(factors + kLanes);
    const auto* value = reinterpret_cast<const std::byte*>(values);
    for (std::int64_t d = 0; d < headDim; d += kValueDims, value += kValueDims * kValueBytes) {
        float* output = outputs + d * kPanelRows;
        __m512 sums[kValueDims][2];
#pragma GCC unroll 8
        for (std::int64_t i = 0; i < kValueDims; ++i) {
            const float* before = output + i * kPanelRows;
            sums[i][0] = _mm512_mul_ps(leftFactor, _mm512_load_ps(before));
            sums[i][1] = _mm512_mul_ps(rightFactor, _mm512_load_ps(before + kLanes));
        }
        const auto* weight = reinterpret_cast<const std::byte*>(weights);
        for (std::int64_t pair = 0; pair < count * 2; pair += 4, weight += kPanelBytes) {
            const __m512i left = _mm512_load_si512(weight);
            const __m512i right = _mm512_load_si512(weight + kVectorBytes);
#pragma GCC unroll 8
            for (std::int64_t i = 0; i < kValueDims; ++i) {
                const __m512i two = pairAt(value + i * kValueBytes + pair);
                sums[i][0] = addProducts(sums[i][0], two, left);
                sums[i][1] = addProducts(sums[i][1], two, right);
            }
        }
#pragma GCC unroll 8
        for (std::int64_t i = 0; i < kValueDims; ++i) {
            _mm512_store_ps(output + i * kPanelRows, sums[i][0]);
            _mm512_store_ps(output + i * kPanelRows + kLanes, sums[i][1]);
        }
    }
}

}  // namespace

const AttentionKernels& attentionKernelTable() {
    static constexpr AttentionKernels kTable = {
        kPanelRows, kStep, kKeyTile, kTileValues, loadKeys,   loadValues, rotatePanel,
        score,      mask,  soften,   accumulate,  mergePanel, nullptr,    nullptr};
    return kTable;
}

}  // namespace asterism::cpu::bf16
ASTERISM_END_BF16

#endif
