#include "cuda/machine_rate.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "core/base/clock.h"
#include "core/base/float_types.h"
#include "cuda/cuda_backend.h"

namespace asterism::cuda {
namespace {

constexpr int kRepeats = 5;
constexpr int kRuns = 8;  // timed as one, so that waiting for the GPU does not count

// The best of several times of kRuns calls, for one call.
template <typename Work>
double secondsOf(Backend& backend, const Work& work) {
    work();
    backend.synchronize();
    double best = 1e30;
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
        const Stopwatch watch;
        for (int run = 0; run < kRuns; ++run) work();
        backend.synchronize();
        best = std::min(best, watch.seconds() / kRuns);
    }
    return best;
}

double productFlops(Backend& backend) {
    constexpr std::int64_t kWidth = 8192;
    // Random values: multiplying zeros takes less power and so runs faster.
    std::vector<std::uint16_t> values(static_cast<std::size_t>(kWidth * kWidth));
    std::mt19937 random(1);
    for (std::uint16_t& value : values)
        value = toBf16(static_cast<float>(random() % 2001) / 1000.0F - 1.0F);
    HostWeight host;
    host.type = DataType::bf16;
    host.rows = kWidth;
    host.columns = kWidth;
    host.bytes = std::as_bytes(std::span(values));
    const auto weight = backend.load(host);
    const Tensor input = backend.activations({kWidth, kWidth});
    const Tensor output = backend.activations({kWidth, kWidth});
    backend.upload(host.bytes, input.view());
    const double seconds =
        secondsOf(backend, [&] { backend.linear(input.view(), *weight, nullptr, output.view()); });
    return 2.0 * kWidth * kWidth * kWidth / seconds;
}

double copyBytes(Backend& backend) {
    constexpr std::int64_t kBytes = std::int64_t{1} << 30;
    const Tensor from = backend.tensor({kBytes}, DataType::i8);
    const Tensor to = backend.tensor({kBytes}, DataType::i8);
    return 2.0 * kBytes / secondsOf(backend, [&] { backend.copy(from.view(), to.view()); });
}

}  // namespace

MachineRate measureMachineRate(int device) {
    const auto backend = makeCudaBackend({.device = device});
    return {productFlops(*backend), copyBytes(*backend)};
}

}  // namespace asterism::cuda
