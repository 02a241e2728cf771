#include "core/cpu/row_attention_kernels.h"

#include <algorithm>
#include <iterator>

#include "core/cpu/highway_targets.h"
#include "core/cpu/sizes.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/cpu/row_attention_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/cpu/block_reader-inl.h"
#include "core/cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace asterism::cpu::HWY_NAMESPACE {
namespace {

constexpr std::size_t kLanes = HWY_LANES(float);
constexpr std::int64_t kKeysAtATime = 4;
// Rows and vectors whose sums fit the registers.
constexpr int kDotRows = HWY_TARGET == HWY_AVX3 ? 4 : 2;
constexpr std::size_t kSumVectors = HWY_TARGET == HWY_AVX3 ? 16 : 8;

template <KvType type>
HWY_INLINE const std::uint8_t* rowOf(const void* data, const RowTile& tile, std::int64_t key) {
    const KeyValueView& view = *tile.view;
    return static_cast<const std::uint8_t*>(data) + (tile.head * view.capacity + tile.first + key) *
                                                        view.headDim *
                                                        KeyValueView::valueBytes(type);
}

// One vector of a stored key, un-rotated. scale and offset are those of the vector's channels.
template <KvType type>
HWY_INLINE FloatVector readKey(const std::uint8_t* row, std::size_t i, const float* scale,
                               const float* offset) {
    if constexpr (type == KvType::f32) return readPlain<DataType::f32>(row + 4 * i);
    if constexpr (type == KvType::bf16) return readPlain<DataType::bf16>(row + 2 * i);
    if constexpr (type == KvType::q8) {
        constexpr FloatTag d;
        return hn::MulAdd(toFloat(unsignedBytes(row + i)), hn::LoadU(d, scale + i),
                          hn::LoadU(d, offset + i));
    }
}

// One vector of a stored value; bytes are left unscaled.
template <KvType type>
HWY_INLINE FloatVector readValue(const std::uint8_t* row, std::size_t i) {
    if constexpr (type == KvType::f32) return readPlain<DataType::f32>(row + 4 * i);
    if constexpr (type == KvType::bf16) return readPlain<DataType::bf16>(row + 2 * i);
    if constexpr (type == KvType::q8) return toFloat(signedBytes(row + i));
}

// Four stored keys as floats, rotated, headDim apart. Keys behind the last repeat it. `dims` is the
// head size if all of a head is rotated and the size is a common one, else 0.
template <KvType type, std::size_t dims>
HWY_NOINLINE void rotateKeys(const RowTile& tile, std::int64_t first, float* HWY_RESTRICT rotated) {
    constexpr FloatTag d;
    const KeyValueView& view = *tile.view;
    const std::size_t headDim = dims ? dims : index(view.headDim);
    const std::size_t pairs = dims ? dims / 2 : index(tile.rotation.pairs);
    const bool bytes = type == KvType::q8;
    const float* HWY_RESTRICT scale = bytes ? view.keyScale + index(tile.head) * headDim : nullptr;
    const float* HWY_RESTRICT offset =
        bytes ? view.keyOffset + index(tile.head) * headDim : nullptr;
    for (std::int64_t k = first; k < first + kKeysAtATime; ++k, rotated += headDim) {
        const std::int64_t valid = std::min(k, tile.count - 1);
        const std::uint8_t* HWY_RESTRICT key = rowOf<type>(view.keys, tile, valid);
        prefetchNextTile(key, view.headDim * KeyValueView::valueBytes(type));
        const float* HWY_RESTRICT cosines = tile.rotation.cosines + index(valid) * pairs;
        const float* HWY_RESTRICT sines = tile.rotation.sines + index(valid) * pairs;
#pragma GCC unroll 4
        for (std::size_t i = 0; i < pairs; i += kLanes) {
            const FloatVector cosine = hn::LoadU(d, cosines + i);
            const FloatVector sine = hn::LoadU(d, sines + i);
            const FloatVector low = readKey<type>(key, i, scale, offset);
            const FloatVector high = readKey<type>(key, i + pairs, scale, offset);
            hn::StoreU(hn::NegMulAdd(high, sine, hn::Mul(low, cosine)), d, rotated + i);
            hn::StoreU(hn::MulAdd(low, sine, hn::Mul(high, cosine)), d, rotated + pairs + i);
        }
        for (std::size_t i = 2 * pairs; i < headDim; i += kLanes)
            hn::StoreU(readKey<type>(key, i, scale, offset), d, rotated + i);
    }
}

#if HWY_TARGET != HWY_SCALAR
// Adds up a vector's blocks of four lanes.
template <class D>
HWY_INLINE hn::Vec<hn::FixedTag<float, 4>> addBlocks(D, hn::Vec<D> values) {
    if constexpr (hn::MaxLanes(D()) == 4) {
        return values;
    } else {
        const hn::Half<D> half;
        return addBlocks(half, hn::Add(hn::LowerHalf(half, values), hn::UpperHalf(half, values)));
    }
}
#endif

// Stores the sums over the lanes of four vectors.
HWY_INLINE void storeSums(const FloatVector (&values)[kKeysAtATime], float* sums) {
#if HWY_TARGET == HWY_SCALAR
    for (std::size_t k = 0; k < kKeysAtATime; ++k) sums[k] = hn::GetLane(values[k]);
#else
    constexpr FloatTag d;
    const hn::Repartition<double, FloatTag> wide;
    const auto addPairs = [d](FloatVector a, FloatVector b) {
        return hn::Add(hn::InterleaveLower(d, a, b), hn::InterleaveUpper(d, a, b));
    };
    const auto first = hn::BitCast(wide, addPairs(values[0], values[1]));
    const auto second = hn::BitCast(wide, addPairs(values[2], values[3]));
    const FloatVector blocks = hn::Add(hn::BitCast(d, hn::InterleaveLower(wide, first, second)),
                                       hn::BitCast(d, hn::InterleaveUpper(wide, first, second)));
    hn::StoreU(addBlocks(d, blocks), hn::FixedTag<float, 4>(), sums);
#endif
}

// scores[row, k] for four rotated keys and `rows` queries; `dims` as above.
template <std::size_t rows, std::size_t dims>
HWY_INLINE void dotRows(const float* HWY_RESTRICT keys, const float* HWY_RESTRICT queries,
                        std::size_t anyDims, float* HWY_RESTRICT scores) {
    constexpr FloatTag d;
    const std::size_t headDim = dims ? dims : anyDims;
    FloatVector sums[rows][kKeysAtATime];
#pragma GCC unroll 4
    for (std::size_t r = 0; r < rows; ++r)
#pragma GCC unroll 4
        for (std::size_t k = 0; k < kKeysAtATime; ++k) sums[r][k] = hn::Zero(d);
#pragma GCC unroll 4
    for (std::size_t i = 0; i < headDim; i += kLanes) {
        FloatVector values[kKeysAtATime];
#pragma GCC unroll 4
        for (std::size_t k = 0; k < kKeysAtATime; ++k)
            values[k] = hn::LoadU(d, keys + k * headDim + i);
#pragma GCC unroll 4
        for (std::size_t r = 0; r < rows; ++r) {
            const FloatVector query = hn::LoadU(d, queries + r * headDim + i);
#pragma GCC unroll 4
            for (std::size_t k = 0; k < kKeysAtATime; ++k)
                sums[r][k] = hn::MulAdd(values[k], query, sums[r][k]);
        }
    }
#pragma GCC unroll 4
    for (std::size_t r = 0; r < rows; ++r) storeSums(sums[r], scores + r * kRowKeys);
}

template <std::size_t dims>
HWY_NOINLINE void dotKeys(const RowTile& tile, const float* keys, std::int64_t first) {
    const std::size_t headDim = index(tile.view->headDim);
    const float* queries = tile.queries;
    float* scores = tile.scores + first;
    int rows = tile.rows;
    for (; rows >= kDotRows; rows -= kDotRows) {
        dotRows<kDotRows, dims>(keys, queries, headDim, scores);
        queries += kDotRows * headDim;
        scores += kDotRows * kRowKeys;
    }
    if (kDotRows > 2 && rows == 3) return dotRows<3, dims>(keys, queries, headDim, scores);
    if (kDotRows > 2 && rows == 2) return dotRows<2, dims>(keys, queries, headDim, scores);
    if (rows == 1) dotRows<1, dims>(keys, queries, headDim, scores);
}

template <KvType type, std::size_t dims>
void scoreKeys(const RowTile& tile) {
    HWY_ALIGN float keys[kKeysAtATime * kMaxHeadDim];
    for (std::int64_t first = 0; first < tile.count; first += kKeysAtATime) {
        rotateKeys<type, dims>(tile, first, keys);
        dotKeys<dims>(tile, keys, first);
    }
}

float soften(float* scores, std::int64_t count, float* maximum, float* sum) {
    constexpr FloatTag d;
    // Whole vectors: what lies behind the last score becomes invisible.
    const std::size_t padded = (index(count) + kLanes - 1) / kLanes * kLanes;
    std::fill(scores + count, scores + padded, kMasked);
    FloatVector tops = hn::Set(d, *maximum);
    for (std::size_t k = 0; k < padded; k += kLanes) tops = hn::Max(tops, hn::LoadU(d, scores + k));
    const float top = hn::GetLane(hn::MaxOfLanes(d, tops));
    // Above kMasked, so that a row which sees nothing gets weights of 0, not of 1.
    const FloatVector base = hn::Set(d, std::max(top, kMasked / 10));
    const FloatVector factor = exp2(d, hn::Sub(hn::Set(d, *maximum), base));
    FloatVector total = hn::Zero(d);
    for (std::size_t k = 0; k < padded; k += kLanes) {
        const FloatVector weight = exp2(d, hn::Sub(hn::LoadU(d, scores + k), base));
        hn::StoreU(weight, d, scores + k);
        total = hn::Add(total, weight);
    }
    *maximum = top;
    *sum = *sum * hn::GetLane(factor) + hn::GetLane(hn::SumOfLanes(d, total));
    return hn::GetLane(factor);
}

// `width` vectors of the outputs, from dimension `first` on.
template <KvType type, std::size_t rows, std::size_t width>
HWY_INLINE void accumulateColumns(const RowTile& tile, const float* factors, std::size_t first) {
    constexpr FloatTag d;
    const std::size_t dims = index(tile.view->headDim);
    FloatVector sums[rows][width];
#pragma GCC unroll 8
    for (std::size_t r = 0; r < rows; ++r) {
#pragma GCC unroll 4
        for (std::size_t w = 0; w < width; ++w) {
            const float* output = tile.outputs + r * dims + first + w * kLanes;
            sums[r][w] = hn::Mul(hn::Set(d, factors[r]), hn::LoadU(d, output));
        }
    }
    const std::uint8_t* row = rowOf<type>(tile.view->values, tile, 0);
    const std::size_t stride = dims * index(KeyValueView::valueBytes(type));
    for (std::size_t k = 0; k < index(tile.count); ++k, row += stride) {
        if (first == 0) prefetchNextTile(row, static_cast<std::int64_t>(stride));
        FloatVector values[width];
#pragma GCC unroll 4
        for (std::size_t w = 0; w < width; ++w)
            values[w] = readValue<type>(row, first + w * kLanes);
#pragma GCC unroll 8
        for (std::size_t r = 0; r < rows; ++r) {
            const FloatVector weight = hn::Set(d, tile.scores[r * kRowKeys + k]);
#pragma GCC unroll 4
            for (std::size_t w = 0; w < width; ++w)
                sums[r][w] = hn::MulAdd(weight, values[w], sums[r][w]);
        }
    }
#pragma GCC unroll 8
    for (std::size_t r = 0; r < rows; ++r) {
#pragma GCC unroll 4
        for (std::size_t w = 0; w < width; ++w)
            hn::StoreU(sums[r][w], d, tile.outputs + r * dims + first + w * kLanes);
    }
}

template <KvType type, int rows>
HWY_NOINLINE void accumulateRows(const RowTile& tile, const float* factors) {
    if constexpr (type == KvType::q8) {
        const float* scale = tile.view->valueScale + tile.head * tile.view->capacity + tile.first;
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t k = 0; k < index(tile.count); ++k)
                tile.scores[r * kRowKeys + k] *= scale[k];
    }
    constexpr std::size_t kWidth = kSumVectors / rows >= 4 ? 4 : kSumVectors / rows >= 2 ? 2 : 1;
    const std::size_t dims = index(tile.view->headDim);
    std::size_t first = 0;
    for (; first + kWidth * kLanes <= dims; first += kWidth * kLanes)
        accumulateColumns<type, rows, kWidth>(tile, factors, first);
    for (; first < dims; first += kLanes) accumulateColumns<type, rows, 1>(tile, factors, first);
}

