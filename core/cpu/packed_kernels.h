#pragma once

#include <cstddef>
#include <cstdint>

#include "core/cpu/arithmetic.h"
#include "core/cpu/instruction_set.h"
#include "core/data_type.h"

namespace asterism::cpu {

// One product of a tile of inputs with a panel of outputs, over some or all of the depth.
struct PackedProduct {
    const std::byte* inputs = nullptr;  // as packInputs made them
    const std::byte* panel = nullptr;   // as packPanel made it
    std::int64_t depth = 0;
    float* output = nullptr;        // rows x columns of it are written
    std::int64_t outputStride = 0;  // floats from one row to the next
    std::int64_t rows = 0;          // <= tileRows
    std::int64_t columns = 0;       // <= panelColumns
    const float* bias = nullptr;    // [columns] added, or none
    bool accumulate = false;        // add to the output instead of writing it
};

// Matrix products of many tokens: inputs and weights are packed into tiles and panels of a type and
// an order that only these kernels know, so that the innermost loop reads both straight through.
// Packed memory starts on a cache line.
struct PackedKernels {
    std::int64_t tileRows;      // inputs (tokens) of one tile
    std::int64_t panelColumns;  // outputs of one panel
    std::int64_t depthStep;     // every depth is a multiple of it
    std::int64_t mostDepth;     // that is worth packing at a time: tiles should stay cached
    std::int64_t tileBytes;     // packed bytes of depthStep values of a tile's rows
    std::int64_t panelBytes;    // ... and of a panel's columns

    // Whether weights of a type may be multiplied in this arithmetic.
    bool (*takes)(DataType type);
    // Rows and columns beyond `valid` become 0.
    void (*packInputs)(const float* inputs, std::int64_t stride, std::int64_t valid,
                       std::int64_t depth, std::byte* packed);
    void (*packPanel)(const float* rows, std::int64_t stride, std::int64_t valid,
                      std::int64_t depth, std::byte* packed);
    // packPanel from rows as they are stored, from a block boundary on; returns false, having done
    // nothing, for types that must be widened first. May be null: all must.
    bool (*packStored)(DataType type, const std::byte* const* rows, std::int64_t valid,
                       std::int64_t depth, std::byte* packed);
    void (*multiplyTile)(const PackedProduct& product);
    // Readies the calling thread for multiplyTile, and undoes that; may be null.
    void (*begin)();
    void (*end)();
};

constexpr std::int64_t kMostPanelColumns = 32;

const PackedKernels& packedKernels(Arithmetic arithmetic, InstructionSet set);

}  // namespace asterism::cpu
