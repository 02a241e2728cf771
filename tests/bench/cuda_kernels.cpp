// Timings of the CUDA back end's ops at the sizes of known models, with random weights. Whole
// contexts are timed by `asterism-cli bench --shape SHAPE --device cuda`.
//   cuda_kernels SHAPE WEIGHTS
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/float_types.h"
#include "core/model/shape_model.h"
#include "core/star/kv_block.h"
#include "cuda/cuda_backend.h"

namespace asterism::test {
namespace {

class OpTimes {
  public:
    OpTimes(const ModelShape& shape, DataType weights)
        : m_shape(shape), m_model(makeShapeModel(shape, weights)), m_backend(makeCudaBackend()) {}

    void run() {
        for (const std::int64_t tokens : {1, 4, 16, 512, 8192}) linears(tokens);
        lasting();
        elements(8192);
        for (const std::int64_t tokens : {1, 64, 8192}) stores(tokens);
        for (const std::int64_t anchor : {0, 8192}) attention(8192, anchor, KvType::bf16);
        for (const KvType type : {KvType::bf16, KvType::q8})
            for (const std::int64_t queries : {1, 4, 20}) decoding(queries, 131072, 4096, type);
        spilling();
    }

  private:
    void time(const std::string& what, double flops, double bytes,
              const std::function<void()>& work) {
        work();
        m_backend->synchronize();
        int runs = 1;
        double seconds = 0;
        while (true) {
            const Stopwatch watch;
            for (int run = 0; run < runs; ++run) work();
            m_backend->synchronize();
            seconds = watch.seconds() / runs;
            if (watch.seconds() > 0.05) break;
            runs *= 4;
        }
        std::printf("%-44s %10.1f us %8.1f TFLOP/s %7.3f TB/s\n", what.c_str(), seconds * 1e6,
                    flops / seconds * 1e-12, bytes / seconds * 1e-12);
    }

    static std::vector<std::uint16_t> randomValues(std::int64_t count) {
        std::vector<std::uint16_t> values(static_cast<std::size_t>(count));
        std::mt19937 random(7);
        for (std::uint16_t& value : values)
            value = toBf16(static_cast<float>(random() % 2001) / 1000.0F - 1.0F);
        return values;
    }

    Tensor random(Shape shape) {
        Tensor tensor = m_backend->activations(shape);
        const std::vector<std::uint16_t> values = randomValues(shape.elements());
        m_backend->upload(std::as_bytes(std::span(values)), tensor.view());
        return tensor;
    }

    void linears(std::int64_t tokens) {
        for (const std::string name : {"attn_q", "attn_k", "ffn_gate", "ffn_down"}) {
            const StoredTensor* stored = m_model->find("blk.0." + name + ".weight");
            HostWeight host;
            host.type = stored->type;
            host.rows = stored->rows;
            host.columns = stored->columns;
            host.bytes = stored->bytes;
            // Several copies, so that few rows do not find the weight in the cache.
            std::vector<std::shared_ptr<const Weight>> weights;
            for (int i = 0; i < 8; ++i) weights.push_back(m_backend->load(host));
            const Tensor input = random({tokens, host.columns});
            const Tensor output = m_backend->activations({tokens, host.rows});
            std::size_t next = 0;
            const double values = static_cast<double>(host.rows * host.columns);
            time("linear " + name + ", " + std::to_string(tokens) + " tokens",
                 2 * values * static_cast<double>(tokens), static_cast<double>(host.bytes.size()),
                 [&] {
                     m_backend->linear(input.view(), *weights[next++ % weights.size()], nullptr,
                                       output.view());
                 });
        }
    }

    // A product over and over: a chip that has drawn all the power it may for a while runs slower.
    void lasting() {
        constexpr std::int64_t kWidth = 8192;
        const Tensor input = random({kWidth, kWidth});
        const Tensor output = m_backend->activations({kWidth, kWidth});
        const std::vector<std::uint16_t> values = randomValues(kWidth * kWidth);
        HostWeight host;
        host.type = DataType::bf16;
        host.rows = host.columns = kWidth;
        host.bytes = std::as_bytes(std::span(values));
        const auto weight = m_backend->load(host);
        constexpr int kRuns = 40;
        const Stopwatch all;
        for (double begin = 0; begin < 3; begin = all.seconds()) {
            const Stopwatch watch;
            for (int run = 0; run < kRuns; ++run)
                m_backend->linear(input.view(), *weight, nullptr, output.view());
            m_backend->synchronize();
            const double flops = 2.0 * kWidth * kWidth * kWidth * kRuns;
            std::printf("product of 8192 x 8192 x 8192 after %5.2f s %10.1f TFLOP/s\n", begin,
                        flops / watch.seconds() * 1e-12);
        }
    }

