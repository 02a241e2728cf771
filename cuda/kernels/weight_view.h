#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/data_type.h"

namespace asterism::cuda {

// A part of every storage block of a type: in GPU memory these parts stand in planes of their own,
// one part of all blocks after the other, so that each can be read in aligned words.
struct BlockPart {
    std::int64_t offset;
    std::int64_t bytes;
};

struct BlockParts {
    int count;
    std::array<BlockPart, 4> parts;
};

// Blocks whose size is a multiple of 16 bytes stay whole.
constexpr BlockParts blockParts(DataType type) {
    switch (type) {
        case DataType::q8_0:  // bytes, scale
            return {2, {{{2, 32}, {0, 2}}}};
        case DataType::q4_0:  // nibbles, scale
            return {2, {{{2, 16}, {0, 2}}}};
        case DataType::q4_1:  // nibbles, scale and minimum
            return {2, {{{4, 16}, {0, 4}}}};
        case DataType::q5_0:  // nibbles, fifth bits, scale
            return {3, {{{6, 16}, {2, 4}, {0, 2}}}};
        case DataType::q5_1:  // nibbles, fifth bits, scale and minimum
            return {3, {{{8, 16}, {4, 4}, {0, 4}}}};
        case DataType::q6_k:  // nibbles, bit pairs, group scales, scale
            return {4, {{{0, 128}, {128, 64}, {192, 16}, {208, 2}}}};
        default:
            return {1, {{{0, dataTypeInfo(type).blockBytes}}}};
    }
}

// A matrix [rows, columns] in GPU memory. Plane p holds part p (blockParts) of block b of row r at
// (r * blocksPerRow + b) * parts[p].bytes.
struct WeightView {
    DataType type = DataType::f32;
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    std::array<const std::uint8_t*, 4> planes{};
};

}  // namespace asterism::cuda
