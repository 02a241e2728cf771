#include <algorithm>

#include "core/base/error.h"
#include "core/cpu/cpu_backend.h"
#include "tests/support/backend_under_test.h"

namespace asterism::test {

std::vector<BackendUnderTest> backendsUnderTest() {
    using cpu::Arithmetic;
    using cpu::InstructionSet;
    const auto with = [](InstructionSet set, int threads, Arithmetic arithmetic = Arithmetic::f32) {
        return [=] { return makeCpuBackend({threads, set, arithmetic}); };
    };
    // With VNNI alone, many rows are attended in f32 and a few as beside bf16.
    const auto known = cpu::supportedArithmetics(InstructionSet::automatic);
    const bool hasBf16 = std::ranges::find(known, Arithmetic::avx512Bf16) != known.end();
    return {
        {"cpu_plain", with(InstructionSet::plain, 2)},
        {"cpu_avx2", with(InstructionSet::avx2, 2)},
        {"cpu_avx512", with(InstructionSet::avx512, 2)},
        {"cpu_one_thread", with(InstructionSet::automatic, 1)},
        {"cpu_amx_bf16", with(InstructionSet::automatic, 2, Arithmetic::amxBf16)},
        {"cpu_avx512_bf16", with(InstructionSet::automatic, 2, Arithmetic::avx512Bf16)},
        {"cpu_avx512_vnni_bf16", with(InstructionSet::automatic, 2, Arithmetic::avx512VnniBf16)},
        {"cpu_avx512_vnni", with(InstructionSet::automatic, 2, Arithmetic::avx512Vnni), hasBf16},
        {"cpu_avx2_bytes", with(InstructionSet::avx2, 2, Arithmetic::avx2Bytes)}};
}

}  // namespace asterism::test
