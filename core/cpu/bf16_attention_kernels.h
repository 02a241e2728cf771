#pragma once

#include "core/cpu/attention_kernels.h"
#include "core/cpu/highway_targets.h"

namespace asterism::cpu::bf16 {

constexpr std::int64_t kPanelRows = 32;               // two vectors of floats
constexpr std::int64_t kPanelBytes = kPanelRows * 4;  // of floats, or of pairs of bf16 values
constexpr std::int64_t kStep = 32;                    // keys are padded to it; a multiple in a head
constexpr std::int64_t kKeyTile = 256;
constexpr std::int64_t kValueBytes = kKeyTile * 2;  // one dimension of all values of a tile
static_assert(kKeyTile % kStep == 0);

// Attention whose two products take bf16 values, on AVX-512-BF16; maxima, sums and outputs are f32.
// Packed, in bf16: keys [key, dimension]; values [dimension, kKeyTile keys]; a rotated panel [pair
// of dimensions, row, dimension of the pair]; weights [pair of keys, row, key of the pair]. Keys
// are filled up with zeros to a whole number of steps.
const AttentionKernels& attentionKernelTable();

}  // namespace asterism::cpu::bf16
