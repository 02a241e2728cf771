// What the kernels on Intel's tile registers (AMX) share. They are compiled into every x86-64 build
// and run only where arithmetic.h finds the unit.
#pragma once

#include "core/cpu/x86_vectors.h"

#if HWY_ARCH_X86

#include <cstddef>
#include <cstdint>

namespace asterism::cpu::amx {

// All eight tile registers are 16 rows of 64 bytes; so are their images in packed memory.
constexpr std::int64_t kRows = 16;
constexpr std::int64_t kRowBytes = 64;
constexpr std::int64_t kTileBytes = kRows * kRowBytes;
constexpr std::int64_t kPairs = 16;  // pairs of bf16 values in a row

// Defined in amx_packed_kernels.cpp. Gives the calling thread its tile registers, and takes them
// back.
void begin();
void end();

}  // namespace asterism::cpu::amx

ASTERISM_BEGIN_AMX
namespace asterism::cpu::amx {

// Tile instructions are opaque to the compiler: what they read must have been written.
inline void finishStores() {
    asm volatile("" ::: "memory");
}

}  // namespace asterism::cpu::amx
ASTERISM_END_AMX

#endif
