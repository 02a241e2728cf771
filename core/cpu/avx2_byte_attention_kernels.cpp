#include "core/cpu/avx2_byte_attention_kernels.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/cpu/x86_vectors.h"

#if HWY_ARCH_X86

ASTERISM_BEGIN_AVX2
namespace asterism::cpu::avx2 {
namespace {

constexpr std::int64_t kVector = 32;     // bytes
constexpr std::int64_t kWords = 16;      // of a vector
constexpr std::int64_t kLanes = 8;       // that add up pairs of words
constexpr std::int64_t kPairs = 32;      // rotated pairs of a chunk: 64 channels
constexpr std::int64_t kGroupKeys = 16;  // keys whose angles lie side by side
constexpr int kValueRows = 4;            // rows whose sums of values fit the registers
constexpr float kKeyRange = 32000.0F;    // of rotated pairs, with room for rounding
constexpr float kWeightRange = 32767.0F;
// Of one channel of a query, and of its pairs' lengths that one lane adds up: the sum of a lane,
// four pairs of every chunk, is below 2^31.
constexpr float kQueryRange = 32767.0F;
constexpr float kQuerySum = 66000.0F;
static_assert((kQuerySum + 0.5F * kMaxHeadDim) * (kKeyRange + 16) < 2147483648.0F);
static_assert(kRowKeys * kWeightRange * 128 < 2147483648.0F);

inline __m256i load(const void* from) {
    return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}

inline void store(__m256i words, void* to) {
    _mm256_storeu_si256(static_cast<__m256i*>(to), words);
}

inline __m256 sizeOf(__m256 values) {
    return _mm256_andnot_ps(_mm256_set1_ps(-0.0F), values);
}

inline float sumOf(__m256 values) {
    const __m128 four =
        _mm_add_ps(_mm256_castps256_ps128(values), _mm256_extractf128_ps(values, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

// Of sizes as bits: they have the same order, and what is no number, the largest, is kept.
inline __m256 largerSize(__m256 largest, __m256 values) {
    return _mm256_castsi256_ps(
        _mm256_max_epi32(_mm256_castps_si256(largest), _mm256_castps_si256(sizeOf(values))));
}

inline float largestOf(__m256 sizes) {
    const __m256i bits = _mm256_castps_si256(sizes);
    const __m128i four =
        _mm_max_epi32(_mm256_castsi256_si128(bits), _mm256_extracti128_si256(bits, 1));
    const __m128i two = _mm_max_epi32(four, _mm_unpackhi_epi64(four, four));
    return std::bit_cast<float>(
        _mm_cvtsi128_si32(_mm_max_epi32(two, _mm_shuffle_epi32(two, 0x55))));
}

// The whole numbers at even or odd places of 16, without their upper halves: those of both lower,
// then of both upper halves of the vectors.
template <int odd>
inline __m256i everyOther(__m256i a, __m256i b) {
    constexpr int kPlaces = odd ? 0xDD : 0x88;
    const __m256 picked =
        _mm256_shuffle_ps(_mm256_castsi256_ps(a), _mm256_castsi256_ps(b), kPlaces);
    return _mm256_and_si256(_mm256_castps_si256(picked), _mm256_set1_epi32(0xFFFF));
}

// The whole numbers at even or odd places of 32 as words.
template <int odd>
inline __m256i everyOther(const __m256i (&wholes)[4]) {
    const __m256i packed = _mm256_packus_epi32(everyOther<odd>(wholes[0], wholes[1]),
                                               everyOther<odd>(wholes[2], wholes[3]));
    return _mm256_permutevar8x32_epi32(packed, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
}

// Scale and offset of eight channels of keys, and the largest size of what they give.
struct Channels {
    __m256 scale, offset, most;

    explicit Channels(const float* scales, const float* offsets)
        : scale(_mm256_loadu_ps(scales)),
          offset(_mm256_loadu_ps(offsets)),
          most(_mm256_max_ps(sizeOf(offset),
                             sizeOf(_mm256_fmadd_ps(scale, _mm256_set1_ps(255.0F), offset)))) {}

    // Of bytes in the upper half of a word, of which the product's upper half is kept: it is cut
    // off, half a step too small in the mean.
    __m256i scaleWords(__m256 unit) const {
        return _mm256_cvtps_epi32(
            _mm256_mul_ps(_mm256_mul_ps(scale, unit), _mm256_set1_ps(256.0F)));
    }
    __m256i offsetWords(__m256 unit) const {
        return _mm256_cvtps_epi32(_mm256_fmadd_ps(offset, unit, _mm256_set1_ps(0.5F)));
    }
};

// Factors of a chunk's keys: of the even channels scales of the low ones, offsets of them, the same
// of the high ones, then of the odd channels, 16 words each. `units` [headDim] receives what a step
// of a rotated key stands for.
void prepareChunk(const RowTile& tile, std::int64_t first, std::uint16_t* factors, float* units) {
    const std::int64_t pairs = tile.view->headDim / 2;
    const std::int64_t channels = tile.head * tile.view->headDim + first;
    const float* scales = tile.view->keyScale + channels;
    const float* offsets = tile.view->keyOffset + channels;
    __m256i words[4][4];
    for (std::size_t i = 0; i < 4; ++i) {
        const Channels low(scales + 8 * i, offsets + 8 * i);
        const Channels high(scales + pairs + 8 * i, offsets + pairs + 8 * i);
        const __m256 most = _mm256_sqrt_ps(
            _mm256_fmadd_ps(low.most, low.most, _mm256_mul_ps(high.most, high.most)));
        const __m256 some = _mm256_cmp_ps(most, _mm256_setzero_ps(), _CMP_GT_OQ);
        const __m256 unit = _mm256_and_ps(some, _mm256_div_ps(_mm256_set1_ps(kKeyRange), most));
        words[0][i] = low.scaleWords(unit);
        words[1][i] = low.offsetWords(unit);
        words[2][i] = high.scaleWords(unit);
        words[3][i] = high.offsetWords(unit);
        const __m256 step = _mm256_mul_ps(most, _mm256_set1_ps(1 / kKeyRange));
        float* unitsHere = units + first + static_cast<std::int64_t>(8 * i);
        _mm256_storeu_ps(unitsHere, step);
        _mm256_storeu_ps(unitsHere + pairs, step);
    }
    for (const auto& each : words) {
        store(everyOther<0>(each), factors);
        store(everyOther<1>(each), factors + 4 * kWords);
        factors += kWords;
    }
}

// 32 channels of a query as whole numbers: the even ones, then, 32 words on, the odd ones.
inline void roundQuery(const float* query, const float* units, float factor, std::int16_t* to) {
    __m256i wholes[4];
    for (std::size_t i = 0; i < 4; ++i) {
        const __m256 value =
            _mm256_mul_ps(_mm256_loadu_ps(query + 8 * i), _mm256_loadu_ps(units + 8 * i));
        wholes[i] = _mm256_cvtps_epi32(_mm256_mul_ps(value, _mm256_set1_ps(factor)));
    }
    store(everyOther<0>(wholes), to);
    store(everyOther<1>(wholes), to + 2 * kWords);
}

// A query in units of the keys' words, in the order of rotated keys.
void prepareQuery(const float* query, const float* units, std::int64_t headDim,
                  const ByteHead& head, std::int64_t row) {
    const std::int64_t pairs = headDim / 2;
    __m256 largest = _mm256_setzero_ps();
    __m256 lengths = _mm256_setzero_ps();
    __m256 longest = _mm256_setzero_ps();
    for (std::int64_t i = 0; i < pairs; i += 8) {
        const __m256 unit = _mm256_loadu_ps(units + i);
        const __m256 low = _mm256_mul_ps(_mm256_loadu_ps(query + i), unit);
        const __m256 high = _mm256_mul_ps(_mm256_loadu_ps(query + pairs + i), unit);
        largest = _mm256_max_ps(largest, _mm256_max_ps(sizeOf(low), sizeOf(high)));
        const __m256 length = _mm256_sqrt_ps(_mm256_fmadd_ps(low, low, _mm256_mul_ps(high, high)));
        lengths = _mm256_add_ps(lengths, length);
        longest = _mm256_max_ps(longest, length);
    }
    // The sum of all first: it keeps what is no number.
    const std::int64_t lanePairs = pairs / kLanes;
    const float ofLane =
        std::min(sumOf(lengths), largestOf(longest) * static_cast<float>(lanePairs));
    const float step = std::max(ofLane / kQuerySum, largestOf(largest) / kQueryRange);
    const float factor = step > 0 ? 1 / step : 0.0F;
    auto* to = reinterpret_cast<std::int16_t*>(head.queries) + row * headDim;
    for (std::int64_t channel = 0; channel < pairs; channel += kPairs, to += 4 * kWords) {
        roundQuery(query + channel, units + channel, factor, to);
        roundQuery(query + pairs + channel, units + channel, factor, to + kWords);
    }
    head.scales[row] = step;
}

void prepare(const RowTile& tile, const ByteHead& head) {
    const std::int64_t headDim = tile.view->headDim;
    alignas(kVector) float units[kMaxHeadDim];
    for (std::int64_t first = 0; first < headDim / 2; first += kPairs)
        prepareChunk(tile, first, head.factors + 4 * first, units);
    for (std::int64_t row = 0; row < tile.rows; ++row)
        prepareQuery(tile.queries + row * headDim, units, headDim, head, row);
}

// The even or odd ones of 32 bytes as words of a rotation, of which `factors` are.
template <int odd>
inline __m256i wordsOf(__m256i bytes, const std::uint16_t* factors) {
    const __m256i upper =
        odd ? _mm256_and_si256(bytes, _mm256_set1_epi16(-256)) : _mm256_slli_epi16(bytes, 8);
    return _mm256_add_epi16(_mm256_mulhi_epu16(upper, load(factors)), load(factors + kWords));
}

// 16 even or odd pairs of a key, rotated: the low channels, then the high ones.
template <int odd>
inline void rotate(__m256i lows, __m256i highs, const std::uint16_t* factors,
                   const std::int16_t* angles, __m256i* turned) {
    const __m256i x = wordsOf<odd>(lows, factors + odd * 4 * kWords);
    const __m256i y = wordsOf<odd>(highs, factors + odd * 4 * kWords + 2 * kWords);
    const __m256i cosine = load(angles + odd * 2 * kWords);
    const __m256i sine = load(angles + odd * 2 * kWords + 4 * kWords);
    turned[0] = _mm256_sub_epi16(_mm256_mulhrs_epi16(x, cosine), _mm256_mulhrs_epi16(y, sine));
    turned[1] = _mm256_add_epi16(_mm256_mulhrs_epi16(x, sine), _mm256_mulhrs_epi16(y, cosine));
}

// The order in which the keys of a group have their angles.
constexpr std::int64_t keyAt(std::int64_t place) {
    return place / 8 * 8 + place % 2 * 4 + place % 8 / 2;
}

// What the lanes of a group's scores are the sums of: the keys in the order of keyAt().
using LaneSums = __m256i[kGroupKeys][kMostRows];

// Adds a chunk of a group's keys, rotated, times `rows` queries.
template <int rows>
void addChunk(const std::uint8_t* const (&keys)[kGroupKeys], std::int64_t channel,
              std::int64_t headDim, const std::uint16_t* factors, const std::int16_t* angles,
              const std::int16_t* queries, LaneSums& sums) {
    for (std::size_t place = 0; place < kGroupKeys; ++place) {
        const std::uint8_t* key = keys[place] + channel;
        const __m256i lows = load(key);
        const __m256i highs = load(key + headDim / 2);
        __m256i turned[4];
        rotate<0>(lows, highs, factors, angles, turned);
        rotate<1>(lows, highs, factors, angles, turned + 2);
#pragma GCC unroll 8
        for (int r = 0; r < rows; ++r) {
            const std::int16_t* query = queries + r * headDim;
            __m256i products[4];
#pragma GCC unroll 4
            for (std::int64_t i = 0; i < 4; ++i)
                products[i] = _mm256_madd_epi16(turned[i], load(query + i * kWords));
            __m256i sum = _mm256_add_epi32(_mm256_add_epi32(products[0], products[1]),
                                           _mm256_add_epi32(products[2], products[3]));
            if (channel > 0) sum = _mm256_add_epi32(sum, sums[place][r]);
            sums[place][r] = sum;
        }
        // Angles of two keys lie side by side.
        angles += place % 2 == 0 ? kWords : 7 * kWords;
    }
}

inline __m256 addPairs(__m256i a, __m256i b) {
    return _mm256_hadd_ps(_mm256_cvtepi32_ps(a), _mm256_cvtepi32_ps(b));
}

// Scores of keys [first, first + 16) of the tile for `rows` rows from `row` on. Keys behind the
// last repeat it.
template <int rows>
void scoreGroup(const RowTile& tile, const ByteHead& head, std::int64_t row, std::int64_t first) {
    const KeyValueView& view = *tile.view;
    const std::int64_t pairs = view.headDim / 2;
    const auto* begin = static_cast<const std::uint8_t*>(view.keys) +
                        (tile.head * view.capacity + tile.first) * view.headDim;
    const std::uint8_t* keys[kGroupKeys];
#pragma GCC unroll 16
    for (std::int64_t place = 0; place < kGroupKeys; ++place) {
        keys[place] = begin + std::min(first + keyAt(place), tile.count - 1) * view.headDim;
        prefetchNextTile(keys[place], view.headDim);
    }
    const std::int16_t* angles = tile.rotation.words + first * 2 * pairs;
    const auto* queries = reinterpret_cast<const std::int16_t*>(head.queries) + row * view.headDim;
    LaneSums sums;
    for (std::int64_t channel = 0; channel < pairs; channel += kPairs) {
        addChunk<rows>(keys, channel, view.headDim, head.factors + 4 * channel, angles,
                       queries + 2 * channel, sums);
        angles += kGroupKeys * 4 * kWords;
    }
    float* scores = tile.scores + row * kRowKeys + first;
    for (int r = 0; r < rows; ++r, scores += kRowKeys) {
        const __m128 scale = _mm_set1_ps(head.scales[row + r]);
#pragma GCC unroll 4
        for (std::size_t four = 0; four < 4; ++four) {
            const auto* of = sums + four / 2 * 8 + four % 2;
            const __m256 added =
                _mm256_hadd_ps(addPairs(of[0][r], of[2][r]), addPairs(of[4][r], of[6][r]));
            const __m128 sum =
                _mm_add_ps(_mm256_castps256_ps128(added), _mm256_extractf128_ps(added, 1));
            _mm_storeu_ps(scores + 4 * four, _mm_mul_ps(sum, scale));
        }
    }
}

template <int rows = kMostRows>
void scoreRows(const RowTile& tile, const ByteHead& head, std::int64_t row) {
    if constexpr (rows > 1) {
        if (tile.rows - row < rows) return scoreRows<rows - 1>(tile, head, row);
    }
    for (std::int64_t first = 0; first < tile.count; first += kGroupKeys)
        scoreGroup<rows>(tile, head, row, first);
}

void score(const RowTile& tile, const ByteHead& head) {
    for (std::int64_t row = 0; row < tile.rows; row += kMostRows) scoreRows(tile, head, row);
}

// The weights of a tile, times their values' scales, in 15 bits.
struct TileWeights {
    alignas(kVector) std::int16_t words[kMostRows][kRowKeys];
    float steps[kMostRows];
};

// -1 for the first `count` of eight.
inline __m256i maskOf(std::int64_t count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)),
                              _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

void roundWeights(const RowTile& tile, TileWeights& weights) {
    const float* scales = tile.view->valueScale + tile.head * tile.view->capacity + tile.first;
    for (std::int64_t row = 0; row < tile.rows; ++row) {
        float* scores = tile.scores + row * kRowKeys;
        __m256 largest = _mm256_setzero_ps();
        for (std::int64_t k = 0; k < tile.count; k += 8) {
            const __m256 weight =
                _mm256_mul_ps(_mm256_loadu_ps(scores + k),
                              _mm256_maskload_ps(scales + k, maskOf(tile.count - k)));
            _mm256_storeu_ps(scores + k, weight);
            largest = largerSize(largest, weight);
        }
        const float most = largestOf(largest);
        weights.steps[row] = most / kWeightRange;
        const __m256 factor = _mm256_set1_ps(most > 0 ? kWeightRange / most : 0.0F);
        for (std::int64_t k = 0; k < tile.count; k += 8) {
            const __m256i whole =
                _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_loadu_ps(scores + k), factor));
            const __m128i words =
                _mm_packs_epi32(_mm256_castsi256_si128(whole), _mm256_extracti128_si256(whole, 1));
            _mm_store_si128(reinterpret_cast<__m128i*>(weights.words[row] + k), words);
        }
    }
}

inline __m256i pairOfAll(const std::int16_t* words) {
    std::int32_t both;
    std::memcpy(&both, words, sizeof both);
    return _mm256_set1_epi32(both);
}

// output[8] = factor * output + step * sums
inline void addSums(__m256i sums, float step, float factor, float* output) {
    const __m256 added = _mm256_mul_ps(_mm256_cvtepi32_ps(sums), _mm256_set1_ps(step));
    const __m256 before = _mm256_loadu_ps(output);
    _mm256_storeu_ps(output, _mm256_fmadd_ps(before, _mm256_set1_ps(factor), added));
}

// Adds the values of two keys, of 32 channels eight and, 16 on, eight more (`upper`: the next
// ones): of the even and of the odd ones of these.
template <int rows, int upper>
inline void addTwoKeys(const std::uint8_t* first, const std::uint8_t* second,
                       const std::int16_t* weights, __m256i (&sums)[rows][2]) {
    const __m256i both = upper ? _mm256_unpackhi_epi16(load(first), load(second))
                               : _mm256_unpacklo_epi16(load(first), load(second));
    // Words of the one and the other key.
    const __m256i even = _mm256_maddubs_epi16(_mm256_set1_epi16(1), both);
    const __m256i odd = _mm256_srai_epi16(both, 8);
#pragma GCC unroll 4
    for (int r = 0; r < rows; ++r) {
        const __m256i weight = pairOfAll(weights + r * kRowKeys);
        sums[r][0] = _mm256_add_epi32(sums[r][0], _mm256_madd_epi16(even, weight));
        sums[r][1] = _mm256_add_epi32(sums[r][1], _mm256_madd_epi16(odd, weight));
    }
}

// The channels of addTwoKeys() from `channel` on for `rows` rows from `row` on.
template <int rows, int upper>
void accumulateHalf(const RowTile& tile, const TileWeights& weights, const float* factors,
                    std::int64_t row, std::int64_t channel) {
    const KeyValueView& view = *tile.view;
    const std::int64_t stride = view.headDim;
    const auto* values = static_cast<const std::uint8_t*>(view.values) +
                         (tile.head * view.capacity + tile.first) * stride + channel;
    const std::int16_t* words = weights.words[row];
    __m256i sums[rows][2];
    for (auto& each : sums)
        for (__m256i& sum : each) sum = _mm256_setzero_si256();
    std::int64_t k = 0;
    for (; k + 4 <= tile.count; k += 4, values += 4 * stride) {
        if (!upper && channel == 0)
            for (std::int64_t i = 0; i < 4; ++i) prefetchNextTile(values + i * stride, stride);
        addTwoKeys<rows, upper>(values, values + stride, words + k, sums);
        addTwoKeys<rows, upper>(values + 2 * stride, values + 3 * stride, words + k + 2, sums);
    }
    // What is behind the last key has no weight.
    for (; k < tile.count; k += 2, values += 2 * stride)
        addTwoKeys<rows, upper>(values, k + 1 < tile.count ? values + stride : values, words + k,
                                sums);
#pragma GCC unroll 4
    for (int r = 0; r < rows; ++r) {
        const __m256i a = _mm256_unpacklo_epi32(sums[r][0], sums[r][1]);
        const __m256i b = _mm256_unpackhi_epi32(sums[r][0], sums[r][1]);
        float* output = tile.outputs + (row + r) * stride + channel + 8 * upper;
        const float step = weights.steps[row + r];
        addSums(_mm256_permute2x128_si256(a, b, 0x20), step, factors[row + r], output);
        addSums(_mm256_permute2x128_si256(a, b, 0x31), step, factors[row + r], output + 16);
    }
}

template <int rows>
void accumulateRows(const RowTile& tile, const TileWeights& weights, const float* factors,
                    std::int64_t row) {
    for (std::int64_t channel = 0; channel < tile.view->headDim; channel += kVector) {
        accumulateHalf<rows, 0>(tile, weights, factors, row, channel);
        accumulateHalf<rows, 1>(tile, weights, factors, row, channel);
    }
}

void accumulate(const RowTile& tile, const float* factors) {
    TileWeights weights;
    roundWeights(tile, weights);
    std::int64_t row = 0;
    for (; row + kValueRows <= tile.rows; row += kValueRows)
        accumulateRows<kValueRows>(tile, weights, factors, row);
    if (tile.rows - row == 3) accumulateRows<3>(tile, weights, factors, row);
    if (tile.rows - row == 2) accumulateRows<2>(tile, weights, factors, row);
    if (tile.rows - row == 1) accumulateRows<1>(tile, weights, factors, row);
}

}  // namespace

const ByteAttentionKernels& byteAttentionKernelTable() {
    static constexpr ByteAttentionKernels kTable = {prepare, score, accumulate};
    return kTable;
}

}  // namespace asterism::cpu::avx2
ASTERISM_END_AVX2

#endif
