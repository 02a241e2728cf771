#pragma once

#include <cstddef>
#include <cstdint>

#include "core/cpu/arithmetic.h"
#include "core/data_type.h"

namespace asterism::cpu {

// A row of inputs rounded to bytes in groups of 32 values.
struct ByteInput {
    std::int8_t* bytes = nullptr;  // [columns]
    float* figures = nullptr;      // [groups, 4]: scale, and scale times the sum of the bytes of
                                   // all, of the first 16 and of the last 16
};

// Products of GGUF's quantised rows, as they are stored, with inputs rounded to bytes: sums over 32
// values are whole numbers.
struct ByteDotKernels {
    // Rounds `columns` values, a multiple of 32.
    void (*round)(const float* input, std::int64_t columns, const ByteInput& rounded);
    // Whether rows of the type can be multiplied this way.
    bool (*takes)(DataType type);
    // outputs[r] = rows[r] . input; columns is a multiple of the type's block.
    void (*dot)(DataType type, const std::byte* const* rows, std::int64_t count,
                const ByteInput& input, std::int64_t columns, float* outputs);
};

// Null for f32.
const ByteDotKernels* byteDotKernels(Arithmetic arithmetic);

}  // namespace asterism::cpu
