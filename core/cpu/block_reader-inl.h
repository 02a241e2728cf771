// Reads GGUF's quantised blocks into vectors of floats, for the kernels that consume them in
// registers. The plain definition of the formats is core/model/dequantize.h.
// Included once per Highway target, hence the toggling guard.
#if defined(ASTERISM_BLOCK_READER_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef ASTERISM_BLOCK_READER_INL
#undef ASTERISM_BLOCK_READER_INL
#else
#define ASTERISM_BLOCK_READER_INL
#endif

#include <hwy/highway.h>

#include <cstdint>
#include <cstring>

#include "core/base/float_types.h"
#include "core/data_type.h"

HWY_BEFORE_NAMESPACE();
namespace asterism::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::ScalableTag<float>;
using FloatVector = hn::Vec<FloatTag>;
using IntTag = hn::ScalableTag<std::int32_t>;
using IntVector = hn::Vec<IntTag>;

// As many bytes as a FloatVector has lanes, widened.
HWY_INLINE IntVector unsignedBytes(const std::uint8_t* bytes) {
    return hn::PromoteTo(IntTag(), hn::LoadU(hn::Rebind<std::uint8_t, IntTag>(), bytes));
}
HWY_INLINE IntVector signedBytes(const std::uint8_t* bytes) {
    return hn::PromoteTo(IntTag(), hn::LoadU(hn::Rebind<std::int8_t, IntTag>(),
                                             reinterpret_cast<const std::int8_t*>(bytes)));
}
HWY_INLINE FloatVector toFloat(IntVector values) {
    return hn::ConvertTo(FloatTag(), values);
}
HWY_INLINE IntVector lowBits(IntVector values, int mask) {
    return hn::And(values, hn::Set(IntTag(), mask));
}

HWY_INLINE float halfAt(const std::uint8_t* bytes) {
#if HWY_TARGET == HWY_SCALAR
    std::uint16_t bits;
    std::memcpy(&bits, bytes, sizeof bits);
    return fromF16(bits);
#else
    // Reads 8 bytes; no block that starts with a scale is shorter.
    const hn::FixedTag<float, 4> four;
    const hn::Rebind<hwy::float16_t, decltype(four)> halves;
    return hn::GetLane(
        hn::PromoteTo(four, hn::LoadU(halves, reinterpret_cast<const hwy::float16_t*>(bytes))));
#endif
}

template <DataType type>
struct BlockReader;

// Each read() calls sink(first, vector) for all values of one block, in vectors of whatever length
// the target has; `first` is the index of the vector's first value in the block.

template <>
struct BlockReader<DataType::q8_0> {
    template <class Sink>
    static HWY_INLINE void read(const std::uint8_t* block, const Sink& sink) {
        const auto scale = hn::Set(FloatTag(), halfAt(block));
        for (std::size_t i = 0; i < 32; i += hn::Lanes(FloatTag()))
            sink(i, hn::Mul(scale, toFloat(signedBytes(block + 2 + i))));
    }
};

// The types of 32 values with four or five bits: value = scale * bits + offset.
template <bool fiveBits, class Sink>
HWY_INLINE void readSmallBlock(const std::uint8_t* bits, std::uint32_t highBits, FloatVector scale,
                               FloatVector offset, const Sink& sink) {
    const std::size_t lanes = hn::Lanes(FloatTag());
    const hn::ScalableTag<std::uint32_t> words;
    for (std::size_t i = 0; i < 16; i += lanes) {
        const IntVector both = unsignedBytes(bits + i);
        IntVector low = lowBits(both, 15);
        IntVector high = hn::ShiftRight<4>(both);
        if constexpr (fiveBits) {
            const auto first = hn::Iota(words, static_cast<std::uint32_t>(i));
            const auto all = hn::Set(words, highBits);
            const auto one = hn::Set(words, 1U);
            const auto fifth = hn::And(hn::Shr(all, first), one);
            const auto other = hn::And(hn::Shr(hn::Set(words, highBits >> 16), first), one);
            low = hn::Or(low, hn::BitCast(IntTag(), hn::ShiftLeft<4>(fifth)));
            high = hn::Or(high, hn::BitCast(IntTag(), hn::ShiftLeft<4>(other)));
        }
        sink(i, hn::MulAdd(scale, toFloat(low), offset));
        sink(i + 16, hn::MulAdd(scale, toFloat(high), offset));
    }
}