    void elements(std::int64_t tokens) {
        const Tensor hidden = random({tokens, m_shape.hidden});
        const Tensor other = random({tokens, m_shape.hidden});
        const double bytes = static_cast<double>(hidden.view().bytes());
        const std::vector<float> ones(static_cast<std::size_t>(m_shape.hidden), 1.0F);
        HostWeight host;
        host.columns = m_shape.hidden;
        host.bytes = std::as_bytes(std::span(ones));
        const auto gain = m_backend->load(host);
        time("rmsNorm", 0, 2 * bytes,
             [&] { m_backend->rmsNorm(hidden.view(), *gain, 1e-5F, other.view()); });
        time("add", 0, 3 * bytes, [&] { m_backend->add(other.view(), hidden.view()); });
        const Tensor gates = random({tokens, m_shape.feedForward});
        const Tensor ups = random({tokens, m_shape.feedForward});
        time("gate", 0, 3.0 * static_cast<double>(gates.view().bytes()),
             [&] { m_backend->gate(gates.view(), ups.view(), Activation::silu, gates.view()); });
    }

    KvLayout layout(KvType type) const { return {type, 1, m_shape.kvHeads, m_shape.headDim}; }

    void stores(std::int64_t tokens) {
        const Tensor keys = random({tokens, m_shape.kvHeads, m_shape.headDim});
        for (const KvType type : {KvType::bf16, KvType::q8}) {
            KeyValueBlock block(*m_backend, layout(type), tokens);
            block.setTokens(tokens);
            time(
                "store " + std::to_string(tokens) + (type == KvType::q8 ? " q8" : " bf16"), 0,
                2.0 * static_cast<double>(keys.view().bytes()) + static_cast<double>(block.bytes()),
                [&] { m_backend->store(keys.view(), keys.view(), block.view(0), 0); });
        }
    }

    KeyValueBlock filled(std::int64_t tokens, KvType type,
                         MemoryPlace place = MemoryPlace::device) {
        const Tensor keys = random({tokens, m_shape.kvHeads, m_shape.headDim});
        KeyValueBlock block(*m_backend, layout(type), tokens, place);
        block.setTokens(tokens);
        m_backend->store(keys.view(), keys.view(), block.view(0), 0);
        m_backend->synchronize();
        return block;
    }

    int rope() {
        RopeConfig config;
        config.dimensions = m_shape.headDim;
        for (std::int64_t i = 0; i < m_shape.headDim / 2; ++i)
            config.frequencies.push_back(std::pow(
                5e5, -2.0 * static_cast<double>(i) / static_cast<double>(m_shape.headDim)));
        return m_backend->addRope(config);
    }

    void attention(std::int64_t tokens, std::int64_t anchor, KvType type) {
        const Tensor queries = random({tokens, m_shape.heads, m_shape.headDim});
        const KeyValueBlock own = filled(tokens, type);
        const KeyValueBlock before = filled(std::max<std::int64_t>(anchor, 1), type);
        const auto start = static_cast<double>(anchor);
        std::vector<AttentionSegment> segments;
        if (anchor > 0) segments.push_back({before.view(0), 0, 1, start, 0, anchor});
        segments.push_back({own.view(0), start, 1, start, anchor, anchor});
        const Tensor output = m_backend->floats(queries.view().shape);
        const Tensor logSumExp = m_backend->floats({tokens, m_shape.heads});
        AttentionCall call;
        call.queries = queries.view();
        call.segments = segments;
        call.rope = rope();
        call.scale = 0.088F;
        call.partial = {output.view(), logSumExp.view()};
        const auto count = static_cast<double>(tokens);
        const double pairs = count * (static_cast<double>(anchor) + count / 2);
        time("attend " + std::to_string(tokens) + " behind " + std::to_string(anchor),
             4 * pairs * static_cast<double>(m_shape.heads * m_shape.headDim), 0,
             [&] { m_backend->attend(call); });
    }

