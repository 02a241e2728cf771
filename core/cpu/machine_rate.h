#pragma once

#include "core/cpu/cpu_backend.h"

namespace asterism::cpu {

// What this machine can do at most, measured; the yardstick of `bench` and of the kernels.
struct MachineRate {
    double registerFlops = 0;  // f32 multiply-adds on registers alone, two operations each
    double productFlops = 0;   // a 1024 x 2048 x 2048 product in the backend's arithmetic
    double readBytes = 0;      // reading memory far larger than the caches, bytes per second
};

// Takes about half a second. Throws Error if the machine lacks the instruction set.
MachineRate measureMachineRate(const CpuOptions& options);
// MachineRate::productFlops alone: other programs change it from second to second.
double measureProductRate(const CpuOptions& options);

}  // namespace asterism::cpu
