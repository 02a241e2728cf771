#pragma once

#include <cstddef>
#include <cstdint>

#include "core/cpu/instruction_set.h"
#include "core/cpu/packed_kernels.h"
#include "core/data_type.h"

namespace asterism::cpu {

// Matrix products of f32 activations with weights of any type, for one instruction set. All
// pointers are to host memory; nothing is aligned unless stated.
struct LinearKernels {
    PackedKernels packed;  // in f32

    // `count` values of a row, from a block boundary on.
    void (*decode)(DataType type, const std::byte* stored, std::int64_t count, float* output);
    // outputs[r] = rows[r] . input for 1 to 4 rows; columns is a multiple of 32.
    void (*dotRows)(DataType type, const std::byte* const* rows, int rowCount, const float* input,
                    std::int64_t columns, float* outputs);
    // outputs[t * outputStride + r] = rows[r] . inputs[t] for 4 decoded rows (rowStride floats
    // apart) and any number of tokens; columns is a multiple of 16.
    void (*dotTokens)(const float* rows, std::int64_t rowStride, const float* inputs,
                      std::int64_t tokens, std::int64_t columns, float* outputs,
                      std::int64_t outputStride);
    // Fused multiply-adds on registers alone; returns the floating-point operations done.
    double (*spin)(std::int64_t rounds, float* sink);
};

const LinearKernels& linearKernels(InstructionSet set);

}  // namespace asterism::cpu
