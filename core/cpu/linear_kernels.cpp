#include "core/cpu/linear_kernels.h"

#include <algorithm>
#include <iterator>

#include "core/cpu/highway_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/cpu/linear_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/cpu/block_reader-inl.h"

HWY_BEFORE_NAMESPACE();
namespace asterism::cpu::HWY_NAMESPACE {
namespace {

constexpr std::size_t kLanes = HWY_LANES(float);
// Two vectors wide; tall enough that the accumulators fill the registers of the set.
constexpr std::size_t kTileRows = HWY_TARGET == HWY_AVX3 ? 12 : HWY_TARGET == HWY_AVX2 ? 6 : 4;
constexpr std::size_t kPanelColumns = 2 * kLanes;
static_assert(kPanelColumns <= kMostPanelColumns);
// A tile of inputs of this depth stays in the first-level cache.
constexpr std::int64_t kMostDepth = 640;

const std::uint8_t* bytesOf(const std::byte* bytes) {
    return reinterpret_cast<const std::uint8_t*>(bytes);
}

// Calls work.template operator()<type>() for a type known at run time.
template <class Work>
HWY_INLINE void withType(DataType type, const Work& work) {
    switch (type) {
        case DataType::f32:
            return work.template operator()<DataType::f32>();
        case DataType::f16:
            return work.template operator()<DataType::f16>();
        case DataType::bf16:
            return work.template operator()<DataType::bf16>();
        case DataType::i8:
            return work.template operator()<DataType::i8>();
        case DataType::q8_0:
            return work.template operator()<DataType::q8_0>();
        case DataType::q4_0:
            return work.template operator()<DataType::q4_0>();
        case DataType::q4_1:
            return work.template operator()<DataType::q4_1>();
        case DataType::q5_0:
            return work.template operator()<DataType::q5_0>();
        case DataType::q5_1:
            return work.template operator()<DataType::q5_1>();
        case DataType::q4_k:
            return work.template operator()<DataType::q4_k>();
        case DataType::q5_k:
            return work.template operator()<DataType::q5_k>();
        case DataType::q6_k:
            return work.template operator()<DataType::q6_k>();
    }
}

template <DataType type>
HWY_NOINLINE void decodeValues(const std::uint8_t* stored, std::size_t count, float* output) {
    constexpr auto kBytes = static_cast<std::size_t>(dataTypeInfo(type).blockBytes);
    constexpr bool kPlain = dataTypeInfo(type).blockValues == 1;
    const auto keep = [output](std::size_t i, FloatVector values) {
        hn::StoreU(values, FloatTag(), output + i);
    };
    const std::size_t whole = kPlain ? count / kLanes * kLanes : count;
    readValues<type>(stored, whole, keep);
    if (whole == count) return;
    std::uint8_t padded[kLanes * kBytes] = {};
    std::copy_n(stored + whole * kBytes, (count - whole) * kBytes, padded);
    // The output may end with the last value.
    float last[kLanes];
    readValues<type>(padded, kLanes, [&last](std::size_t i, FloatVector values) {
        hn::StoreU(values, FloatTag(), last + i);
    });
    std::copy_n(last, count - whole, output + whole);
}

void decode(DataType type, const std::byte* stored, std::int64_t count, float* output) {
    withType(type, [&]<DataType known>() {
        decodeValues<known>(bytesOf(stored), static_cast<std::size_t>(count), output);
    });
}

template <DataType type>
HWY_NOINLINE float dotRow(const std::uint8_t* row, const float* input, std::size_t columns) {
    constexpr FloatTag d;
    FloatVector sum0 = hn::Zero(d);
    FloatVector sum1 = hn::Zero(d);
    readValues<type>(row, columns, [&](std::size_t i, FloatVector values) {
        if ((i / kLanes) % 2 == 0)
            sum0 = hn::MulAdd(values, hn::LoadU(d, input + i), sum0);
        else
            sum1 = hn::MulAdd(values, hn::LoadU(d, input + i), sum1);
    });
    return hn::GetLane(hn::SumOfLanes(d, hn::Add(sum0, sum1)));
}

void dotRows(DataType type, const std::byte* const* rows, int rowCount, const float* input,
             std::int64_t columns, float* outputs) {
    withType(type, [&]<DataType known>() {
        for (int r = 0; r < rowCount; ++r)
            outputs[r] = dotRow<known>(bytesOf(rows[r]), input, static_cast<std::size_t>(columns));
    });
}

template <int tokens>
HWY_INLINE void dotFour(const float* rows, std::size_t rowStride, const float* inputs,
                        std::size_t columns, float* outputs, std::size_t outputStride) {
    constexpr FloatTag d;
    FloatVector sums[tokens][4];
    for (auto& ofToken : sums)
        for (auto& sum : ofToken) sum = hn::Zero(d);
    for (std::size_t i = 0; i < columns; i += kLanes) {
        FloatVector weights[4];
#pragma GCC unroll 4
        for (std::size_t r = 0; r < 4; ++r) weights[r] = hn::LoadU(d, rows + r * rowStride + i);
#pragma GCC unroll 4
        for (std::size_t t = 0; t < tokens; ++t) {
            const FloatVector input = hn::LoadU(d, inputs + t * columns + i);
#pragma GCC unroll 4
            for (std::size_t r = 0; r < 4; ++r)
                sums[t][r] = hn::MulAdd(input, weights[r], sums[t][r]);
        }
    }
    for (std::size_t t = 0; t < tokens; ++t)
        for (std::size_t r = 0; r < 4; ++r)
            outputs[t * outputStride + r] = hn::GetLane(hn::SumOfLanes(d, sums[t][r]));
}

void dotTokens(const float* rows, std::int64_t rowStride, const float* inputs, std::int64_t tokens,
               std::int64_t columns, float* outputs, std::int64_t outputStride) {
    const auto stride = static_cast<std::size_t>(rowStride);
    const auto depth = static_cast<std::size_t>(columns);
    const auto outStride = static_cast<std::size_t>(outputStride);
    for (; tokens >= 2; tokens -= 2, inputs += 2 * columns, outputs += 2 * outputStride)
        dotFour<2>(rows, stride, inputs, depth, outputs, outStride);
    if (tokens == 1) dotFour<1>(rows, stride, inputs, depth, outputs, outStride);
}

#if HWY_TARGET != HWY_SCALAR
// packed[k, c] = rows[c * stride + k] for four rows and four k.
HWY_INLINE void transposeFour(const float* rows, std::int64_t stride, std::int64_t width,
                              float* packed) {
    constexpr hn::FixedTag<float, 4> d;
    const auto a = hn::LoadU(d, rows);
    const auto b = hn::LoadU(d, rows + stride);
    const auto c = hn::LoadU(d, rows + 2 * stride);
    const auto e = hn::LoadU(d, rows + 3 * stride);
    const auto firstLow = hn::InterleaveLower(d, a, b);
    const auto firstHigh = hn::InterleaveUpper(d, a, b);
    const auto secondLow = hn::InterleaveLower(d, c, e);
    const auto secondHigh = hn::InterleaveUpper(d, c, e);
    hn::StoreU(hn::ConcatLowerLower(d, secondLow, firstLow), d, packed);
    hn::StoreU(hn::ConcatUpperUpper(d, secondLow, firstLow), d, packed + width);
    hn::StoreU(hn::ConcatLowerLower(d, secondHigh, firstHigh), d, packed + 2 * width);
    hn::StoreU(hn::ConcatUpperUpper(d, secondHigh, firstHigh), d, packed + 3 * width);
}
#endif

// packed[k, c] = rows[c * stride + k] for `width` columns, zero beyond `valid`.
template <std::int64_t width>
HWY_INLINE void packTransposed(const float* rows, std::int64_t stride, std::int64_t valid,
                               std::int64_t depth, float* packed) {
    if (valid < width) std::fill_n(packed, width * depth, 0.0F);
    std::int64_t k = 0;
#if HWY_TARGET != HWY_SCALAR
    for (; k + 4 <= depth; k += 4) {
        std::int64_t c = 0;
        for (; c + 4 <= valid; c += 4)
            transposeFour(rows + c * stride + k, stride, width, packed + k * width + c);
        for (; c < valid; ++c)
            for (std::int64_t i = k; i < k + 4; ++i) packed[i * width + c] = rows[c * stride + i];
    }
#endif
    for (; k < depth; ++k)
        for (std::int64_t c = 0; c < valid; ++c) packed[k * width + c] = rows[c * stride + k];
}

void packPanel(const float* rows, std::int64_t stride, std::int64_t valid, std::int64_t depth,
               std::byte* packed) {
    packTransposed<kPanelColumns>(rows, stride, valid, depth, reinterpret_cast<float*>(packed));
}

void packInputs(const float* inputs, std::int64_t stride, std::int64_t valid, std::int64_t depth,
                std::byte* packed) {
    packTransposed<kTileRows>(inputs, stride, valid, depth, reinterpret_cast<float*>(packed));
}

// The micro-kernel: kTileRows x 2 vectors of sums stay in registers over the whole depth.
void multiplyTile(const PackedProduct& product) {
    constexpr FloatTag d;
    FloatVector sums[kTileRows][2];
#pragma GCC unroll 12
    for (std::size_t r = 0; r < kTileRows; ++r) sums[r][0] = sums[r][1] = hn::Zero(d);
    const auto* HWY_RESTRICT inputs = reinterpret_cast<const float*>(product.inputs);
    const auto* HWY_RESTRICT panel = reinterpret_cast<const float*>(product.panel);
    for (std::int64_t k = 0; k < product.depth; ++k) {
        const FloatVector first = hn::Load(d, panel);
        const FloatVector second = hn::Load(d, panel + kLanes);
#pragma GCC unroll 12
        for (std::size_t r = 0; r < kTileRows; ++r) {
            const FloatVector input = hn::Set(d, inputs[r]);
            sums[r][0] = hn::MulAdd(input, first, sums[r][0]);
            sums[r][1] = hn::MulAdd(input, second, sums[r][1]);
        }
        inputs += kTileRows;
        panel += kPanelColumns;
    }
    const bool narrow = product.columns < static_cast<std::int64_t>(kPanelColumns);
    HWY_ALIGN float edge[kPanelColumns];
#pragma GCC unroll 12
    for (std::size_t r = 0; r < kTileRows; ++r) {
        if (static_cast<std::int64_t>(r) >= product.rows) break;
        float* output = product.output + static_cast<std::int64_t>(r) * product.outputStride;
        float* target = narrow ? edge : output;
        if (narrow && product.accumulate) std::copy_n(output, product.columns, edge);
        if (product.accumulate) {
            sums[r][0] = hn::Add(sums[r][0], hn::LoadU(d, target));
            sums[r][1] = hn::Add(sums[r][1], hn::LoadU(d, target + kLanes));
        }
        hn::StoreU(sums[r][0], d, target);
        hn::StoreU(sums[r][1], d, target + kLanes);
        if (product.bias)
            for (std::int64_t c = 0; c < product.columns; ++c) target[c] += product.bias[c];
        if (narrow) std::copy_n(edge, product.columns, output);
    }
}

bool takesAll(DataType) {
    return true;
}

double spin(std::int64_t rounds, float* sink) {
    constexpr FloatTag d;
    constexpr std::size_t kChains = HWY_TARGET == HWY_AVX3 ? 20 : 10;
    FloatVector sums[kChains];
#pragma GCC unroll 20
    for (std::size_t c = 0; c < kChains; ++c) sums[c] = hn::Set(d, static_cast<float>(c));
    const FloatVector factor = hn::Set(d, sink[0]);
    const FloatVector term = hn::Set(d, sink[1]);
    for (std::int64_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 20
        for (std::size_t c = 0; c < kChains; ++c) sums[c] = hn::MulAdd(sums[c], factor, term);
    }
    FloatVector total = hn::Zero(d);
#pragma GCC unroll 20
    for (std::size_t c = 0; c < kChains; ++c) total = hn::Add(total, sums[c]);
    sink[0] = hn::GetLane(hn::SumOfLanes(d, total));
    return static_cast<double>(rounds) * static_cast<double>(2 * kChains * kLanes);
}

}  // namespace

const LinearKernels* linearKernelTable() {
    static constexpr PackedKernels kPacked = {kTileRows,
                                              kPanelColumns,
                                              1,
                                              kMostDepth,
                                              kTileRows * sizeof(float),
                                              kPanelColumns * sizeof(float),
                                              takesAll,
                                              packInputs,
                                              packPanel,
                                              nullptr,
                                              multiplyTile,
                                              nullptr,
                                              nullptr};
    static constexpr LinearKernels kTable = {kPacked, decode, dotRows, dotTokens, spin};
    return &kTable;
}

}  // namespace asterism::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace asterism::cpu {

HWY_EXPORT(linearKernelTable);

const LinearKernels& linearKernels(InstructionSet set) {
    constexpr std::size_t kEntries = std::size(HWY_DISPATCH_TABLE(linearKernelTable));
    return *HWY_DISPATCH_TABLE(linearKernelTable)[dispatchIndex(set, kEntries)]();
}

}  // namespace asterism::cpu
#endif
