#pragma once

#include "core/cpu/byte_attention_kernels.h"
#include "core/cpu/highway_targets.h"

namespace asterism::cpu::avx2 {

// Attention over q8 keys and values without VNNI: keys stay in the 16 bits that they are rotated
// in, queries have as many, or as many as the sums leave room for, weights have 15.
const ByteAttentionKernels& byteAttentionKernelTable();

}  // namespace asterism::cpu::avx2
