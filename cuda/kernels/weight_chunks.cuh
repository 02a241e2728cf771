#pragma once

#include "core/data_type.h"
#include "cuda/kernels/values.cuh"
#include "cuda/kernels/weight_view.h"

namespace asterism::cuda {

// How one thread reads a row of a weight: in chunks of kValues values that it gets from one 16-byte
// load of the largest plane. The values of a chunk are two runs of kValues / 2 neighbours each, of
// which first(chunk) and second(chunk) are the places in the row. The formats are those of
// core/model/dequantize.cpp.

struct ChunkPlace {
    int first;
    int second;
};

__device__ inline uint4 load16(const std::uint8_t* from) {
    return __ldg(reinterpret_cast<const uint4*>(from));
}
__device__ inline std::uint32_t word(const uint4& words, int index) {
    return index == 0 ? words.x : index == 1 ? words.y : index == 2 ? words.z : words.w;
}
__device__ inline float halfAt(const std::uint8_t* from) {
    return __half2float(__ldg(reinterpret_cast<const half*>(from)));
}
__device__ inline float2 halvesAt(const std::uint8_t* from) {
    return __half22float2(__ldg(reinterpret_cast<const half2*>(from)));
}
// The values of type kType starting at 16-byte word `chunk` of a row.
template <DataType kType>
struct WeightChunks;

template <typename Value>
struct PlainChunks {
    static constexpr int kValues = 16 / static_cast<int>(sizeof(Value));

    __device__ static ChunkPlace place(int chunk) {
        return {chunk * kValues, chunk * kValues + kValues / 2};
    }
    __device__ static void read(const WeightView& weight, std::int64_t row, int chunk,
                                float (&values)[kValues]) {
        const auto* stored = reinterpret_cast<const Value*>(weight.planes[0]) +
                             row * weight.columns + chunk * kValues;
        const uint4 words = load16(reinterpret_cast<const std::uint8_t*>(stored));
        const Run<Value> run = *reinterpret_cast<const Run<Value>*>(&words);
        for (int i = 0; i < kValues; ++i) values[i] = toFloat(run.values[i]);
    }
};

template <>
struct WeightChunks<DataType::f32> : PlainChunks<float> {};
template <>
struct WeightChunks<DataType::f16> : PlainChunks<half> {};
template <>
struct WeightChunks<DataType::bf16> : PlainChunks<bf16> {};

template <>
struct WeightChunks<DataType::q8_0> {
    static constexpr int kValues = 16;

    __device__ static ChunkPlace place(int chunk) { return {chunk * 16, chunk * 16 + 8}; }
    __device__ static void read(const WeightView& weight, std::int64_t row, int chunk,
                                float (&values)[kValues]) {
        const uint4 bytes = load16(weight.planes[0] + row * weight.columns + chunk * 16);
        const float scale =
            halfAt(weight.planes[1] + (row * (weight.columns / 32) + chunk / 2) * 2);
        for (int w = 0; w < 4; ++w) {
            // Adding 128 to signed bytes flips their top bits.
            const std::uint32_t shifted = word(bytes, w) ^ 0x80808080U;
            for (int i = 0; i < 4; ++i)
                values[4 * w + i] = scale * (byteAsFloat(shifted, i) - 128.0F);
        }
    }
};

// The types of 32 values with nibbles: low ones are values 0..15, high ones 16..31.
template <bool kHasFifths, bool kHasMinimum>
struct NibbleChunks {
    static constexpr int kValues = 32;

    __device__ static ChunkPlace place(int chunk) { return {chunk * 32, chunk * 32 + 16}; }
    __device__ static void read(const WeightView& weight, std::int64_t row, int chunk,
                                float (&values)[kValues]) {
        const std::int64_t block = row * (weight.columns / 32) + chunk;
        const uint4 nibbles = load16(weight.planes[0] + block * 16);
        std::uint32_t fifths = 0;
        if constexpr (kHasFifths)
            fifths = __ldg(reinterpret_cast<const std::uint32_t*>(weight.planes[1]) + block);
        const std::uint8_t* scales = weight.planes[kHasFifths ? 2 : 1];
        float scale = 0;
        float offset = 0;
        if constexpr (kHasMinimum) {
            const float2 both = halvesAt(scales + block * 4);
            scale = both.x;
            offset = both.y;
        } else {
            scale = halfAt(scales + block * 2);
            offset = scale * (kHasFifths ? -16.0F : -8.0F);
        }
        for (int w = 0; w < 4; ++w) {
            std::uint32_t low = word(nibbles, w) & 0x0f0f0f0fU;
            std::uint32_t high = word(nibbles, w) >> 4 & 0x0f0f0f0fU;
            if constexpr (kHasFifths) {
                low |= spread(fifths >> (4 * w));
                high |= spread(fifths >> (16 + 4 * w));
            }
            for (int i = 0; i < 4; ++i) {
                values[4 * w + i] = scale * byteAsFloat(low, i) + offset;
                values[16 + 4 * w + i] = scale * byteAsFloat(high, i) + offset;
            }
        }
    }

  private:
    // The four lowest bits as bit 4 of four bytes.
    __device__ static std::uint32_t spread(std::uint32_t bits) {
        bits &= 15U;
        return (bits * 0x02040810U) & 0x10101010U;
    }
};

template <>
struct WeightChunks<DataType::q4_0> : NibbleChunks<false, false> {};
template <>
struct WeightChunks<DataType::q4_1> : NibbleChunks<false, true> {};
template <>
struct WeightChunks<DataType::q5_0> : NibbleChunks<true, false> {};
template <>
struct WeightChunks<DataType::q5_1> : NibbleChunks<true, true> {};

// Q4_K and Q5_K: 16 bytes of nibbles are half of two neighbouring groups of 32 values.
template <bool kHasFifths>
struct GroupChunks {
    static constexpr int kValues = 32;
    static constexpr int kBlockBytes = kHasFifths ? 176 : 144;

