#pragma once

#include <cstdint>

namespace asterism::cuda {

// What a GPU can do at most, measured; the yardstick of `bench` and of the kernels. Peaks are of
// hundredths of a second. Work that lasts runs into the GPU's limit of power, which lowers its
// clock: such rates are of the half second that follows half a second of the same.
struct MachineRate {
    double productFlops = 0;    // an 8192^3 bf16 product on random values, two operations each
    double attentionFlops = 0;  // causal attention of 32,768 tokens, two operations a multiply-add
    double copyBytes = 0;       // a copy within its memory, bytes read plus bytes written a second
    double lastingProductFlops = 0;
    double lastingAttentionFlops = 0;
};

// Heads of the attention that is measured.
struct AttentionHeads {
    std::int64_t heads = 32;
    std::int64_t kvHeads = 8;
    std::int64_t headDim = 128;
};

// Takes some seconds and 2.5 GB of GPU memory. Throws Error as makeCudaBackend() does.
MachineRate measureMachineRate(int device, const AttentionHeads& heads = {});

}  // namespace asterism::cuda
