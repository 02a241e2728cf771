#include "core/cpu/element_kernels.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <iterator>

#include "core/cpu/highway_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/cpu/element_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/base/float_types.h"
#include "core/cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace asterism::cpu::HWY_NAMESPACE {
namespace {

using FloatTag = hn::ScalableTag<float>;
using FloatVector = hn::Vec<FloatTag>;
constexpr std::int64_t kLanes = HWY_LANES(float);

// output[i] = operation(a[i], b[i]); the last values go through a padded vector.
template <class Operation>
HWY_INLINE void forEachPair(const float* a, const float* b, std::int64_t count, float* output,
                            const Operation& operation) {
    constexpr FloatTag d;
    std::int64_t i = 0;
    for (; i + kLanes <= count; i += kLanes)
        hn::StoreU(operation(hn::LoadU(d, a + i), hn::LoadU(d, b + i)), d, output + i);
    if (i == count) return;
    HWY_ALIGN float lastA[kLanes] = {};
    HWY_ALIGN float lastB[kLanes] = {};
    std::copy(a + i, a + count, lastA);
    std::copy(b + i, b + count, lastB);
    hn::Store(operation(hn::Load(d, lastA), hn::Load(d, lastB)), d, lastA);
    std::copy_n(lastA, count - i, output + i);
}

void rmsNorm(const float* input, const float* gain, std::int64_t count, float epsilon,
             float* output) {
    constexpr FloatTag d;
    FloatVector squares = hn::Zero(d);
    std::int64_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
        const FloatVector values = hn::LoadU(d, input + i);
        squares = hn::MulAdd(values, values, squares);
    }
    float sum = hn::GetLane(hn::SumOfLanes(d, squares));
    for (; i < count; ++i) sum += input[i] * input[i];
    const FloatVector factor =
        hn::Set(d, 1.0F / std::sqrt(sum / static_cast<float>(count) + epsilon));
    forEachPair(input, gain, count, output, [factor](FloatVector value, FloatVector gainValue) {
        return hn::Mul(hn::Mul(value, factor), gainValue);
    });
}

void gate(const float* gate, const float* up, std::int64_t count, Activation activation,
          float* output) {
    constexpr FloatTag d;
    if (activation == Activation::silu) {
        forEachPair(gate, up, count, output, [d](FloatVector x, FloatVector upValue) {
            return hn::Mul(hn::Mul(x, sigmoid(d, x)), upValue);
        });
        return;
    }
    // 0.5 x (1 + tanh(u)) = x sigmoid(2u), u = sqrt(2/pi) (x + 0.044715 x^3)
    forEachPair(gate, up, count, output, [d](FloatVector x, FloatVector upValue) {
        const FloatVector cubic = hn::MulAdd(hn::Mul(hn::Mul(x, x), x), hn::Set(d, 0.044715F), x);
        const FloatVector twice = hn::Mul(cubic, hn::Set(d, 1.5957691216057308F));
        return hn::Mul(hn::Mul(x, sigmoid(d, twice)), upValue);
    });
}

void add(const float* term, std::int64_t count, float* sum) {
    forEachPair(term, sum, count, sum, [](FloatVector a, FloatVector b) { return hn::Add(a, b); });
}

void scale(float factor, std::int64_t count, float* values) {
    const FloatVector factors = hn::Set(FloatTag(), factor);
    forEachPair(values, values, count, values,
                [factors](FloatVector a, FloatVector) { return hn::Mul(a, factors); });
}

void toBf16(const float* input, std::int64_t count, std::uint16_t* output) {
    for (std::int64_t i = 0; i < count; ++i) output[i] = asterism::toBf16(input[i]);
}

void fromBf16(const std::uint16_t* input, std::int64_t count, float* output) {
    for (std::int64_t i = 0; i < count; ++i) output[i] = asterism::fromBf16(input[i]);
}

