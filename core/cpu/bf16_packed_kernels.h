#pragma once

#include "core/cpu/highway_targets.h"
#include "core/cpu/packed_kernels.h"

namespace asterism::cpu::bf16 {

// bf16 products on AVX-512-BF16.
const PackedKernels& packedKernelTable();

}  // namespace asterism::cpu::bf16
