#include "core/cpu/machine_rate.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <algorithm>
#include <vector>

#include "core/base/clock.h"
#include "core/cpu/linear.h"

namespace asterism::cpu {
namespace {

constexpr double kSeconds = 0.15;

// The best rate of work(), which returns what it did, in some time: anything less was another
// program.
template <typename Work>
double bestRate(const Work& work) {
    double best = 0;
    const Stopwatch all;
    do {
        const Stopwatch watch;
        const double done = work();
        best = std::max(best, done / watch.seconds());
    } while (all.seconds() < kSeconds);
    return best;
}

double registerFlops(ThreadPool& pool, const LinearKernels& kernels) {
    constexpr std::int64_t kRounds = 1 << 21;
    return bestRate([&] {
        std::vector<double> done(static_cast<std::size_t>(pool.threads()));
        pool.parallelFor(pool.threads(), [&](std::int64_t item, int) {
            float sink[2] = {0.5F, 1.0F};
            done[static_cast<std::size_t>(item)] = kernels.spin(kRounds, sink);
        });
        double total = 0;
        for (const double each : done) total += each;
        return total;
    });
}

double productFlops(ThreadPool& pool, Arithmetic arithmetic, InstructionSet set) {
    constexpr std::int64_t kTokens = 1024;
    constexpr std::int64_t kWidth = 2048;
    const std::vector<float> values(static_cast<std::size_t>(kWidth * kWidth), 0.25F);
    HostWeight host;
    host.rows = kWidth;
    host.columns = kWidth;
    host.bytes = std::as_bytes(std::span(values));
    const CpuWeight weight(host);
    Linear linear(pool, arithmetic, set);
    std::vector<float> output(static_cast<std::size_t>(kTokens * kWidth));
    return bestRate([&] {
        linear.multiply({values.data(), kTokens, &weight, nullptr, output.data()});
        return 2.0 * kTokens * kWidth * kWidth;
    });
}

ProductRate productRate(ThreadPool& pool, Arithmetic arithmetic, InstructionSet set) {
    ProductRate rate;
    rate.linearFlops = rate.attentionFlops = productFlops(pool, arithmetic, set);
    const Arithmetic attention = attentionArithmetic(arithmetic);
    if (attention != arithmetic) rate.attentionFlops = productFlops(pool, attention, set);
    return rate;
}

double readBytes(ThreadPool& pool, const LinearKernels& kernels) {
    constexpr std::int64_t kRow = 4096;
    constexpr std::int64_t kRowsOfItem = 64;
    constexpr std::int64_t kItems = 256;
    const std::vector<float> memory(static_cast<std::size_t>(kRow * kRowsOfItem * kItems), 1.0F);
    const std::vector<float> input(kRow, 1.0F);
    return bestRate([&] {
        pool.parallelFor(kItems, [&](std::int64_t item, int) {
            for (std::int64_t row = 0; row < kRowsOfItem; ++row) {
                const float* values = memory.data() + (item * kRowsOfItem + row) * kRow;
                const std::byte* bytes = reinterpret_cast<const std::byte*>(values);
                float sum;
                kernels.dotRows(DataType::f32, &bytes, 1, input.data(), kRow, &sum);
            }
        });
        return static_cast<double>(memory.size() * sizeof(float));
    });
}

}  // namespace

MachineRate measureMachineRate(const CpuOptions& options) {
    ThreadPool pool(options.threads);
    const InstructionSet set = chooseInstructionSet(options.instructionSet);
    const LinearKernels& kernels = linearKernels(set);
    const Arithmetic arithmetic = chooseArithmetic(options.arithmetic, set);
    return {registerFlops(pool, kernels), productRate(pool, arithmetic, set),
            readBytes(pool, kernels)};
}

ProductRate measureProductRate(const CpuOptions& options) {
    ProductRate rate;
    {
        ThreadPool pool(options.threads);
        const InstructionSet set = chooseInstructionSet(options.instructionSet);
        rate = productRate(pool, chooseArithmetic(options.arithmetic, set), set);
    }
#ifdef __GLIBC__
    malloc_trim(0);  // the peak memory of what `bench` measures next is its own
#endif
    return rate;
}

}  // namespace asterism::cpu