template <>
struct BlockReader<DataType::q4_0> {
    template <class Sink>
    static HWY_INLINE void read(const std::uint8_t* block, const Sink& sink) {
        const float scale = halfAt(block);
        readSmallBlock<false>(block + 2, 0, hn::Set(FloatTag(), scale),
                              hn::Set(FloatTag(), -8 * scale), sink);
    }
};

template <>
struct BlockReader<DataType::q4_1> {
    template <class Sink>
    static HWY_INLINE void read(const std::uint8_t* block, const Sink& sink) {
        readSmallBlock<false>(block + 4, 0, hn::Set(FloatTag(), halfAt(block)),
                              hn::Set(FloatTag(), halfAt(block + 2)), sink);
    }
};

template <>
struct BlockReader<DataType::q5_0> {
    template <class Sink>
    static HWY_INLINE void read(const std::uint8_t* block, const Sink& sink) {
        std::uint32_t highBits;
        std::memcpy(&highBits, block + 2, sizeof highBits);
        const float scale = halfAt(block);
        readSmallBlock<true>(block + 6, highBits, hn::Set(FloatTag(), scale),
                             hn::Set(FloatTag(), -16 * scale), sink);
    }
};

template <>
struct BlockReader<DataType::q5_1> {
    template <class Sink>
    static HWY_INLINE void read(const std::uint8_t* block, const Sink& sink) {
        std::uint32_t highBits;
        std::memcpy(&highBits, block + 4, sizeof highBits);
        readSmallBlock<true>(block + 8, highBits, hn::Set(FloatTag(), halfAt(block)),
                             hn::Set(FloatTag(), halfAt(block + 2)), sink);
    }
};

// Scale and minimum of group j of a Q4_K or Q5_K block: twelve bytes hold eight of each, 6 bits.
HWY_INLINE void groupScale(const std::uint8_t* packed, int j, float& scale, float& minimum) {
    if (j < 4) {
        scale = static_cast<float>(packed[j] & 63);
        minimum = static_cast<float>(packed[j + 4] & 63);
    } else {
        scale = static_cast<float>((packed[j + 4] & 15) | ((packed[j - 4] >> 6) << 4));
        minimum = static_cast<float>((packed[j + 4] >> 4) | ((packed[j] >> 6) << 4));
    }
}

template <bool fiveBits, class Sink>
HWY_INLINE void readKBlock(const std::uint8_t* block, const Sink& sink) {
    const float scale = halfAt(block);
    const float minimum = halfAt(block + 2);
    const std::uint8_t* packed = block + 4;
    const std::uint8_t* high = block + 16;
    const std::uint8_t* bits = block + (fiveBits ? 48 : 16);
    for (int pair = 0; pair < 4; ++pair, bits += 32) {
        float scales[2];
        float minima[2];
        groupScale(packed, 2 * pair, scales[0], minima[0]);
        groupScale(packed, 2 * pair + 1, scales[1], minima[1]);
        const auto scale0 = hn::Set(FloatTag(), scale * scales[0]);
        const auto scale1 = hn::Set(FloatTag(), scale * scales[1]);
        const auto offset0 = hn::Set(FloatTag(), -minimum * minima[0]);
        const auto offset1 = hn::Set(FloatTag(), -minimum * minima[1]);
        const std::size_t first = static_cast<std::size_t>(pair) * 64;
        for (std::size_t i = 0; i < 32; i += hn::Lanes(FloatTag())) {
            const IntVector both = unsignedBytes(bits + i);
            IntVector lower = lowBits(both, 15);
            IntVector upper = hn::ShiftRight<4>(both);
            if constexpr (fiveBits) {
                const IntVector fifth = hn::ShiftRightSame(unsignedBytes(high + i), 2 * pair);
                lower = hn::Or(lower, hn::ShiftLeft<4>(lowBits(fifth, 1)));
                upper = hn::Or(upper, hn::ShiftLeft<3>(lowBits(fifth, 2)));
            }
            sink(first + i, hn::MulAdd(scale0, toFloat(lower), offset0));
            sink(first + 32 + i, hn::MulAdd(scale1, toFloat(upper), offset1));
        }
    }
}

