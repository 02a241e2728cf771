// The Highway targets that the kernels are compiled for and how one is picked. Included before any
// hwy/ header by every file with kernels, so that all their dispatch tables agree.
#pragma once

// Between plain loops and AVX2 lie only machines older than 2013; AVX3_DL adds nothing to f32.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)

#include <hwy/targets.h>

#include <cstddef>
#include <cstdint>

#include "core/cpu/instruction_set.h"

namespace asterism::cpu {

// The Highway targets a set may use; the better ones of them that exist are taken.
constexpr std::int64_t targetMask(InstructionSet set) {
    switch (set) {
        case InstructionSet::avx512:
            return HWY_AVX3;
        case InstructionSet::avx2:
            return HWY_AVX2;
        default:
            return 0;
    }
}

// Index of a set in the tables made by HWY_EXPORT, without touching Highway's global choice, so
// that backends with different sets can run side by side.
inline std::size_t dispatchIndex(InstructionSet set, std::size_t tableSize) {
    if (tableSize == 1) return 0;
    hwy::ChosenTarget chosen;
    chosen.Update(targetMask(set));
    return chosen.GetIndex();
}

}  // namespace asterism::cpu
