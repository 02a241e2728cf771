#include "core/cpu/arithmetic.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/cpu/highway_targets.h"

#if HWY_ARCH_X86
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace asterism::cpu {
namespace {

#if HWY_ARCH_X86
struct Features {
    bool hasVnni = false;
    bool hasAmxBf16 = false;
};

// The kernel gives tile registers to processes that ask for them.
bool mayUseTiles() {
    constexpr int kRequestPermission = 0x1023;  // ARCH_REQ_XCOMP_PERM
    constexpr int kTileData = 18;               // XFEATURE_XTILEDATA
    return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

Features findFeatures() {
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    Features found;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return found;
    found.hasVnni = c >> 11 & 1;
    const bool hasTiles = (d >> 22 & 1) && (d >> 24 & 1);
    const bool hasVbmi = c >> 1 & 1;
    if (hasTiles && hasVbmi && found.hasVnni && __get_cpuid_count(7, 1, &a, &b, &c, &d))
        found.hasAmxBf16 = (a >> 5 & 1) && mayUseTiles();
    return found;
}
#endif

}  // namespace

std::string_view arithmeticUnit(Arithmetic arithmetic) {
    switch (arithmetic) {
        case Arithmetic::automatic:
            return "automatic";
        case Arithmetic::f32:
            return "f32";
        case Arithmetic::amxBf16:
            return "AMX";
        case Arithmetic::avx512Vnni:
            return "AVX-512 VNNI";
        case Arithmetic::avx2Bytes:
            return "AVX2";
    }
    return "?";
}

std::string_view activationName(Arithmetic arithmetic) {
    switch (arithmetic) {
        case Arithmetic::amxBf16:
            return "bf16 activations";
        case Arithmetic::avx512Vnni:
        case Arithmetic::avx2Bytes:
            return "8-bit activations";
        default:
            return "";
    }
}

std::string_view numericClass(Arithmetic arithmetic) {
    switch (arithmetic) {
        case Arithmetic::amxBf16:
            return "bf16";
        case Arithmetic::avx512Vnni:
        case Arithmetic::avx2Bytes:
            return "q8a";
        default:
            return "f32";
    }
}

std::vector<Arithmetic> supportedArithmetics(InstructionSet set) {
    std::vector<Arithmetic> found;
#if HWY_ARCH_X86
    static const Features features = findFeatures();
    const InstructionSet chosen = chooseInstructionSet(set);
    if (chosen == InstructionSet::avx512) {
        if (features.hasAmxBf16) found.push_back(Arithmetic::amxBf16);
        if (features.hasVnni) found.push_back(Arithmetic::avx512Vnni);
    }
    if (chosen != InstructionSet::plain) found.push_back(Arithmetic::avx2Bytes);
#endif
    found.push_back(Arithmetic::f32);
    return found;
}

Arithmetic chooseArithmetic(Arithmetic wanted, InstructionSet set) {
    const std::vector<Arithmetic> known = supportedArithmetics(set);
    if (wanted == Arithmetic::automatic) return known.front();
    if (std::find(known.begin(), known.end(), wanted) == known.end()) {
        throw Error("this processor cannot multiply ", activationName(wanted), " with ",
                    arithmeticUnit(wanted), "; use precision f32");
    }
    return wanted;
}

}  // namespace asterism::cpu
