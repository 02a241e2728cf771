#pragma once

#include "core/data_type.h"
#include "cuda/kernels/values.cuh"
#include "cuda/kernels/weight_view.h"

namespace asterism::cuda {

// How one thread reads a row of a weight: in chunks of kValues values. The values of a chunk are
// two runs of kValues / 2 neighbours each, which begin at place(chunk) in the row. The formats are
// those of core/model/dequantize.cpp.

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

// What a chunk of a quantised type stands for: two runs of 16 values scale * byte + offset.
struct ChunkBytes {
    uint4 bytes[2];  // unsigned
    float scales[2];
    float offsets[2];
};

// A row of a weight: where it begins in every plane.
struct RowPlanes {
    const std::uint8_t* planes[4];
};

template <DataType kType>
__device__ RowPlanes rowPlanes(const WeightView& weight, int row) {
    constexpr BlockParts kParts = blockParts(kType);
    constexpr std::int64_t kBlockValues = dataTypeInfo(kType).blockValues;
    const int blocks = static_cast<int>(weight.columns / kBlockValues);
    RowPlanes result{};
#pragma unroll
    for (int p = 0; p < kParts.count; ++p) {
        const int rowBytes = blocks * static_cast<int>(kParts.parts[p].bytes);
        result.planes[p] = weight.planes[p] + static_cast<std::int64_t>(row) * rowBytes;
    }
    return result;
}

// Quantised types are read in two steps, so that several chunks can be on their way before the
// first is computed with: load(), and bytes() of what it loaded.
template <DataType kType>
struct ByteChunks {
    using Own = WeightChunks<kType>;
    static constexpr int kValues = 32;

    __device__ static void read(const WeightView& weight, std::int64_t row, int chunk,
                                float (&values)[kValues]) {
        const ChunkBytes from =
            Own::bytes(Own::load(rowPlanes<kType>(weight, static_cast<int>(row)), chunk), chunk);
#pragma unroll
        for (int i = 0; i < kValues; ++i) {
            const int run = i / 16;
            const std::uint32_t four = word(from.bytes[run], i % 16 / 4);
            values[i] = from.scales[run] * byteAsFloat(four, i % 4) + from.offsets[run];
        }
    }
};

template <>
struct WeightChunks<DataType::q8_0> : ByteChunks<DataType::q8_0> {
    struct Stored {
        uint4 bytes[2];
        half scale;
    };

    __device__ static ChunkPlace place(int chunk) { return {chunk * 32, chunk * 32 + 16}; }
    __device__ static Stored load(const RowPlanes& row, int chunk) {
        const std::uint8_t* bytes = row.planes[0] + chunk * 32;
        return {{load16(bytes), load16(bytes + 16)},
                __ldg(reinterpret_cast<const half*>(row.planes[1]) + chunk)};
    }
    __device__ static ChunkBytes bytes(const Stored& stored, int) {
        const float scale = __half2float(stored.scale);
        const float offset = -128.0F * scale;
        return {
            {raised(stored.bytes[0]), raised(stored.bytes[1])}, {scale, scale}, {offset, offset}};
    }

  private:
    // Adding 128 to signed bytes flips their top bits.
    __device__ static uint4 raised(const uint4& bytes) {
        constexpr std::uint32_t kTop = 0x80808080U;
        return {bytes.x ^ kTop, bytes.y ^ kTop, bytes.z ^ kTop, bytes.w ^ kTop};
    }
};

__device__ inline uint4 lowNibbles(const uint4& words) {
    constexpr std::uint32_t kLow = 0x0f0f0f0fU;
    return {words.x & kLow, words.y & kLow, words.z & kLow, words.w & kLow};
}
__device__ inline uint4 highNibbles(const uint4& words) {
    return lowNibbles({words.x >> 4, words.y >> 4, words.z >> 4, words.w >> 4});
}

// The types of 32 values with nibbles: low ones are values 0..15, high ones 16..31.
template <DataType kType, bool kHasFifths, bool kHasMinimum>
struct NibbleChunks : ByteChunks<kType> {
    struct Stored {
        uint4 nibbles;
        std::uint32_t fifths;
        half2 factors;  // scale and minimum
    };

