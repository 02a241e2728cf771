#pragma once

#include <cstddef>
#include <cstdint>

#include "core/cpu/instruction_set.h"
#include "core/data_type.h"

namespace asterism::cpu {

// One product of a tile of inputs with a panel of outputs.
struct TileProduct {
    const float* inputs = nullptr;  // [depth, tileRows], packed
    const float* panel = nullptr;   // [depth, panelColumns], packed
    std::int64_t depth = 0;
    float* output = nullptr;        // rows x columns of it are written
    std::int64_t outputStride = 0;  // floats from one row to the next
    std::int64_t rows = 0;          // <= tileRows
    std::int64_t columns = 0;       // <= panelColumns
    const float* bias = nullptr;    // [columns] added, or none
    bool accumulate = false;        // add to the output instead of writing it
};

// Matrix products of f32 activations with weights of any type, for one instruction set. All
// pointers are to host memory; nothing is aligned unless stated.
struct LinearKernels {
    std::int64_t tileRows;      // inputs (tokens) of one tile
    std::int64_t panelColumns;  // outputs of one panel

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
    // packed[k, c] = rows[c * stride + k]; columns beyond `valid` become 0.
    void (*packPanel)(const float* rows, std::int64_t stride, std::int64_t valid,
                      std::int64_t depth, float* packed);
    // packed[k, r] = inputs[r * stride + k]; rows beyond `valid` become 0.
    void (*packInputs)(const float* inputs, std::int64_t stride, std::int64_t valid,
                       std::int64_t depth, float* packed);
    void (*multiplyTile)(const TileProduct& product);
    // Fused multiply-adds on registers alone; returns the floating-point operations done.
    double (*spin)(std::int64_t rounds, float* sink);
};

const LinearKernels& linearKernels(InstructionSet set);

}  // namespace asterism::cpu
