#pragma once

#include "core/cpu/cpu_backend.h"

namespace asterism::cpu {

// Operations a second of a 1024 x 2048 x 2048 product: in the arithmetic of linear layers, and in
// the one that attention of many queries takes, which may be another.
struct ProductRate {
    double linearFlops = 0;
    double attentionFlops = 0;
};

// What this machine can do at most, measured; the yardstick of `bench` and of the kernels.
struct MachineRate {
    double registerFlops = 0;  // f32 multiply-adds on registers alone, two operations each
    ProductRate products;
    double readBytes = 0;  // reading memory far larger than the caches, bytes per second
};

// Takes less than a second. Throws Error if the machine lacks the instruction set.
MachineRate measureMachineRate(const CpuOptions& options);
// MachineRate::products alone: other programs change them from second to second.
ProductRate measureProductRate(const CpuOptions& options);

}  // namespace asterism::cpu
