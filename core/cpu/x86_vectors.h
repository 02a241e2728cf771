// Intrinsics and the instruction sets that functions may be compiled for one by one: such kernels
// are in every x86-64 build and run only where arithmetic.h finds what they need.
#pragma once

#include "core/cpu/highway_targets.h"

#if HWY_ARCH_X86

#include <hwy/base.h>

// GCC 12's own header reads vectors that it leaves undefined on purpose. Clang does not know both
// warnings.
#pragma GCC diagnostic push
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>
#pragma GCC diagnostic pop

#define ASTERISM_AVX2_TARGETS "avx,avx2,fma,f16c"
#define ASTERISM_AVX512_TARGETS ASTERISM_AVX2_TARGETS ",avx512f,avx512vl,avx512dq,avx512bw"
#define ASTERISM_BF16_TARGETS ASTERISM_AVX512_TARGETS ",avx512bf16,avx512vbmi"

// Functions between a pair of these may use the sets in its name.
#define ASTERISM_BEGIN_AVX2 HWY_PUSH_ATTRIBUTES(ASTERISM_AVX2_TARGETS)
#define ASTERISM_END_AVX2 HWY_POP_ATTRIBUTES
#define ASTERISM_BEGIN_AVX512 HWY_PUSH_ATTRIBUTES(ASTERISM_AVX512_TARGETS)
#define ASTERISM_END_AVX512 HWY_POP_ATTRIBUTES
#define ASTERISM_BEGIN_VNNI HWY_PUSH_ATTRIBUTES(ASTERISM_AVX512_TARGETS ",avx512vnni")
#define ASTERISM_END_VNNI HWY_POP_ATTRIBUTES
#define ASTERISM_BEGIN_BF16 HWY_PUSH_ATTRIBUTES(ASTERISM_BF16_TARGETS)
#define ASTERISM_END_BF16 HWY_POP_ATTRIBUTES
#define ASTERISM_BEGIN_AMX HWY_PUSH_ATTRIBUTES(ASTERISM_BF16_TARGETS ",amx-tile,amx-bf16")
#define ASTERISM_END_AMX HWY_POP_ATTRIBUTES

#endif
