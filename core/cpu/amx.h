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

using Vectors = __m512i[16];

// Tile instructions are opaque to the compiler: what they read must have been written.
inline void finishStores() {
    asm volatile("" ::: "memory");
}

// 32 floats as bf16, in order.
inline __m512i toBf16(const float* values) {
    return reinterpret_cast<__m512i>(
        _mm512_cvtne2ps_pbh(_mm512_loadu_ps(values + 16), _mm512_loadu_ps(values)));
}

// rows[r], word c -> rows[c], word r
inline void transpose(Vectors& rows) {
    Vectors pairs;
    for (std::size_t i = 0; i < 16; i += 2) {
        pairs[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
        pairs[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
    }
    Vectors quads;
    for (std::size_t i = 0; i < 16; i += 4) {
        quads[i] = _mm512_unpacklo_epi64(pairs[i], pairs[i + 2]);
        quads[i + 1] = _mm512_unpackhi_epi64(pairs[i], pairs[i + 2]);
        quads[i + 2] = _mm512_unpacklo_epi64(pairs[i + 1], pairs[i + 3]);
        quads[i + 3] = _mm512_unpackhi_epi64(pairs[i + 1], pairs[i + 3]);
    }
    for (std::size_t i = 0; i < 4; ++i) {
        const __m512i lowA = _mm512_shuffle_i32x4(quads[i], quads[i + 4], 0x88);
        const __m512i highA = _mm512_shuffle_i32x4(quads[i], quads[i + 4], 0xdd);
        const __m512i lowB = _mm512_shuffle_i32x4(quads[i + 8], quads[i + 12], 0x88);
        const __m512i highB = _mm512_shuffle_i32x4(quads[i + 8], quads[i + 12], 0xdd);
        rows[i] = _mm512_shuffle_i32x4(lowA, lowB, 0x88);
        rows[i + 4] = _mm512_shuffle_i32x4(highA, highB, 0x88);
        rows[i + 8] = _mm512_shuffle_i32x4(lowA, lowB, 0xdd);
        rows[i + 12] = _mm512_shuffle_i32x4(highA, highB, 0xdd);
    }
}

}  // namespace asterism::cpu::amx
ASTERISM_END_AMX

#endif