    __device__ static ChunkPlace place(int chunk) { return {chunk * 32, chunk * 32 + 16}; }
    __device__ static Stored load(const RowPlanes& row, int chunk) {
        Stored stored{load16(row.planes[0] + chunk * 16), 0, {}};
        if constexpr (kHasFifths)
            stored.fifths = __ldg(reinterpret_cast<const std::uint32_t*>(row.planes[1]) + chunk);
        const std::uint8_t* factors = row.planes[kHasFifths ? 2 : 1];
        if constexpr (kHasMinimum)
            stored.factors = __ldg(reinterpret_cast<const half2*>(factors) + chunk);
        else
            stored.factors.x = __ldg(reinterpret_cast<const half*>(factors) + chunk);
        return stored;
    }
    __device__ static ChunkBytes bytes(const Stored& stored, int) {
        const float scale = __half2float(stored.factors.x);
        const float offset =
            kHasMinimum ? __half2float(stored.factors.y) : scale * (kHasFifths ? -16.0F : -8.0F);
        ChunkBytes chunk{{lowNibbles(stored.nibbles), highNibbles(stored.nibbles)},
                         {scale, scale},
                         {offset, offset}};
        if constexpr (kHasFifths) {
            addFifths(chunk.bytes[0], stored.fifths);
            addFifths(chunk.bytes[1], stored.fifths >> 16);
        }
        return chunk;
    }

  private:
    __device__ static void addFifths(uint4& bytes, std::uint32_t bits) {
        bytes.x |= spread(bits);
        bytes.y |= spread(bits >> 4);
        bytes.z |= spread(bits >> 8);
        bytes.w |= spread(bits >> 12);
    }
    // The four lowest bits as bit 4 of four bytes.
    __device__ static std::uint32_t spread(std::uint32_t bits) {
        bits &= 15U;
        return (bits * 0x02040810U) & 0x10101010U;
    }
};

template <>
struct WeightChunks<DataType::q4_0> : NibbleChunks<DataType::q4_0, false, false> {};
template <>
struct WeightChunks<DataType::q4_1> : NibbleChunks<DataType::q4_1, false, true> {};
template <>
struct WeightChunks<DataType::q5_0> : NibbleChunks<DataType::q5_0, true, false> {};
template <>
struct WeightChunks<DataType::q5_1> : NibbleChunks<DataType::q5_1, true, true> {};

// Q4_K and Q5_K: 16 bytes of nibbles are half of two neighbouring groups of 32 values.
template <DataType kType, bool kHasFifths>
struct GroupChunks : ByteChunks<kType> {
    static constexpr int kBlockBytes = kHasFifths ? 176 : 144;

    struct Stored {
        uint4 head;
        uint4 nibbles;
        uint4 fifths;
    };

    __device__ static ChunkPlace place(int chunk) {
        const int first = chunk / 8 * 256 + chunk % 8 / 2 * 64 + chunk % 2 * 16;
        return {first, first + 32};
    }
    __device__ static Stored load(const RowPlanes& row, int chunk) {
        const int part = chunk % 8;
        const std::uint8_t* block = row.planes[0] + chunk / 8 * kBlockBytes;
        Stored stored{load16(block), load16(block + (kHasFifths ? 48 : 16) + part * 16), {}};
        if constexpr (kHasFifths) stored.fifths = load16(block + 16 + part % 2 * 16);
        return stored;
    }
    __device__ static ChunkBytes bytes(const Stored& stored, int chunk) {
        const int group = chunk % 8 / 2 * 2;
        ChunkBytes result{{lowNibbles(stored.nibbles), highNibbles(stored.nibbles)}, {}, {}};
        if constexpr (kHasFifths) {
            addFifths(result.bytes[0], stored.fifths, group);
            addFifths(result.bytes[1], stored.fifths, group + 1);
        }
        // Six bits each: of the last four groups the upper two stand above those of the first four.
        const uint4& head = stored.head;
        const bool isLate = group >= 4;
        const std::uint32_t scales =
            isLate ? (head.w & 0x0f0f0f0fU) | (head.y >> 2 & 0x30303030U) : head.y & 0x3f3f3f3fU;
        const std::uint32_t minima = isLate
                                         ? (head.w >> 4 & 0x0f0f0f0fU) | (head.z >> 2 & 0x30303030U)
                                         : head.z & 0x3f3f3f3fU;
        const float2 factors = __half22float2(*reinterpret_cast<const half2*>(&head.x));
#pragma unroll
        for (int run = 0; run < 2; ++run) {
            result.scales[run] = factors.x * byteAsFloat(scales, group % 4 + run);
            result.offsets[run] = -factors.y * byteAsFloat(minima, group % 4 + run);
        }
        return result;
    }

