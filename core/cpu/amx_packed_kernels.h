#pragma once

#include "core/cpu/highway_targets.h"
#include "core/cpu/packed_kernels.h"

namespace asterism::cpu::amx {

// bf16 products on tile registers.
const PackedKernels& packedKernelTable();

}  // namespace asterism::cpu::amx
