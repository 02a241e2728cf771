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
constexpr double kSettleSeconds = 0.5;
constexpr double kLastingSeconds = 0.5;

template <typename Work>
void runOften(Backend& backend, const Work& work) {
    for (int run = 0; run < kRuns; ++run) work();
    backend.synchronize();
}

// The best of several times of kRuns calls, for one call.
template <typename Work>
double secondsOf(Backend& backend, const Work& work) {
    work();
    backend.synchronize();
    double best = 1e30;
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
        const Stopwatch watch;
        runOften(backend, work);
        best = std::min(best, watch.seconds() / kRuns);
    }
    return best;
}

// What one call takes on average while calls follow each other without a pause.
template <typename Work>
double lastingSecondsOf(Backend& backend, const Work& work) {
    const Stopwatch settling;
    while (settling.seconds() < kSettleSeconds) runOften(backend, work);
    const Stopwatch watch;
    int runs = 0;
    while (watch.seconds() < kLastingSeconds) {
        runOften(backend, work);
        runs += kRuns;
    }
    return watch.seconds() / runs;
}

// Operations a second.
struct Flops {
    double peak;
    double lasting;
};

template <typename Work>
Flops flopsOf(Backend& backend, double operations, const Work& work) {
    const double seconds = secondsOf(backend, work);
    return {operations / seconds, operations / lastingSecondsOf(backend, work)};
}

// bf16; random, because multiplying zeros takes less power and so runs faster.
std::vector<std::uint16_t> randomValues(std::int64_t count) {
    std::vector<std::uint16_t> values(static_cast<std::size_t>(count));
    std::mt19937 random(1);
    for (std::uint16_t& value : values)
        value = toBf16(static_cast<float>(random() % 2001) / 1000.0F - 1.0F);
    return values;
}

Flops productFlops(Backend& backend) {
    constexpr std::int64_t kWidth = 8192;
    const std::vector<std::uint16_t> values = randomValues(kWidth * kWidth);
    HostWeight host;
    host.type = DataType::bf16;
    host.rows = kWidth;
    host.columns = kWidth;
    host.bytes = std::as_bytes(std::span(values));
    const auto weight = backend.load(host);
    const Tensor input = backend.activations({kWidth, kWidth});
    const Tensor output = backend.activations({kWidth, kWidth});
    backend.upload(host.bytes, input.view());
    return flopsOf(backend, 2.0 * kWidth * kWidth * kWidth,
                   [&] { backend.linear(input.view(), *weight, nullptr, output.view()); });
}

Flops attentionFlops(Backend& backend, const AttentionHeads& heads) {
    constexpr std::int64_t kTokens = 32768;
    const Shape queryShape{kTokens, heads.heads, heads.headDim};
    const Shape keyShape{kTokens, heads.kvHeads, heads.headDim};
    const Tensor queries = backend.activations(queryShape);
    const Tensor keys = backend.activations(keyShape);
    const std::vector<std::uint16_t> values = randomValues(queryShape.elements());
    const auto bytes = std::as_bytes(std::span(values));
    backend.upload(bytes, queries.view());
    backend.upload(bytes.first(static_cast<std::size_t>(keys.view().bytes())), keys.view());
    const Tensor output = backend.activations(queryShape);
    const Tensor logSumExp = backend.floats({kTokens, heads.heads});
    AttentionSegment segment;
    // Any layout of the keys will do.
    segment.keyValues = {KvType::bf16, heads.kvHeads,    heads.headDim,   kTokens,
                         kTokens,      keys.view().data, keys.view().data};
    RopeConfig rope;
    rope.dimensions = heads.headDim;
    rope.frequencies.assign(static_cast<std::size_t>(heads.headDim / 2), 0.01);
    AttentionCall call;
    call.queries = queries.view();
    call.segments = {&segment, 1};
    call.rope = backend.addRope(rope);
    call.scale = 0.1F;
    call.partial = {output.view(), logSumExp.view()};
    const auto tokens = static_cast<double>(kTokens);
    return flopsOf(backend, 2 * tokens * tokens * static_cast<double>(heads.heads * heads.headDim),
                   [&] { backend.attend(call); });
}

double copyBytes(Backend& backend) {
    constexpr std::int64_t kBytes = std::int64_t{1} << 30;
    const Tensor from = backend.tensor({kBytes}, DataType::i8);
    const Tensor to = backend.tensor({kBytes}, DataType::i8);
    return 2.0 * kBytes / secondsOf(backend, [&] { backend.copy(from.view(), to.view()); });
}

}  // namespace

MachineRate measureMachineRate(int device, const AttentionHeads& heads) {
    const auto backend = makeCudaBackend({.device = device});
    const Flops product = productFlops(*backend);
    const Flops attention = attentionFlops(*backend, heads);
    return {product.peak, attention.peak, copyBytes(*backend), product.lasting, attention.lasting};
}

}  // namespace asterism::cuda
