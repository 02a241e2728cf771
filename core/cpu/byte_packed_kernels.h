#pragma once

#include "core/cpu/packed_kernels.h"

namespace asterism::cpu {

// Products of inputs and weights that are both rounded to bytes, in groups of 32 values with a
// scale each; sums over a group are exact. On AVX-512 VNNI, and on AVX2, where weights take 7 bits
// so that a pair of products fits 16.
const PackedKernels& vnniPackedKernels();
const PackedKernels& avx2BytePackedKernels();

}  // namespace asterism::cpu
