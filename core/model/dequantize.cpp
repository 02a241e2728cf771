#include "core/model/dequantize.h"

#include <array>
#include <cstring>

#include "core/base/check.h"
#include "core/base/float_types.h"

namespace asterism {

namespace {

// In all types a block's values come in order; q[i] below is the stored whole number of value i.

using Bytes = const std::uint8_t*;

float halfAt(Bytes bytes) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, bytes, sizeof(bits));
    return fromF16(bits);
}

int lowNibble(std::uint8_t byte) {
    return byte & 15;
}
int highNibble(std::uint8_t byte) {
    return byte >> 4;
}
int bit(std::uint32_t bits, int index) {
    return static_cast<int>(bits >> index & 1U);
}

void decodeF32(Bytes block, float* values) {
    std::memcpy(values, block, sizeof(float));
}

void decodeF16(Bytes block, float* values) {
    *values = halfAt(block);
}

void decodeBf16(Bytes block, float* values) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, block, sizeof(bits));
    *values = fromBf16(bits);
}

// d, 32 signed bytes: d q.
void decodeQ8_0(Bytes block, float* values) {
    const float scale = halfAt(block);
    for (int i = 0; i < 32; ++i)
        values[i] = scale * static_cast<float>(static_cast<std::int8_t>(block[2 + i]));
}

// d, 16 bytes of nibbles (values 0..15 low, 16..31 high): d (q - 8).
void decodeQ4_0(Bytes block, float* values) {
    const float scale = halfAt(block);
    for (int i = 0; i < 16; ++i) {
        values[i] = scale * static_cast<float>(lowNibble(block[2 + i]) - 8);
        values[i + 16] = scale * static_cast<float>(highNibble(block[2 + i]) - 8);
    }
}

// d, m, nibbles as above: d q + m.
void decodeQ4_1(Bytes block, float* values) {
    const float scale = halfAt(block);
    const float minimum = halfAt(block + 2);
    for (int i = 0; i < 16; ++i) {
        values[i] = scale * static_cast<float>(lowNibble(block[4 + i])) + minimum;
        values[i + 16] = scale * static_cast<float>(highNibble(block[4 + i])) + minimum;
    }
}

// d, 32 fifth bits (one per value), nibbles as above: d (q - 16).
void decodeQ5_0(Bytes block, float* values) {
    const float scale = halfAt(block);
    std::uint32_t fifths = 0;
    std::memcpy(&fifths, block + 2, sizeof(fifths));
    for (int i = 0; i < 16; ++i) {
        const int low = lowNibble(block[6 + i]) + 16 * bit(fifths, i);
        const int high = highNibble(block[6 + i]) + 16 * bit(fifths, i + 16);
        values[i] = scale * static_cast<float>(low - 16);
        values[i + 16] = scale * static_cast<float>(high - 16);
    }
}

// d, m, 32 fifth bits, nibbles as above: d q + m.
void decodeQ5_1(Bytes block, float* values) {
    const float scale = halfAt(block);
    const float minimum = halfAt(block + 2);
    std::uint32_t fifths = 0;
    std::memcpy(&fifths, block + 4, sizeof(fifths));
    for (int i = 0; i < 16; ++i) {
        const int low = lowNibble(block[8 + i]) + 16 * bit(fifths, i);
        const int high = highNibble(block[8 + i]) + 16 * bit(fifths, i + 16);
        values[i] = scale * static_cast<float>(low) + minimum;
        values[i + 16] = scale * static_cast<float>(high) + minimum;
    }
}

struct GroupScale {
    int scale;
    int minimum;
};

// Q4_K and Q5_K: the 6-bit scale and minimum of one of 8 groups of 32 values, out of 12 bytes. The
// first four groups stand in the low 6 bits of bytes 0..3 and 4..7; of the last four, the low 4
// bits are the nibbles of bytes 8..11 and the high 2 bits are on top of bytes 0..7.
GroupScale groupScale(Bytes packed, int group) {
    if (group < 4) return {packed[group] & 63, packed[group + 4] & 63};
    const std::uint8_t low = packed[group + 4];
    return {lowNibble(low) | packed[group - 4] >> 6 << 4,
            highNibble(low) | packed[group] >> 6 << 4};
}

