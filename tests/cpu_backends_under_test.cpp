#include "core/base/error.h"
#include "core/cpu/cpu_backend.h"
#include "tests/support/backend_under_test.h"

namespace asterism::test {

std::vector<BackendUnderTest> backendsUnderTest() {
    using cpu::InstructionSet;
    const auto with = [](InstructionSet set, int threads) {
        return [set, threads] { return makeCpuBackend({threads, set}); };
    };
    return {{"cpu_plain", with(InstructionSet::plain, 2)},
            {"cpu_avx2", with(InstructionSet::avx2, 2)},
            {"cpu_avx512", with(InstructionSet::avx512, 2)},
            {"cpu_one_thread", with(InstructionSet::automatic, 1)}};
}

}  // namespace asterism::test