// The smaller and the larger one of two numbers drop what is none: it is looked for aside.
bool widenRange(const float* values, std::int64_t count, float* low, float* high) {
    constexpr FloatTag d;
    auto strange = hn::IsNaN(hn::Zero(d));
    const auto widen = [d, &strange](const float* from, float* lowest, float* highest) {
        const FloatVector value = hn::LoadU(d, from);
        strange = hn::Or(strange, hn::IsNaN(value));
        hn::StoreU(hn::Min(value, hn::LoadU(d, lowest)), d, lowest);
        hn::StoreU(hn::Max(value, hn::LoadU(d, highest)), d, highest);
    };
    std::int64_t i = 0;
    for (; i + kLanes <= count; i += kLanes) widen(values + i, low + i, high + i);
    if (i < count) {
        float last[3][kLanes] = {};
        std::copy(values + i, values + count, last[0]);
        std::copy(low + i, low + count, last[1]);
        std::copy(high + i, high + count, last[2]);
        widen(last[0], last[1], last[2]);
        std::copy_n(last[1], count - i, low + i);
        std::copy_n(last[2], count - i, high + i);
    }
    return hn::AllFalse(d, strange);
}

void toUnsignedBytes(const float* input, const float* offset, const float* factor,
                     std::int64_t count, std::uint8_t* output) {
    for (std::int64_t i = 0; i < count; ++i) {
        const float byte = (input[i] - offset[i]) * factor[i];
        // Never negative, and lround would not be vectorised. In this order what is no number
        // becomes 0; std::clamp would keep it, and there is no byte for it.
        const float inRange = std::min(std::max(0.0F, byte), 255.0F);
        // NOLINTNEXTLINE(bugprone-incorrect-roundings)
        output[i] = static_cast<std::uint8_t>(inRange + 0.5F);
    }
}

float toSignedBytes(const float* input, std::int64_t count, std::int8_t* output) {
    constexpr FloatTag d;
    constexpr hn::RebindToSigned<FloatTag> ints;
    const std::int64_t whole = count / kLanes * kLanes;
    HWY_ALIGN float last[kLanes] = {};
    std::copy(input + whole, input + count, last);
    // Bits have the order of the sizes that they stand for, and what is no number is the largest.
    const auto sizeOf = [d, ints](const float* values) {
        return hn::BitCast(ints, hn::Abs(hn::LoadU(d, values)));
    };
    auto most = sizeOf(last);
    for (std::int64_t i = 0; i < whole; i += kLanes) most = hn::Max(most, sizeOf(input + i));
    const auto largest = std::bit_cast<float>(hn::GetLane(hn::MaxOfLanes(ints, most)));
    const float factor = largest > 0 ? 127.0F / largest : 0.0F;
    constexpr hn::Rebind<std::int8_t, FloatTag> bytes;
    const auto round = [d, bytes, factor](const float* values, std::int8_t* to) {
        const auto value = hn::Mul(hn::LoadU(d, values), hn::Set(d, factor));
        hn::StoreU(hn::DemoteTo(bytes, hn::NearestInt(value)), bytes, to);
    };
    for (std::int64_t i = 0; i < whole; i += kLanes) round(input + i, output + i);
    if (whole < count) {
        std::int8_t rounded[kLanes];
        round(last, rounded);
        std::copy_n(rounded, count - whole, output + whole);
    }
    return largest / 127.0F;
}

}  // namespace

const ElementKernels* elementKernelTable() {
    static constexpr ElementKernels kTable = {
        rmsNorm, gate, add, scale, toBf16, fromBf16, widenRange, toUnsignedBytes, toSignedBytes};
    return &kTable;
}

}  // namespace asterism::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace asterism::cpu {

HWY_EXPORT(elementKernelTable);

const ElementKernels& elementKernels(InstructionSet set) {
    constexpr std::size_t kEntries = std::size(HWY_DISPATCH_TABLE(elementKernelTable));
    return *HWY_DISPATCH_TABLE(elementKernelTable)[dispatchIndex(set, kEntries)]();
}

}  // namespace asterism::cpu
#endif