    __device__ static ChunkPlace place(int chunk) {
        const int first = chunk / 8 * 256 + chunk % 8 / 2 * 64 + chunk % 2 * 16;
        return {first, first + 32};
    }
    __device__ static void read(const WeightView& weight, std::int64_t row, int chunk,
                                float (&values)[kValues]) {
        const int part = chunk % 8;
        const std::uint8_t* block =
            weight.planes[0] + (row * (weight.columns / 256) + chunk / 8) * kBlockBytes;
        const uint4 head = load16(block);
        const uint4 nibbles = load16(block + (kHasFifths ? 48 : 16) + part * 16);
        uint4 fifths{};
        if constexpr (kHasFifths) fifths = load16(block + 16 + part % 2 * 16);
        const half2 halves = *reinterpret_cast<const half2*>(&head.x);
        const float2 factors = __half22float2(halves);
        const int group = part / 2 * 2;
        const Group low = groupOf(head, group, factors);
        const Group high = groupOf(head, group + 1, factors);
        for (int w = 0; w < 4; ++w) {
            std::uint32_t lows = word(nibbles, w) & 0x0f0f0f0fU;
            std::uint32_t highs = word(nibbles, w) >> 4 & 0x0f0f0f0fU;
            if constexpr (kHasFifths) {
                lows |= (word(fifths, w) >> group & 0x01010101U) << 4;
                highs |= (word(fifths, w) >> (group + 1) & 0x01010101U) << 4;
            }
            for (int i = 0; i < 4; ++i) {
                values[4 * w + i] = low.scale * byteAsFloat(lows, i) - low.minimum;
                values[16 + 4 * w + i] = high.scale * byteAsFloat(highs, i) - high.minimum;
            }
        }
    }

  private:
    struct Group {
        float scale;
        float minimum;
    };

    __device__ static int byteOf(const uint4& head, int index) {
        const int at = 4 + index;
        return static_cast<int>(word(head, at / 4) >> (at % 4 * 8) & 255U);
    }
    __device__ static Group groupOf(const uint4& head, int group, const float2& factors) {
        int scale = 0;
        int minimum = 0;
        if (group < 4) {
            scale = byteOf(head, group) & 63;
            minimum = byteOf(head, group + 4) & 63;
        } else {
            const int both = byteOf(head, group + 4);
            scale = (both & 15) | byteOf(head, group - 4) >> 6 << 4;
            minimum = both >> 4 | byteOf(head, group) >> 6 << 4;
        }
        return {factors.x * static_cast<float>(scale), factors.y * static_cast<float>(minimum)};
    }
};

template <>
struct WeightChunks<DataType::q4_k> : GroupChunks<false> {};
template <>
struct WeightChunks<DataType::q5_k> : GroupChunks<true> {};

// Q6_K: 16 bytes of nibbles belong to two groups of 16 values, 64 apart.
template <>
struct WeightChunks<DataType::q6_k> {
    static constexpr int kValues = 32;

    __device__ static ChunkPlace place(int chunk) {
        const int first = chunk / 8 * 256 + chunk % 8 / 4 * 128 + chunk % 4 * 16;
        return {first, first + 64};
    }
    __device__ static void read(const WeightView& weight, std::int64_t row, int chunk,
                                float (&values)[kValues]) {
        const std::int64_t block = row * (weight.columns / 256) + chunk / 8;
        const int half = chunk % 8 / 4;
        const int run = chunk % 4 / 2;
        const uint4 nibbles = load16(weight.planes[0] + block * 128 + chunk % 8 * 16);
        const uint4 pairs = load16(weight.planes[1] + block * 64 + half * 32 + chunk % 2 * 16);
        const auto* scales = reinterpret_cast<const std::int8_t*>(weight.planes[2]) + block * 16;
        const float factor = halfAt(weight.planes[3] + block * 2);
        const int group = half * 8 + chunk % 4;
        const float low = factor * static_cast<float>(__ldg(scales + group));
        const float high = factor * static_cast<float>(__ldg(scales + group + 4));
        for (int w = 0; w < 4; ++w) {
            const std::uint32_t lows =
                (word(nibbles, w) & 0x0f0f0f0fU) | (word(pairs, w) >> (2 * run) & 0x03030303U) << 4;
            const std::uint32_t highs = (word(nibbles, w) >> 4 & 0x0f0f0f0fU) |
                                        (word(pairs, w) >> (2 * run + 4) & 0x03030303U) << 4;
            for (int i = 0; i < 4; ++i) {
                values[4 * w + i] = low * (byteAsFloat(lows, i) - 32.0F);
                values[16 + 4 * w + i] = high * (byteAsFloat(highs, i) - 32.0F);
            }
        }
    }
};

// Calls work.template operator()<kType>() for the type of a weight.
template <typename Work>
void withWeightType(DataType type, const Work& work) {
    switch (type) {
        case DataType::f32:
            return work.template operator()<DataType::f32>();
        case DataType::f16:
            return work.template operator()<DataType::f16>();
        case DataType::bf16:
            return work.template operator()<DataType::bf16>();
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
        case DataType::i8:
            break;  // no model file holds it
    }
    ASTERISM_CHECK(!"a weight of a type that holds none");
}

}  // namespace asterism::cuda