// d, dmin, 12 bytes of group scales s and minimums m, 128 bytes of nibbles: d s q - dmin m. Each 32
// bytes hold two groups, the first in the low nibbles.
void decodeQ4_K(Bytes block, float* values) {
    const float scale = halfAt(block);
    const float minimum = halfAt(block + 2);
    for (int group = 0; group < 8; ++group) {
        const GroupScale factors = groupScale(block + 4, group);
        const float groupFactor = scale * static_cast<float>(factors.scale);
        const float offset = minimum * static_cast<float>(factors.minimum);
        Bytes nibbles = block + 16 + group / 2 * 32;
        for (int i = 0; i < 32; ++i) {
            const int q = group % 2 == 0 ? lowNibble(nibbles[i]) : highNibble(nibbles[i]);
            values[group * 32 + i] = groupFactor * static_cast<float>(q) - offset;
        }
    }
}

// As Q4_K, with 32 bytes of fifth bits before the nibbles: bit g of byte i belongs to value i of
// group g.
void decodeQ5_K(Bytes block, float* values) {
    const float scale = halfAt(block);
    const float minimum = halfAt(block + 2);
    Bytes fifths = block + 16;
    for (int group = 0; group < 8; ++group) {
        const GroupScale factors = groupScale(block + 4, group);
        const float groupFactor = scale * static_cast<float>(factors.scale);
        const float offset = minimum * static_cast<float>(factors.minimum);
        Bytes nibbles = block + 48 + group / 2 * 32;
        for (int i = 0; i < 32; ++i) {
            const int low = group % 2 == 0 ? lowNibble(nibbles[i]) : highNibble(nibbles[i]);
            const int q = low + 16 * bit(fifths[i], group);
            values[group * 32 + i] = groupFactor * static_cast<float>(q) - offset;
        }
    }
}

// 128 bytes of low nibbles, 64 bytes of high bit pairs, 16 signed group scales s (16 values each),
// d: d s (q - 32). Each half of 128 values has 64 bytes of nibbles and 32 of pairs; within it
// values 0..31 and 32..63 are the low nibbles, 64..95 and 96..127 the high ones, and pair k of byte
// i belongs to value 32 k + i.
void decodeQ6_K(Bytes block, float* values) {
    const float scale = halfAt(block + 208);
    for (int i = 0; i < 256; ++i) {
        const int half = i / 128;
        const int run = i % 128 / 32;
        const std::uint8_t nibbles = block[half * 64 + run % 2 * 32 + i % 32];
        const std::uint8_t pairs = block[128 + half * 32 + i % 32];
        const int low = run < 2 ? lowNibble(nibbles) : highNibble(nibbles);
        const int q = low | (pairs >> 2 * run & 3) << 4;
        const auto groupFactor = static_cast<float>(static_cast<std::int8_t>(block[192 + i / 16]));
        values[i] = scale * groupFactor * static_cast<float>(q - 32);
    }
}

using Decoder = void (*)(Bytes block, float* values);

Decoder decoderOf(DataType type) {
    switch (type) {
        case DataType::f32:
            return decodeF32;
        case DataType::f16:
            return decodeF16;
        case DataType::bf16:
            return decodeBf16;
        case DataType::q8_0:
            return decodeQ8_0;
        case DataType::q4_0:
            return decodeQ4_0;
        case DataType::q4_1:
            return decodeQ4_1;
        case DataType::q5_0:
            return decodeQ5_0;
        case DataType::q5_1:
            return decodeQ5_1;
        case DataType::q4_k:
            return decodeQ4_K;
        case DataType::q5_k:
            return decodeQ5_K;
        case DataType::q6_k:
            return decodeQ6_K;
        case DataType::i8:
            break;  // plain numbers with no scale; no model file holds them
    }
    return nullptr;
}

}  // namespace

void dequantize(DataType type, std::span<const std::byte> stored, std::span<float> values) {
    const DataTypeInfo info = dataTypeInfo(type);
    const auto count = static_cast<std::int64_t>(values.size());
    const Decoder decode = decoderOf(type);
    ASTERISM_CHECK(decode != nullptr);
    ASTERISM_CHECK(count % info.blockValues == 0);
    ASTERISM_CHECK(static_cast<std::int64_t>(stored.size()) == rowBytes(type, count));
    Bytes bytes = reinterpret_cast<Bytes>(stored.data());
    for (std::int64_t i = 0; i < count / info.blockValues; ++i)
        decode(bytes + i * info.blockBytes, values.data() + i * info.blockValues);
}

}  // namespace asterism