    // Blocks in host memory: read where they lie, against copied to the GPU, which could run beside
    // the attention to what was copied before; and what it takes to write them.
    void spilling() {
        constexpr std::int64_t kGigabyte = 1'000'000'000;
        time("take and give back 1 GB of host memory", 0, static_cast<double>(kGigabyte),
             [&] { m_backend->allocateOnHost(kGigabyte); });
        for (const KvType type : {KvType::bf16, KvType::q8}) {
            for (const std::int64_t queries : {1, 20, 256})
                decoding(queries, 32768, 4096, type, MemoryPlace::host);
            const KeyValueBlock block = filled(4096, type, MemoryPlace::host);
            const auto near = m_backend->allocate(block.bytes());
            const TensorView there = block.layerBytes(0);
            const TensorView here{near->data(), there.shape, there.type};
            const auto bytes = static_cast<double>(block.bytes());
            time("copy a layer of 4096 tokens from the host", 0, bytes,
                 [&] { m_backend->copy(there, here); });
            time("copy it to the host", 0, bytes, [&] { m_backend->copy(here, there); });
            const Tensor keys = random({4096, m_shape.kvHeads, m_shape.headDim});
            time("store it in host memory", 0, bytes,
                 [&] { m_backend->store(keys.view(), keys.view(), block.view(0), 0); });
        }
    }

    void decoding(std::int64_t queries, std::int64_t tokens, std::int64_t blockTokens, KvType type,
                  MemoryPlace place = MemoryPlace::device) {
        const Tensor rows = random({queries, m_shape.heads, m_shape.headDim});
        std::vector<KeyValueBlock> blocks;
        std::vector<AttentionSegment> segments;
        double bytes = 0;
        for (std::int64_t begin = 0; begin < tokens; begin += blockTokens) {
            blocks.push_back(filled(blockTokens, type, place));
            bytes += static_cast<double>(blocks.back().bytes());
            segments.push_back({blocks.back().view(0), static_cast<double>(begin), 1,
                                static_cast<double>(tokens), begin, tokens});
        }
        const Tensor output = m_backend->floats(rows.view().shape);
        const Tensor logSumExp = m_backend->floats({queries, m_shape.heads});
        const auto count = static_cast<std::int64_t>(segments.size());
        const Tensor bySegment = m_backend->floats({count, m_shape.heads});
        AttentionCall call;
        call.queries = rows.view();
        call.segments = segments;
        call.rope = rope();
        call.scale = 0.088F;
        call.partial = {output.view(), logSumExp.view()};
        call.segmentLogSumExp = bySegment.view();
        time("attend " + std::to_string(queries) + " over " + std::to_string(tokens) +
                 (type == KvType::q8 ? " q8" : " bf16") +
                 (place == MemoryPlace::host ? " on the host" : ""),
             4.0 * static_cast<double>(queries * tokens * m_shape.heads * m_shape.headDim), bytes,
             [&] { m_backend->attend(call); });
    }

    ModelShape m_shape;
    std::unique_ptr<ModelFile> m_model;
    std::unique_ptr<Backend> m_backend;
};

DataType typeOf(const std::string& name) {
    for (const DataType type : {DataType::bf16, DataType::q8_0, DataType::q4_0, DataType::q4_k,
                                DataType::q5_k, DataType::q6_k})
        if (name == dataTypeInfo(type).name) return type;
    throw Error(name, " is no type of weights; use BF16, Q8_0, Q4_0, Q4_K, Q5_K or Q6_K");
}

int run(const std::vector<std::string>& words) {
    if (words.size() != 2) throw Error("usage: cuda_kernels SHAPE WEIGHTS");
    OpTimes(shapeNamed(words[0]), typeOf(words[1])).run();
    return 0;
}

}  // namespace
}  // namespace asterism::test

int main(int argc, char** argv) {
    try {
        return asterism::test::run({argv + 1, argv + argc});
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
}
