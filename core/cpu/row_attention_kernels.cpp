#include "core/cpu/row_attention_kernels.h"

#include <algorithm>
#include <iterator>

#include "core/cpu/highway_targets.h"

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
constexpr std::size_t kSumLanes = kLanes < 4 ? kLanes : 4;  // partial sums kept per score

std::size_t index(std::int64_t value) {
    return static_cast<std::size_t>(value);
}

const std::uint8_t* rowOf(const void* data, const RowTile& tile, std::int64_t key) {
    const KeyValueView& view = *tile.view;
    return static_cast<const std::uint8_t*>(data) + (tile.head * view.capacity + tile.first + key) *
                                                        view.headDim *
                                                        KeyValueView::valueBytes(view.type);
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

// Adds up a vector to kSumLanes lanes and stores them.
template <class D>
HWY_INLINE void storeFolded(D d, hn::Vec<D> sums, float* to) {
#if HWY_TARGET != HWY_SCALAR
    if constexpr (hn::MaxLanes(D()) > kSumLanes) {
        const hn::Half<D> half;
        storeFolded(half, hn::Add(hn::LowerHalf(half, sums), hn::UpperHalf(half, sums)), to);
        return;
    }
#endif
    hn::StoreU(sums, d, to);
}

template <KvType type, int rows>
HWY_NOINLINE void scoreRows(const RowTile& tile) {
    constexpr FloatTag d;
    const KeyValueView& view = *tile.view;
    const std::size_t dims = index(view.headDim);
    const std::size_t pairs = index(tile.rotation.pairs);
    const bool bytes = type == KvType::q8;
    const float* scale = bytes ? view.keyScale + tile.head * view.headDim : nullptr;
    const float* offset = bytes ? view.keyOffset + tile.head * view.headDim : nullptr;
    HWY_ALIGN float partial[rows][kRowKeys * kSumLanes];
    const float* cosines = tile.rotation.cosines;
    const float* sines = tile.rotation.sines;
    for (std::int64_t k = 0; k < tile.count; ++k, cosines += pairs, sines += pairs) {
        const std::uint8_t* key = rowOf(view.keys, tile, k);
        FloatVector sums[rows];
#pragma GCC unroll 8
        for (int r = 0; r < rows; ++r) sums[r] = hn::Zero(d);
        for (std::size_t i = 0; i < pairs; i += kLanes) {
            const FloatVector cosine = hn::LoadU(d, cosines + i);
            const FloatVector sine = hn::LoadU(d, sines + i);
            const FloatVector low = readKey<type>(key, i, scale, offset);
            const FloatVector high = readKey<type>(key, i + pairs, scale, offset);
            const FloatVector first = hn::NegMulAdd(high, sine, hn::Mul(low, cosine));
            const FloatVector second = hn::MulAdd(low, sine, hn::Mul(high, cosine));
#pragma GCC unroll 8
            for (std::size_t r = 0; r < rows; ++r) {
                const float* query = tile.queries + r * dims + i;
                sums[r] = hn::MulAdd(first, hn::LoadU(d, query), sums[r]);
                sums[r] = hn::MulAdd(second, hn::LoadU(d, query + pairs), sums[r]);
            }
        }
        for (std::size_t i = 2 * pairs; i < dims; i += kLanes) {
            const FloatVector value = readKey<type>(key, i, scale, offset);
#pragma GCC unroll 8
            for (std::size_t r = 0; r < rows; ++r)
                sums[r] = hn::MulAdd(value, hn::LoadU(d, tile.queries + r * dims + i), sums[r]);
        }
#pragma GCC unroll 8
        for (int r = 0; r < rows; ++r) storeFolded(d, sums[r], partial[r] + index(k) * kSumLanes);
    }
    for (std::size_t r = 0; r < rows; ++r) {
        float* scores = tile.scores + r * kRowKeys;
        for (std::size_t k = 0; k < index(tile.count); ++k) {
            const float* parts = partial[r] + k * kSumLanes;
            if constexpr (kSumLanes == 4)
                scores[k] = (parts[0] + parts[1]) + (parts[2] + parts[3]);
            else
                scores[k] = parts[0];
        }
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
    const std::uint8_t* row = rowOf(tile.view->values, tile, 0);
    const std::size_t stride = dims * index(KeyValueView::valueBytes(type));
    for (std::size_t k = 0; k < index(tile.count); ++k, row += stride) {
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
    // As many sums as fit the registers.
    constexpr std::size_t kWidth = rows <= 3 ? 4 : 2;
    const std::size_t dims = index(tile.view->headDim);
    std::size_t first = 0;
    for (; first + kWidth * kLanes <= dims; first += kWidth * kLanes)
        accumulateColumns<type, rows, kWidth>(tile, factors, first);
    for (; first < dims; first += kLanes) accumulateColumns<type, rows, 1>(tile, factors, first);
}

// Calls work.template operator()<type, rows>() for values known at run time.
template <int rows = kMostRows, class Work>
HWY_INLINE void withShape(const RowTile& tile, const Work& work) {
    if constexpr (rows > 1) {
        if (tile.rows < rows) return withShape<rows - 1>(tile, work);
    }
    switch (tile.view->type) {
        case KvType::f32:
            return work.template operator()<KvType::f32, rows>();
        case KvType::bf16:
            return work.template operator()<KvType::bf16, rows>();
        case KvType::q8:
            return work.template operator()<KvType::q8, rows>();
    }
}

void score(const RowTile& tile) {
    withShape(tile, [&]<KvType type, int rows>() { scoreRows<type, rows>(tile); });
}

void accumulate(const RowTile& tile, const float* factors) {
    withShape(tile, [&]<KvType type, int rows>() { accumulateRows<type, rows>(tile, factors); });
}

}  // namespace

const RowAttentionKernels* rowAttentionKernelTable() {
    static constexpr RowAttentionKernels kTable = {kLanes, score, soften, accumulate};
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
