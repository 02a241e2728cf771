#pragma once

#include "core/cpu/packed_kernels.h"

namespace asterism::cpu {

// Products of inputs rounded to bytes and weights as bytes, in groups of 32 values with a scale
// each; sums over a group are whole numbers. Quantised weights of 8 bits at most are what they are,
// others are rounded. On AVX-512 VNNI; and on AVX2, which takes only weights of 4 or 5 bits,
// because the sum of two products must fit 16.
const PackedKernels& vnniPackedKernels();
const PackedKernels& avx2BytePackedKernels();

}  // namespace asterism::cpu
