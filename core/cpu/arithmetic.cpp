#include "core/cpu/arithmetic.h"

#include <algorithm>
#include <cstring>
#include <initializer_list>

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
    bool hasBf16 = false;      // of AVX-512, with VBMI and VNNI, which its kernels need
    bool hasFastBf16 = false;  // twice as fast as f32
    bool hasAmxBf16 = false;
};

// The kernel gives tile registers to processes that ask for them.
bool mayUseTiles() {
    constexpr int kRequestPermission = 0x1023;  // ARCH_REQ_XCOMP_PERM
    constexpr int kTileData = 18;               // XFEATURE_XTILEDATA
    return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

bool isFromAmd() {
    unsigned most = 0;
    unsigned name[3] = {};
    if (!__get_cpuid(0, &most, &name[0], &name[2], &name[1])) return false;
    return std::memcmp(name, "AuthenticAMD", sizeof name) == 0;
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
    if (!found.hasVnni || !hasVbmi || !__get_cpuid_count(7, 1, &a, &b, &c, &d)) return found;
    found.hasBf16 = a >> 5 & 1;
    // Intel's dot products of bf16 take longer than f32's: 134 GFLOP/s where those make 250.
    found.hasFastBf16 = found.hasBf16 && isFromAmd();
    found.hasAmxBf16 = found.hasBf16 && hasTiles && mayUseTiles();
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
        case Arithmetic::avx512Bf16:
            return "AVX-512 BF16";
        case Arithmetic::avx512Vnni:
            return "AVX-512 VNNI";
        case Arithmetic::avx512VnniBf16:
            return "AVX-512 VNNI and BF16";
        case Arithmetic::avx2Bytes:
            return "AVX2";
    }
    return "?";
}

std::string_view activationName(Arithmetic arithmetic) {
    switch (arithmetic) {
        case Arithmetic::amxBf16:
        case Arithmetic::avx512Bf16:
            return "bf16 activations";
        case Arithmetic::avx512Vnni:
        case Arithmetic::avx512VnniBf16:
        case Arithmetic::avx2Bytes:
            return "8-bit activations";
        default:
            return "";
    }
}

std::string_view numericClass(Arithmetic arithmetic) {
    switch (arithmetic) {
        case Arithmetic::amxBf16:
        case Arithmetic::avx512Bf16:
            return "bf16";
        case Arithmetic::avx512VnniBf16:
            return "q8a-bf16";
        case Arithmetic::avx512Vnni:
        case Arithmetic::avx2Bytes:
            return "q8a";
        default:
            return "f32";
    }
}

Arithmetic attentionArithmetic(Arithmetic arithmetic) {
    switch (arithmetic) {
        case Arithmetic::amxBf16:
            return Arithmetic::amxBf16;
        case Arithmetic::avx512Bf16:
        case Arithmetic::avx512VnniBf16:
            return Arithmetic::avx512Bf16;
        default:
            return Arithmetic::f32;
    }
}

bool usesVnni(Arithmetic arithmetic) {
    switch (arithmetic) {
        case Arithmetic::amxBf16:
        case Arithmetic::avx512Bf16:
        case Arithmetic::avx512Vnni:
        case Arithmetic::avx512VnniBf16:
            return true;
        default:
            return false;
    }
}

std::vector<Arithmetic> supportedArithmetics(InstructionSet set) {
    std::vector<Arithmetic> found;
#if HWY_ARCH_X86
    static const Features features = findFeatures();
    const InstructionSet chosen = chooseInstructionSet(set);
    if (chosen == InstructionSet::avx512) {
        if (features.hasAmxBf16) found.push_back(Arithmetic::amxBf16);
        const auto bf16 = {Arithmetic::avx512VnniBf16, Arithmetic::avx512Bf16};
        if (features.hasFastBf16) found.insert(found.end(), bf16);
        if (features.hasVnni) found.push_back(Arithmetic::avx512Vnni);
        if (features.hasBf16 && !features.hasFastBf16) found.insert(found.end(), bf16);
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