template <>
struct BlockReader<DataType::q4_k> {
    template <class Sink>
    static HWY_INLINE void read(const std::uint8_t* block, const Sink& sink) {
        readKBlock<false>(block, sink);
    }
};

template <>
struct BlockReader<DataType::q5_k> {
    template <class Sink>
    static HWY_INLINE void read(const std::uint8_t* block, const Sink& sink) {
        readKBlock<true>(block, sink);
    }
};

template <>
struct BlockReader<DataType::q6_k> {
    template <class Sink>
    static HWY_INLINE void read(const std::uint8_t* block, const Sink& sink) {
        std::uint16_t scaleBits;
        std::memcpy(&scaleBits, block + 208, sizeof scaleBits);
        const float scale = fromF16(scaleBits);
        for (std::size_t half = 0; half < 2; ++half) {
            const std::uint8_t* low = block + 64 * half;
            const std::uint8_t* high = block + 128 + 32 * half;
            const auto* scales = reinterpret_cast<const std::int8_t*>(block + 192 + 8 * half);
            for (std::size_t i = 0; i < 32; i += hn::Lanes(FloatTag())) {
                const IntVector top = unsignedBytes(high + i);
                const IntVector first = unsignedBytes(low + i);
                const IntVector second = unsignedBytes(low + 32 + i);
                const std::int8_t* groups = scales + i / 16;
                const auto emit = [&](std::size_t quarter, IntVector bits, IntVector topBits) {
                    const auto value = hn::Sub(hn::Or(bits, hn::ShiftLeft<4>(lowBits(topBits, 3))),
                                               hn::Set(IntTag(), 32));
                    const auto factor =
                        hn::Set(FloatTag(), scale * static_cast<float>(groups[2 * quarter]));
                    sink(128 * half + 32 * quarter + i, hn::Mul(factor, toFloat(value)));
                };
                emit(0, lowBits(first, 15), top);
                emit(1, lowBits(second, 15), hn::ShiftRight<2>(top));
                emit(2, hn::ShiftRight<4>(first), hn::ShiftRight<4>(top));
                emit(3, hn::ShiftRight<4>(second), hn::ShiftRight<6>(top));
            }
        }
    }
};

// Values of the types that are not blocked, one vector at `stored`.
template <DataType type>
HWY_INLINE FloatVector readPlain(const std::uint8_t* stored) {
    if constexpr (type == DataType::f32) {
        return hn::LoadU(FloatTag(), reinterpret_cast<const float*>(stored));
    } else if constexpr (type == DataType::bf16) {
        const hn::Rebind<std::uint16_t, IntTag> words;
        const hn::RebindToUnsigned<IntTag> wide;
        const auto bits =
            hn::PromoteTo(wide, hn::LoadU(words, reinterpret_cast<const std::uint16_t*>(stored)));
        return hn::BitCast(FloatTag(), hn::ShiftLeft<16>(bits));
    } else if constexpr (type == DataType::f16) {
        const hn::Rebind<hwy::float16_t, FloatTag> halves;
        return hn::PromoteTo(FloatTag(),
                             hn::LoadU(halves, reinterpret_cast<const hwy::float16_t*>(stored)));
    } else {
        static_assert(type == DataType::i8);
        return toFloat(signedBytes(stored));
    }
}

// Calls sink(first, vector) for `count` values of a row from `stored` on. Blocked types: count is
// a multiple of the block; plain types: of the vector.
template <DataType type, class Sink>
HWY_INLINE void readValues(const std::uint8_t* stored, std::size_t count, const Sink& sink) {
    constexpr DataTypeInfo kInfo = dataTypeInfo(type);
    constexpr auto kValues = static_cast<std::size_t>(kInfo.blockValues);
    constexpr auto kBytes = static_cast<std::size_t>(kInfo.blockBytes);
    if constexpr (kValues == 1) {
        for (std::size_t i = 0; i < count; i += hn::Lanes(FloatTag()))
            sink(i, readPlain<type>(stored + i * kBytes));
    } else {
        for (std::size_t i = 0; i < count; i += kValues, stored += kBytes) {
            BlockReader<type>::read(
                stored, [&](std::size_t within, FloatVector values) { sink(i + within, values); });
        }
    }
}

}  // namespace asterism::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
