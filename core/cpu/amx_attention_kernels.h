#pragma once

#include "core/cpu/attention_kernels.h"
#include "core/cpu/highway_targets.h"

namespace asterism::cpu::amx {

// Attention whose two products run on tile registers, in bf16; maxima, sums and outputs are f32.
const AttentionKernels& attentionKernelTable();

}  // namespace asterism::cpu::amx