void rotateRow(const float* query, const float* cosines, const float* sines, std::int64_t pairs,
               std::int64_t headDim, float* rotated) {
    constexpr FloatTag d;
    for (std::int64_t i = 0; i < pairs; i += static_cast<std::int64_t>(kLanes)) {
        const FloatVector cosine = hn::LoadU(d, cosines + i);
        const FloatVector sine = hn::LoadU(d, sines + i);
        const FloatVector low = hn::LoadU(d, query + i);
        const FloatVector high = hn::LoadU(d, query + pairs + i);
        hn::StoreU(hn::NegMulAdd(high, sine, hn::Mul(low, cosine)), d, rotated + i);
        hn::StoreU(hn::MulAdd(low, sine, hn::Mul(high, cosine)), d, rotated + pairs + i);
    }
    std::copy(query + 2 * pairs, query + headDim, rotated + 2 * pairs);
}

void mergeRow(const float* part, float partFactor, float factor, std::int64_t headDim,
              float* output) {
    constexpr FloatTag d;
    const FloatVector ofPart = hn::Set(d, partFactor);
    const FloatVector ofOutput = hn::Set(d, factor);
    for (std::int64_t i = 0; i < headDim; i += static_cast<std::int64_t>(kLanes)) {
        const FloatVector added = hn::Mul(ofPart, hn::LoadU(d, part + i));
        hn::StoreU(hn::MulAdd(ofOutput, hn::LoadU(d, output + i), added), d, output + i);
    }
}

