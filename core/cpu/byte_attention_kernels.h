#pragma once

#include <cstdint>

#include "core/cpu/arithmetic.h"
#include "core/cpu/row_attention_kernels.h"

namespace asterism::cpu {

// What the query rows of one key head need to attend to q8 keys of one segment in whole numbers.
// The two channels of a rotated pair share a scale that no rotation of them exceeds.
struct ByteHead {
    std::uint16_t* factors = nullptr;  // of the keys' channels, in the kernels' order
    // [rows]: two bytes of every channel, as words or as upper and lower part, 128 * a + b
    std::int8_t* queries = nullptr;
    float* scales = nullptr;   // [rows]: score = scale * sum + offset
    float* offsets = nullptr;  // [rows], only with VNNI

    // In memory for floats(rows, headDim).
    static ByteHead in(float* memory, std::int64_t rows, std::int64_t headDim);
    static std::int64_t floats(std::int64_t rows, std::int64_t headDim) {
        return headDim + rows * headDim / 2 + 2 * rows;
    }
};

// Softmax attention of a few query rows over q8 keys and values in whole numbers, for what may
// round: keys are rotated in 16 bits. With VNNI they are multiplied in 8, and queries and weights
// have 15 and 16 bits; avx2_byte_attention_kernels.h is for what has AVX2 only.
struct ByteAttentionKernels {
    // Whether the keys can be read this way.
    static bool takes(const KeyValueView& view, const KeyRotation& rotation);

    // Fills `head` for tile.head of tile.view and tile.queries; holds for all keys of the view.
    void (*prepare)(const RowTile& tile, const ByteHead& head);
    // As those of RowAttentionKernels.
    void (*score)(const RowTile& tile, const ByteHead& head);
    void (*accumulate)(const RowTile& tile, const float* factors);
};

// Null where whole numbers are not faster or may not be used: f32 in 512 bits is no slower than
// they are in 256.
const ByteAttentionKernels* byteAttentionKernels(Arithmetic arithmetic, InstructionSet set);

}  // namespace asterism::cpu
