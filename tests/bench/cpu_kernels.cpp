// Times the CPU backend's heavy ops at the shapes of a small model (SmolLM2-135M: width 576, 9
// query and 3 key heads of 64) beside what the machine can do at most; decoding over q8 at those of
// others too.
// Usage: cpu_kernels [threads [plain|avx2|avx512|bytes|vnni|bf16|vnni-bf16|amx]]; without a name,
// what `auto` runs; `bytes` on AVX2 alone. With one thread, processor time is taken, so that other
// programs on the machine matter little; with several, wall-clock time.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/cpu/machine_rate.h"
#include "core/star/kv_block.h"

namespace asterism {
namespace {

// At least so many repeats and so much time; the best counts.
constexpr int kRepeats = 3;
constexpr double kSeconds = 0.2;

double now(bool processorTime) {
    timespec time{};
    clock_gettime(processorTime ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// Attention heads of a model.
struct Heads {
    std::int64_t queries, keys, size;
};

constexpr Heads kSmolLm{9, 3, 64};
constexpr Heads kOthers[] = {{14, 2, 64}, {32, 8, 128}};  // Qwen2.5 0.5B, Llama 3 8B

class Bench {
  public:
    Bench(Backend& backend, const cpu::MachineRate& rate, bool processorTime)
        : m_backend(backend), m_rate(rate), m_processorTime(processorTime) {}

    void linear(DataType type, std::int64_t outputs, std::int64_t columns, std::int64_t tokens);
    void prefill(std::int64_t tokens);
    void decode(KvType type, const Heads& heads, std::int64_t segments, std::int64_t keys);

  private:
    template <typename Work>
    double bestSeconds(const Work& work) const {
        double best = 1e9;
        const double end = now(false) + kSeconds;
        for (int repeat = 0; repeat < kRepeats || now(false) < end; ++repeat) {
            const double begin = now(m_processorTime);
            work();
            best = std::min(best, now(m_processorTime) - begin);
        }
        return best;
    }
    Tensor zeros(Shape shape);
    KeyValueView run(KvType type, std::int64_t tokens);

    Backend& m_backend;
    cpu::MachineRate m_rate;
    bool m_processorTime;
    std::vector<Tensor> m_kept;
};

Tensor Bench::zeros(Shape shape) {
    Tensor tensor = m_backend.floats(shape);
    std::fill_n(tensor.view().floats(), shape.elements(), 0.0F);
    return tensor;
}

void Bench::linear(DataType type, std::int64_t outputs, std::int64_t columns, std::int64_t tokens) {
    // Enough copies of the weight that a decoding step does not find them in the cache.
    const std::int64_t bytes = outputs * rowBytes(type, columns);
    const std::int64_t copies = tokens == 1 ? (std::int64_t{96} << 20) / bytes + 1 : 1;
    const std::vector<std::byte> stored(static_cast<std::size_t>(bytes * copies), std::byte{0x11});
    std::vector<std::shared_ptr<const Weight>> weights;
    for (std::int64_t copy = 0; copy < copies; ++copy) {
        HostWeight host;
        host.type = type;
        host.rows = outputs;
        host.columns = columns;
        host.bytes = std::span(stored).subspan(static_cast<std::size_t>(copy * bytes),
                                               static_cast<std::size_t>(bytes));
        weights.push_back(m_backend.load(host));
    }
    const Tensor input = zeros({tokens, columns});
    const Tensor output = zeros({tokens, outputs});
    const double seconds = bestSeconds([&] {
                               for (const auto& weight : weights)
                                   m_backend.linear(input.view(), *weight, nullptr, output.view());
                           }) /
                           static_cast<double>(copies);
    const double flops = 2.0 * static_cast<double>(outputs * columns * tokens) / seconds;
    const double rate = static_cast<double>(bytes) / seconds;
    std::printf(
        "linear %-5s %6lld x %5lld, %5lld tokens: %8.1f us, %6.1f GFLOP/s (%3.0f %%), "
        "%5.1f GB/s of weights (%3.0f %%)\n",
        std::string(dataTypeInfo(type).name).c_str(), static_cast<long long>(outputs),
        static_cast<long long>(columns), static_cast<long long>(tokens), seconds * 1e6, flops / 1e9,
        100 * flops / m_rate.registerFlops, rate / 1e9, 100 * rate / m_rate.readBytes);
}

KeyValueView Bench::run(KvType type, std::int64_t tokens) {
    const auto kept = [&](Shape shape) {
        m_kept.push_back(zeros(shape));
        return m_kept.back().view().data;
    };
    KeyValueView view{type, 3, 64, tokens, tokens, kept({3, tokens, 64}), kept({3, tokens, 64})};
    view.keyScale = static_cast<float*>(kept({3, 64}));
    view.keyOffset = static_cast<float*>(kept({3, 64}));
    view.valueScale = static_cast<float*>(kept({3, tokens}));
    return view;
}

RopeConfig ropeOf(std::int64_t dimensions) {
    RopeConfig rope;
    rope.dimensions = dimensions;
    for (int i = 0; i < dimensions / 2; ++i) rope.frequencies.push_back(1.0 / (1 + i));
    return rope;
}

void Bench::prefill(std::int64_t tokens) {
    const Tensor queries = zeros({tokens, 9, 64});
    const Tensor output = zeros({tokens, 9, 64});
    const Tensor logSumExp = zeros({tokens, 9});
    const AttentionSegment segment{run(KvType::f32, tokens)};
    AttentionCall call;
    call.queries = queries.view();
    call.segments = {&segment, 1};
    call.rope = m_backend.addRope(ropeOf(64));
    call.partial = {output.view(), logSumExp.view()};
    const double seconds = bestSeconds([&] { m_backend.attend(call); });
    const double flops = 2.0 * static_cast<double>(tokens * (tokens + 1)) * 9 * 64 / seconds;
    std::printf("causal attention, %lld tokens, 9/3 heads of 64: %.1f ms, %.1f GFLOP/s (%.0f %%)\n",
                static_cast<long long>(tokens), seconds * 1e3, flops / 1e9,
                100 * flops / m_rate.registerFlops);
    m_kept.clear();
}

void Bench::decode(KvType type, const Heads& heads, std::int64_t segments, std::int64_t keys) {
    // Enough layers that a step does not find the keys of the one before in the cache.
    const std::int64_t bytes =
        segments * keys * heads.keys * 2 * heads.size * KeyValueView::valueBytes(type);
    const std::int64_t layers = (std::int64_t{384} << 20) / bytes + 1;
    std::vector<KeyValueBlock> blocks;
    std::vector<std::vector<AttentionSegment>> all(static_cast<std::size_t>(layers));
    for (std::int64_t s = 0; s < segments; ++s) {
        KeyValueBlock& block =
            blocks.emplace_back(m_backend, KvLayout{type, layers, heads.keys, heads.size}, keys);
        block.setTokens(keys);
        for (std::int64_t layer = 0; layer < layers; ++layer) {
            const TensorView stored = block.layerBytes(layer);
            std::memset(stored.data, 0, static_cast<std::size_t>(stored.bytes()));
            AttentionSegment segment{block.view(layer)};
            segment.keyToken = s * keys;
            segment.keyStart = static_cast<double>(s * keys);
            segment.queryToken = segments * keys;
            segment.queryStart = static_cast<double>(segments * keys);
            all[static_cast<std::size_t>(layer)].push_back(segment);
        }
    }
    const Tensor queries = zeros({1, heads.queries, heads.size});
    const Tensor output = zeros({1, heads.queries, heads.size});
    const Tensor logSumExp = zeros({1, heads.queries});
    const Tensor bySegment = zeros({segments, heads.queries});
    AttentionCall call;
    call.queries = queries.view();
    call.rope = m_backend.addRope(ropeOf(heads.size));
    call.partial = {output.view(), logSumExp.view()};
    call.segmentLogSumExp = bySegment.view();
    const double seconds = bestSeconds([&] {
                               for (const auto& layer : all) {
                                   call.segments = layer;
                                   m_backend.attend(call);
                               }
                           }) /
                           static_cast<double>(layers);
    const double rate = static_cast<double>(bytes) / seconds;
    std::printf(
        "decoding over %lld segments of %lld keys, %lld/%lld heads of %lld, KV type %d: %.1f us, "
        "%.1f GB/s (%.0f %%)\n",
        static_cast<long long>(segments), static_cast<long long>(keys),
        static_cast<long long>(heads.queries), static_cast<long long>(heads.keys),
        static_cast<long long>(heads.size), static_cast<int>(type), seconds * 1e6, rate / 1e9,
        100 * rate / m_rate.readBytes);
}

void runAll(const CpuOptions& options) {
    const auto backend = makeCpuBackend(options);
    const cpu::MachineRate rate = cpu::measureMachineRate(options);
    std::printf("%s: registers %.0f GFLOP/s, product %.0f GFLOP/s, memory %.1f GB/s\n",
                backend->description().c_str(), rate.registerFlops / 1e9,
                rate.products.linearFlops / 1e9, rate.readBytes / 1e9);
    Bench bench(*backend, rate, options.threads == 1);
    for (const std::int64_t tokens : {4096, 512, 64, 8, 1}) {
        for (const DataType type : {DataType::q4_1, DataType::q8_0}) {
            bench.linear(type, 576, 576, tokens);
            bench.linear(type, 1536, 576, tokens);
            bench.linear(type, 576, 1536, tokens);
        }
        bench.linear(DataType::q8_0, 49152, 576, std::min<std::int64_t>(tokens, 512));
    }
    for (const DataType type : {DataType::q4_0, DataType::q5_0, DataType::q5_1, DataType::q4_k,
                                DataType::q5_k, DataType::q6_k, DataType::bf16, DataType::f16})
        bench.linear(type, 4864, 1024, 1);
    bench.prefill(4096);
    for (const KvType type : {KvType::f32, KvType::bf16, KvType::q8}) {
        bench.decode(type, kSmolLm, 8, 4096);
        bench.decode(type, kSmolLm, 256, 128);
    }
    for (const Heads& heads : kOthers) bench.decode(KvType::q8, heads, 8, 4096);
}

CpuOptions parse(int count, char** arguments) {
    CpuOptions options;
    if (count > 1) options.threads = std::atoi(arguments[1]);
    const std::string set = count > 2 ? arguments[2] : "";
    options.arithmetic = cpu::Arithmetic::f32;
    if (set.empty()) options.arithmetic = cpu::Arithmetic::automatic;
    if (set == "bytes") options.arithmetic = cpu::Arithmetic::avx2Bytes;
    if (set == "vnni") options.arithmetic = cpu::Arithmetic::avx512Vnni;
    if (set == "bf16") options.arithmetic = cpu::Arithmetic::avx512Bf16;
    if (set == "vnni-bf16") options.arithmetic = cpu::Arithmetic::avx512VnniBf16;
    if (set == "amx") options.arithmetic = cpu::Arithmetic::amxBf16;
    if (set == "plain") options.instructionSet = cpu::InstructionSet::plain;
    if (set == "avx2" || set == "bytes") options.instructionSet = cpu::InstructionSet::avx2;
    if (set == "avx512") options.instructionSet = cpu::InstructionSet::avx512;
    return options;
}

}  // namespace
}  // namespace asterism

int main(int count, char** arguments) {
    try {
        asterism::runAll(asterism::parse(count, arguments));
        return 0;
    } catch (const asterism::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
