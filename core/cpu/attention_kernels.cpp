#include "core/cpu/attention_kernels.h"

#include <algorithm>
#include <iterator>

#include "core/cpu/highway_targets.h"
#include "core/cpu/sizes.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/cpu/attention_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/cpu/block_reader-inl.h"
#include "core/cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace asterism::cpu::HWY_NAMESPACE {
namespace {

constexpr std::size_t kLanes = HWY_LANES(float);
constexpr std::size_t kPanelRows = 2 * kLanes;
constexpr std::size_t kScoreKeys = HWY_TARGET == HWY_AVX3 ? 12 : HWY_TARGET == HWY_AVX2 ? 6 : 4;
constexpr std::size_t kValueDims = HWY_TARGET == HWY_AVX3 ? 8 : 4;
constexpr std::int64_t kKeyTile = 96;
constexpr std::int64_t kTileValues = 24576;
static_assert(kKeyTile % kScoreKeys == 0);

// One row as floats: plain, or bytes with per-channel scales and offsets.
void widen(const KeyValueView& from, const void* row, std::size_t count, const float* scale,
           const float* offset, float* output) {
    constexpr FloatTag d;
    const auto* bytes = static_cast<const std::uint8_t*>(row);
    std::size_t i = 0;
    switch (from.type) {
        case KvType::f32:
            std::copy_n(static_cast<const float*>(row), count, output);
            return;
        case KvType::bf16:
            for (; i + kLanes <= count; i += kLanes)
                hn::StoreU(readPlain<DataType::bf16>(bytes + 2 * i), d, output + i);
            for (; i < count; ++i) output[i] = fromBf16(static_cast<const std::uint16_t*>(row)[i]);
            return;
        case KvType::q8:
            for (; i + kLanes <= count; i += kLanes) {
                const FloatVector value = toFloat(unsignedBytes(bytes + i));
                hn::StoreU(hn::MulAdd(value, hn::LoadU(d, scale + i), hn::LoadU(d, offset + i)), d,
                           output + i);
            }
            for (; i < count; ++i) output[i] = static_cast<float>(bytes[i]) * scale[i] + offset[i];
            return;
    }
}

// Turns the pairs (i, i + pairs) of a vector in place.
void rotate(const float* cosines, const float* sines, std::size_t pairs, float* values) {
    constexpr FloatTag d;
    std::size_t i = 0;
    for (; i + kLanes <= pairs; i += kLanes) {
        const FloatVector cosine = hn::LoadU(d, cosines + i);
        const FloatVector sine = hn::LoadU(d, sines + i);
        const FloatVector low = hn::LoadU(d, values + i);
        const FloatVector high = hn::LoadU(d, values + pairs + i);
        hn::StoreU(hn::NegMulAdd(high, sine, hn::Mul(low, cosine)), d, values + i);
        hn::StoreU(hn::MulAdd(low, sine, hn::Mul(high, cosine)), d, values + pairs + i);
    }
    for (; i < pairs; ++i) {
        const float low = values[i];
        const float high = values[pairs + i];
        values[i] = low * cosines[i] - high * sines[i];
        values[pairs + i] = high * cosines[i] + low * sines[i];
    }
}

const std::byte* rowOf(const void* data, const KeyValueView& view, std::int64_t head,
                       std::int64_t token) {
    return static_cast<const std::byte*>(data) +
           (head * view.capacity + token) * view.headDim * KeyValueView::valueBytes(view.type);
}

void loadKeys(const KeyValueView& from, std::int64_t head, std::int64_t first, std::int64_t count,
              const KeyRotation& rotation, float* keys) {
    const std::int64_t stride = keyStride(from.headDim);
    const bool bytes = from.type == KvType::q8;
    const float* scale = bytes ? from.keyScale + head * from.headDim : nullptr;
    const float* offset = bytes ? from.keyOffset + head * from.headDim : nullptr;
    for (std::int64_t k = 0; k < count; ++k) {
        float* key = keys + k * stride;
        widen(from, rowOf(from.keys, from, head, first + k), index(from.headDim), scale, offset,
              key);
        rotate(rotation.cosines + k * rotation.pairs, rotation.sines + k * rotation.pairs,
               index(rotation.pairs), key);
    }
}

const float* loadValues(const KeyValueView& from, std::int64_t head, std::int64_t first,
                        std::int64_t count, float* loaded) {
    constexpr FloatTag d;
    const std::size_t dims = index(from.headDim);
    if (from.type == KvType::f32)
        return reinterpret_cast<const float*>(rowOf(from.values, from, head, first));
    float* values = loaded;
    for (std::int64_t k = 0; k < count; ++k, values += from.headDim) {
        const std::byte* row = rowOf(from.values, from, head, first + k);
        if (from.type != KvType::q8) {
            widen(from, row, dims, nullptr, nullptr, values);
            continue;
        }
        const float scale = from.valueScale[head * from.capacity + first + k];
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(row);
        std::size_t i = 0;
        for (; i + kLanes <= dims; i += kLanes)
            hn::StoreU(hn::Mul(toFloat(signedBytes(bytes + i)), hn::Set(d, scale)), d, values + i);
        for (; i < dims; ++i)
            values[i] = static_cast<float>(static_cast<std::int8_t>(bytes[i])) * scale;
    }
    return loaded;
}

void rotatePanel(const float* queries, const float* cosines, const float* sines, std::int64_t pairs,
                 std::int64_t headDim, float* rotated) {
    constexpr FloatTag d;
    const std::size_t turned = index(pairs) * kPanelRows;
    for (std::size_t i = 0; i < turned; i += kLanes) {
        const FloatVector cosine = hn::Load(d, cosines + i);
        const FloatVector sine = hn::Load(d, sines + i);
        const FloatVector low = hn::Load(d, queries + i);
        const FloatVector high = hn::Load(d, queries + turned + i);
        hn::Store(hn::NegMulAdd(high, sine, hn::Mul(low, cosine)), d, rotated + i);
        hn::Store(hn::MulAdd(low, sine, hn::Mul(high, cosine)), d, rotated + turned + i);
    }
    std::copy(queries + 2 * turned, queries + index(headDim) * kPanelRows, rotated + 2 * turned);
}

template <std::size_t stride>
void scoreWithStride(const float* keys, std::size_t count, const float* queries,
                     std::size_t headDim, float* scores) {
    constexpr FloatTag d;
    for (std::size_t first = 0; first < count; first += kScoreKeys) {
        FloatVector sums[kScoreKeys][2];
#pragma GCC unroll 12
        for (std::size_t k = 0; k < kScoreKeys; ++k) sums[k][0] = sums[k][1] = hn::Zero(d);
        const float* HWY_RESTRICT key = keys + first * stride;
        const float* HWY_RESTRICT query = queries;
        for (std::size_t i = 0; i < headDim; ++i, ++key, query += kPanelRows) {
            const FloatVector left = hn::Load(d, query);
            const FloatVector right = hn::Load(d, query + kLanes);
#pragma GCC unroll 12
            for (std::size_t k = 0; k < kScoreKeys; ++k) {
                const FloatVector value = hn::Set(d, key[k * stride]);
                sums[k][0] = hn::MulAdd(value, left, sums[k][0]);
                sums[k][1] = hn::MulAdd(value, right, sums[k][1]);
            }
        }
#pragma GCC unroll 12
        for (std::size_t k = 0; k < kScoreKeys; ++k) {
            hn::Store(sums[k][0], d, scores + (first + k) * kPanelRows);
            hn::Store(sums[k][1], d, scores + (first + k) * kPanelRows + kLanes);
        }
    }
}

void score(const float* keys, std::int64_t count, const float* queries, std::int64_t headDim,
           float* scores) {
    const std::size_t dims = index(headDim);
    switch (keyStride(headDim)) {
        case keyStride(64):
            return scoreWithStride<keyStride(64)>(keys, index(count), queries, dims, scores);
        case keyStride(128):
            return scoreWithStride<keyStride(128)>(keys, index(count), queries, dims, scores);
        case keyStride(256):
            return scoreWithStride<keyStride(256)>(keys, index(count), queries, dims, scores);
        default:
            return scoreWithStride<keyStride(512)>(keys, index(count), queries, dims, scores);
    }
}

void mask(const TileMask& mask, const std::int32_t* rowTokens, std::int64_t count, float* scores) {
    constexpr FloatTag d;
    constexpr IntTag di;
    const FloatVector hidden = hn::Set(d, kMasked);
    for (std::size_t half = 0; half < kPanelRows; half += kLanes) {
        const IntVector rows = hn::Load(di, rowTokens + half);
        for (std::int64_t k = 0; k < count; ++k) {
            const auto token = static_cast<std::int32_t>(mask.firstKey + k);
            auto later = hn::Gt(hn::Set(di, token), rows);
            if (mask.window > 0 && k >= mask.sinkKeys)
                later = hn::Or(later, hn::Gt(rows, hn::Set(di, token + mask.window - 1)));
            float* score = scores + index(k) * kPanelRows + half;
            hn::Store(hn::IfThenElse(hn::RebindMask(d, later), hidden, hn::Load(d, score)), d,
                      score);
        }
    }
}

void soften(std::int64_t count, float* scores, float* maxima, float* sums, float* factors) {
    constexpr FloatTag d;
    for (std::size_t half = 0; half < kPanelRows; half += kLanes) {
        float* column = scores + half;
        const FloatVector before = hn::Load(d, maxima + half);
        FloatVector maximum = before;
        for (std::size_t k = 0; k < index(count); ++k)
            maximum = hn::Max(maximum, hn::Load(d, column + k * kPanelRows));
        // Above kMasked, so that rows which see nothing get weights of 0, not of 1.
        const FloatVector base = hn::Max(maximum, hn::Set(d, kMasked / 10));
        const FloatVector factor = exp2(d, hn::Sub(before, base));
        FloatVector sum = hn::Mul(hn::Load(d, sums + half), factor);
        for (std::size_t k = 0; k < index(count); ++k) {
            const FloatVector weight = exp2(d, hn::Sub(hn::Load(d, column + k * kPanelRows), base));
            hn::Store(weight, d, column + k * kPanelRows);
            sum = hn::Add(sum, weight);
        }
        hn::Store(maximum, d, maxima + half);
        hn::Store(sum, d, sums + half);
        hn::Store(factor, d, factors + half);
    }
}

void accumulate(const float* weights, const float* values, std::int64_t count, const float* factors,
                std::int64_t headDim, float* outputs) {
    constexpr FloatTag d;
    const std::size_t dims = index(headDim);
    const FloatVector factorLeft = hn::Load(d, factors);
    const FloatVector factorRight = hn::Load(d, factors + kLanes);
    for (std::size_t first = 0; first < dims; first += kValueDims) {
        FloatVector sums[kValueDims][2];
        float* output = outputs + first * kPanelRows;
#pragma GCC unroll 8
        for (std::size_t i = 0; i < kValueDims; ++i) {
            sums[i][0] = hn::Mul(factorLeft, hn::Load(d, output + i * kPanelRows));
            sums[i][1] = hn::Mul(factorRight, hn::Load(d, output + i * kPanelRows + kLanes));
        }
        const float* HWY_RESTRICT value = values + first;
        const float* HWY_RESTRICT weight = weights;
        for (std::int64_t k = 0; k < count; ++k, value += dims, weight += kPanelRows) {
            const FloatVector left = hn::Load(d, weight);
            const FloatVector right = hn::Load(d, weight + kLanes);
#pragma GCC unroll 8
            for (std::size_t i = 0; i < kValueDims; ++i) {
                const FloatVector factor = hn::Set(d, value[i]);
                sums[i][0] = hn::MulAdd(factor, left, sums[i][0]);
                sums[i][1] = hn::MulAdd(factor, right, sums[i][1]);
            }
        }
#pragma GCC unroll 8
        for (std::size_t i = 0; i < kValueDims; ++i) {
            hn::Store(sums[i][0], d, output + i * kPanelRows);
            hn::Store(sums[i][1], d, output + i * kPanelRows + kLanes);
        }
    }
}

void mergePanel(const float* outputs, const float* maxima, const float* sums, std::int64_t headDim,
                float* allOutputs, float* allMaxima, float* allSums) {
    constexpr FloatTag d;
    for (std::size_t half = 0; half < kPanelRows; half += kLanes) {
        const FloatVector mine = hn::Load(d, maxima + half);
        const FloatVector others = hn::Load(d, allMaxima + half);
        const FloatVector top = hn::Max(mine, others);
        const FloatVector mineFactor = exp2(d, hn::Sub(mine, top));
        const FloatVector othersFactor = exp2(d, hn::Sub(others, top));
        hn::Store(top, d, allMaxima + half);
        const FloatVector sum = hn::Mul(hn::Load(d, sums + half), mineFactor);
        hn::Store(hn::MulAdd(hn::Load(d, allSums + half), othersFactor, sum), d, allSums + half);
        for (std::size_t i = half; i < index(headDim) * kPanelRows; i += kPanelRows) {
            const FloatVector part = hn::Mul(hn::Load(d, outputs + i), mineFactor);
            hn::Store(hn::MulAdd(hn::Load(d, allOutputs + i), othersFactor, part), d,
                      allOutputs + i);
        }
    }
}

}  // namespace

const AttentionKernels* attentionKernelTable() {
    static constexpr AttentionKernels kTable = {
        kPanelRows, 1,    kKeyTile, kTileValues, loadKeys,   loadValues, rotatePanel,
        score,      mask, soften,   accumulate,  mergePanel, nullptr,    nullptr};
    return &kTable;
}

}  // namespace asterism::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace asterism::cpu {

HWY_EXPORT(attentionKernelTable);

const AttentionKernels& attentionKernels(InstructionSet set) {
    constexpr std::size_t kEntries = std::size(HWY_DISPATCH_TABLE(attentionKernelTable));
    return *HWY_DISPATCH_TABLE(attentionKernelTable)[dispatchIndex(set, kEntries)]();
}

}  // namespace asterism::cpu
#endif