  private:
    __device__ static void addFifths(uint4& bytes, const uint4& bits, int group) {
        constexpr std::uint32_t kLowest = 0x01010101U;
        bytes.x |= (bits.x >> group & kLowest) << 4;
        bytes.y |= (bits.y >> group & kLowest) << 4;
        bytes.z |= (bits.z >> group & kLowest) << 4;
        bytes.w |= (bits.w >> group & kLowest) << 4;
    }
};

template <>
struct WeightChunks<DataType::q4_k> : GroupChunks<DataType::q4_k, false> {};
template <>
struct WeightChunks<DataType::q5_k> : GroupChunks<DataType::q5_k, true> {};

// Q6_K: 16 bytes of nibbles belong to two groups of 16 values, 64 apart.
template <>
struct WeightChunks<DataType::q6_k> : ByteChunks<DataType::q6_k> {
    struct Stored {
        uint4 nibbles;
        uint4 pairs;
        std::int8_t scales[2];
        half factor;
    };

    __device__ static ChunkPlace place(int chunk) {
        const int first = chunk / 8 * 256 + chunk % 8 / 4 * 128 + chunk % 4 * 16;
        return {first, first + 64};
    }
    __device__ static Stored load(const RowPlanes& row, int chunk) {
        const int block = chunk / 8;
        const int half64 = chunk % 8 / 4;
        const auto* scales = reinterpret_cast<const std::int8_t*>(row.planes[2]) + block * 16 +
                             half64 * 8 + chunk % 4;
        return {load16(row.planes[0] + chunk * 16),
                load16(row.planes[1] + block * 64 + half64 * 32 + chunk % 2 * 16),
                {__ldg(scales), __ldg(scales + 4)},
                __ldg(reinterpret_cast<const half*>(row.planes[3]) + block)};
    }
    __device__ static ChunkBytes bytes(const Stored& stored, int chunk) {
        const int shift = chunk % 4 / 2 * 2;
        ChunkBytes result{{lowNibbles(stored.nibbles), highNibbles(stored.nibbles)}, {}, {}};
        addPairs(result.bytes[0], stored.pairs, shift);
        addPairs(result.bytes[1], stored.pairs, shift + 4);
        const float factor = __half2float(stored.factor);
#pragma unroll
        for (int run = 0; run < 2; ++run) {
            result.scales[run] = factor * static_cast<float>(stored.scales[run]);
            result.offsets[run] = -32.0F * result.scales[run];
        }
        return result;
    }

  private:
    __device__ static void addPairs(uint4& bytes, const uint4& bits, int shift) {
        constexpr std::uint32_t kLowest = 0x03030303U;
        bytes.x |= (bits.x >> shift & kLowest) << 4;
        bytes.y |= (bits.y >> shift & kLowest) << 4;
        bytes.z |= (bits.z >> shift & kLowest) << 4;
        bytes.w |= (bits.w >> shift & kLowest) << 4;
    }
};

// Calls work.template operator()<kType>() for the type of a quantised weight.
template <typename Work>
void withQuantizedType(DataType type, const Work& work) {
    switch (type) {
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
        default:
            ASTERISM_CHECK(!"a weight of a type that holds none");
    }
}

// The same for the type of any weight.
template <typename Work>
void withWeightType(DataType type, const Work& work) {
    switch (type) {
        case DataType::f32:
            return work.template operator()<DataType::f32>();
        case DataType::f16:
            return work.template operator()<DataType::f16>();
        case DataType::bf16:
            return work.template operator()<DataType::bf16>();
        default:
            return withQuantizedType(type, work);
    }
}

}  // namespace asterism::cuda
