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

// bf16; random, because multiplying zeros takes less power and so runs faster.
std::vector<std::uint16_t> randomValues(std::int64_t count) {
    std::vector<std::uint16_t> values(static_cast<std::size_t>(count));
    std::mt19937 random(1);
    for (std::uint16_t& value : values)
        value = toBf16(static_cast<float>(random() % 2001) / 1000.0F - 1.0F);
    return values;
}

double productFlops(Backend& backend) {
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
    const double seconds =
        secondsOf(backend, [&] { backend.linear(input.view(), *weight, nullptr, output.view()); });
    return 2.0 * kWidth * kWidth * kWidth / seconds;
}

double attentionFlops(Backend& backend, const AttentionHeads& heads) {
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
    const double flops = 2 * tokens * tokens * static_cast<double>(heads.heads * heads.headDim);
    return flops / secondsOf(backend, [&] { backend.attend(call); });
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
    return {productFlops(*backend), attentionFlops(*backend, heads), copyBytes(*backend)};
}

}  // namespace asterism::cuda