// Calls work.template operator()<type>() for a type known at run time.
template <class Work>
HWY_INLINE void withType(KvType type, const Work& work) {
    switch (type) {
        case KvType::f32:
            return work.template operator()<KvType::f32>();
        case KvType::bf16:
            return work.template operator()<KvType::bf16>();
        case KvType::q8:
            return work.template operator()<KvType::q8>();
    }
}

void score(const RowTile& tile) {
    const bool whole = 2 * tile.rotation.pairs == tile.view->headDim;
    const std::int64_t dims = whole ? tile.view->headDim : 0;
    withType(tile.view->type, [&]<KvType type>() {
        if (dims == 64) return scoreKeys<type, 64>(tile);
        if (dims == 128) return scoreKeys<type, 128>(tile);
        scoreKeys<type, 0>(tile);
    });
}

template <KvType type, int rows = kMostRows>
void accumulateAny(const RowTile& tile, const float* factors) {
    if constexpr (rows > 1) {
        if (tile.rows < rows) return accumulateAny<type, rows - 1>(tile, factors);
    }
    accumulateRows<type, rows>(tile, factors);
}

void accumulate(const RowTile& tile, const float* factors) {
    withType(tile.view->type, [&]<KvType type>() { accumulateAny<type>(tile, factors); });
}

}  // namespace

const RowAttentionKernels* rowAttentionKernelTable() {
    static constexpr RowAttentionKernels kTable = {kLanes, rotateRow,  score,
                                                   soften, accumulate, mergeRow};
    return &kTable;
}

}  // namespace asterism::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace asterism::cpu {

HWY_EXPORT(rowAttentionKernelTable);

const RowAttentionKernels& rowAttentionKernels(InstructionSet set) {
    constexpr std::size_t kEntries = std::size(HWY_DISPATCH_TABLE(rowAttentionKernelTable));
    return *HWY_DISPATCH_TABLE(rowAttentionKernelTable)[dispatchIndex(set, kEntries)]();
}

}  // namespace asterism::cpu
#endif
