// Where the time of a generated token goes on a GPU, at the sizes of a known model, with random
// weights: how fast every stored type is read by the products of one token, and the parts of a
// decoding step, each recorded and repeated as in an answer. `asterism-cli bench --shape SHAPE
// --weights WEIGHTS --device cuda` times the whole.
//   cuda_decoding SHAPE WEIGHTS [CONTEXT...]
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/float_types.h"
#include "core/model/shape_model.h"
#include "core/star/kv_block.h"
#include "cuda/cuda_backend.h"
#include "cuda/machine_rate.h"

namespace asterism::test {
namespace {

constexpr DataType kTypes[] = {DataType::q4_0, DataType::q4_1, DataType::q5_0,
                               DataType::q5_1, DataType::q8_0, DataType::q4_k,
                               DataType::q5_k, DataType::q6_k, DataType::bf16};
constexpr std::int64_t kBeyondCache = std::int64_t{192} << 20;
constexpr int kRuns = 20;
constexpr int kPasses = 4;
constexpr TokenId kToken = 1;

HostWeight hostWeight(const ModelFile& model, const std::string& name) {
    const StoredTensor* stored = model.find(name);
    HostWeight host;
    host.type = stored->type;
    host.rows = stored->rows;
    host.columns = stored->columns;
    host.bytes = stored->bytes;
    return host;
}

Tensor random(Backend& backend, Shape shape) {
    Tensor tensor = backend.activations(shape);
    std::vector<std::uint16_t> values(static_cast<std::size_t>(shape.elements()));
    std::mt19937 generator(7);
    for (std::uint16_t& value : values)
        value = toBf16(static_cast<float>(generator() % 2001) / 1000.0F - 1.0F);
    backend.upload(std::as_bytes(std::span(values)), tensor.view());
    return tensor;
}

// Seconds of a run of ops that are recorded, `passes` times, so that what the host does in between
// does not count.
double secondsOf(Backend& backend, int passes, const std::function<void()>& ops) {
    const auto all = [&] {
        for (int pass = 0; pass < passes; ++pass) ops();
    };
    const auto recorded = backend.record(all, 4 * kRuns);
    double best = 1e30;
    for (int repeat = 0; repeat < 3; ++repeat) {
        const auto timer = backend.startTimer();
        for (int run = 0; run < kRuns; ++run) recorded->run(kToken);
        best = std::min(best, timer->seconds() / kRuns / passes);
    }
    return best;
}

void print(const std::string& what, double seconds, double bytes, double copyBytes) {
    std::printf("%-34s %9.1f us %7.0f GB/s %5.1f %% of the copy rate\n", what.c_str(),
                seconds * 1e6, bytes / seconds * 1e-9, 100 * bytes / seconds / copyBytes);
}

// One token by a matrix of every type, by as many copies as the cache cannot hold.
void timeProducts(Backend& backend, const ModelShape& shape, double copyBytes) {
    const std::int64_t sizes[][2] = {{shape.hidden, shape.hidden},
                                     {shape.feedForward, shape.hidden},
                                     {shape.hidden, shape.feedForward},
                                     {shape.vocabulary, shape.hidden}};
    for (const DataType type : kTypes) {
        const auto model = makeShapeModel(shape, type);
        for (const auto& [rows, columns] : sizes) {
            if (columns % dataTypeInfo(type).blockValues != 0) continue;
            HostWeight host = hostWeight(*model, "output.weight");
            host.rows = rows;
            host.columns = columns;
            const std::int64_t bytes = rows * rowBytes(type, columns);
            host.bytes = host.bytes.first(static_cast<std::size_t>(bytes));
            std::vector<std::shared_ptr<const Weight>> weights;
            for (std::int64_t sum = 0; sum < kBeyondCache; sum += bytes)
                weights.push_back(backend.load(host));
            const Tensor input = random(backend, {1, columns});
            const Tensor output = backend.floats({1, rows});
            const double seconds = secondsOf(backend, kPasses, [&] {
                for (const auto& weight : weights)
                    backend.linear(input.view(), *weight, nullptr, output.view());
            });
            const auto count = static_cast<double>(weights.size());
            print(std::string(dataTypeInfo(type).name) + " " + std::to_string(rows) + " x " +
                      std::to_string(columns),
                  seconds / count, static_cast<double>(bytes), copyBytes);
        }
    }
}

class Step {
  public:
    Step(Backend& backend, const ModelShape& shape, DataType type)
        : m_backend(backend), m_shape(shape) {
        const auto model = makeShapeModel(shape, type);
        const auto load = [&](const std::string& name, double& bytes) {
            const HostWeight host = hostWeight(*model, name);
            bytes += static_cast<double>(host.bytes.size());
            return backend.load(host);
        };
        m_gain = backend.load(hostWeight(*model, "output_norm.weight"));
        m_output = load("output.weight", m_bytes.logits);
        for (std::int64_t layer = 0; layer < shape.layers; ++layer) {
            const std::string prefix = "blk." + std::to_string(layer) + ".";
            m_layers.push_back({load(prefix + "attn_q.weight", m_bytes.project),
                                load(prefix + "attn_k.weight", m_bytes.project),
                                load(prefix + "attn_v.weight", m_bytes.project),
                                load(prefix + "attn_output.weight", m_bytes.attentionOutput),
                                load(prefix + "ffn_gate.weight", m_bytes.gate),
                                load(prefix + "ffn_up.weight", m_bytes.gate),
                                load(prefix + "ffn_down.weight", m_bytes.down)});
        }
        m_hidden = random(backend, {1, shape.hidden});
        m_work = random(backend, {1, shape.hidden});
        m_queries = random(backend, {1, shape.heads * shape.headDim});
        m_keys = random(backend, {1, shape.kvHeads * shape.headDim});
        m_values = random(backend, {1, shape.kvHeads * shape.headDim});
        m_attended = random(backend, {1, shape.heads * shape.headDim});
        m_gate = random(backend, {1, shape.feedForward});
        m_up = random(backend, {1, shape.feedForward});
        m_logits = backend.floats({1, shape.vocabulary});
        RopeConfig rope;
        rope.dimensions = shape.headDim;
        for (std::int64_t i = 0; i < shape.headDim / 2; ++i)
            rope.frequencies.push_back(
                std::pow(5e5, -2.0 * static_cast<double>(i) / static_cast<double>(shape.headDim)));
        m_rope = backend.addRope(rope);
    }

    void time(std::span<const std::int64_t> contexts, double copyBytes) {
        const auto all = [&](const auto& part) {
            return secondsOf(m_backend, kPasses, [&] {
                for (const Layer& layer : m_layers) part(layer);
            });
        };
        print("norm, queries, keys, values", all([&](const Layer& layer) { project(layer); }),
              m_bytes.project, copyBytes);
        print("attention's output",
              all([&](const Layer& layer) { addProduct(m_attended, *layer.attentionOutput); }),
              m_bytes.attentionOutput, copyBytes);
        print("norm, gate, up", all([&](const Layer& layer) { gate(layer); }), m_bytes.gate,
              copyBytes);
        print("down", all([&](const Layer& layer) { addProduct(m_gate, *layer.down); }),
              m_bytes.down, copyBytes);
        print("all products", all([&](const Layer& layer) {
                  project(layer);
                  addProduct(m_attended, *layer.attentionOutput);
                  gate(layer);
                  addProduct(m_gate, *layer.down);
              }),
              m_bytes.layers(), copyBytes);
        print("logits", secondsOf(m_backend, kPasses, [&] { logits(); }), m_bytes.logits,
              copyBytes);
        for (const std::int64_t tokens : contexts)
            for (const KvType type : {KvType::bf16, KvType::q8})
                timeContext(tokens, type, copyBytes);
    }

  private:
    struct Layer {
        std::shared_ptr<const Weight> query, key, value, attentionOutput, gate, up, down;
    };

    // Of weights.
    struct Bytes {
        double project = 0, attentionOutput = 0, gate = 0, down = 0, logits = 0;
        double layers() const { return project + attentionOutput + gate + down; }
    };

    void project(const Layer& layer) {
        m_backend.normedLinears({m_hidden.view(), *m_gain, 1e-5F, m_work.view()},
                                {{*layer.query, nullptr, m_queries.view()},
                                 {*layer.key, nullptr, m_keys.view()},
                                 {*layer.value, nullptr, m_values.view()}});
    }
    void addProduct(const Tensor& input, const Weight& weight) {
        m_backend.addLinear(input.view(), weight, m_hidden.view(), m_work.view());
    }
    void gate(const Layer& layer) {
        m_backend.normedGate({m_hidden.view(), *m_gain, 1e-5F, m_work.view()},
                             {*layer.gate, nullptr, m_gate.view()},
                             {*layer.up, nullptr, m_up.view()}, Activation::silu);
    }
    void logits() {
        m_backend.normedLinears({m_hidden.view(), *m_gain, 1e-5F, m_work.view()},
                                {{*m_output, nullptr, m_logits.view()}});
    }

    // Stores the token behind the context and attends to both, in all layers; then with the
    // products.
    void timeContext(std::int64_t tokens, KvType type, double copyBytes) {
        KeyValueBlock context(m_backend, layout(type), tokens);
        context.setTokens(tokens);
        const Tensor some = random(m_backend, {tokens, m_shape.kvHeads, m_shape.headDim});
        for (std::int64_t layer = 0; layer < m_shape.layers; ++layer)
            m_backend.store(some.view(), some.view(), context.view(layer), 0);
        KeyValueBlock turn(m_backend, layout(KvType::bf16), 1 + 8 * kRuns);
        const auto step = [&](bool hasProducts) {
            turn.setTokens(1);
            for (std::int64_t layer = 0; layer < m_shape.layers; ++layer) {
                const Layer& weights = m_layers[static_cast<std::size_t>(layer)];
                if (hasProducts) project(weights);
                attend(context, turn, layer);
                if (!hasProducts) continue;
                addProduct(m_attended, *weights.attentionOutput);
                gate(weights);
                addProduct(m_gate, *weights.down);
            }
            if (hasProducts) logits();
        };
        const auto bytes = static_cast<double>(context.bytes());
        const std::string over =
            std::to_string(tokens) + (type == KvType::q8 ? " tokens of q8" : " tokens of bf16");
        print("attention over " + over, secondsOf(m_backend, kPasses, [&] { step(false); }), bytes,
              copyBytes);
        print("a step over " + over, secondsOf(m_backend, 1, [&] { step(true); }),
              bytes + m_bytes.layers() + m_bytes.logits, copyBytes);
    }

    KvLayout layout(KvType type) const {
        return {type, m_shape.layers, m_shape.kvHeads, m_shape.headDim};
    }

    void attend(const KeyValueBlock& context, const KeyValueBlock& turn, std::int64_t layer) {
        const Shape keyShape{1, m_shape.kvHeads, m_shape.headDim};
        const Shape queryShape{1, m_shape.heads, m_shape.headDim};
        m_backend.store(m_keys.view().reshaped(keyShape), m_values.view().reshaped(keyShape),
                        turn.view(layer), 0);
        const std::int64_t tokens = context.tokens();
        const auto place = static_cast<double>(tokens);
        const AttentionSegment segments[] = {{context.view(layer), 0, 1, place, 0, tokens},
                                             {turn.view(layer), place, 1, place, tokens, tokens}};
        if (m_logSumExp.isEmpty()) m_logSumExp = m_backend.floats({1, m_shape.heads});
        AttentionCall call;
        call.queries = m_queries.view().reshaped(queryShape);
        call.segments = segments;
        call.rope = m_rope;
        call.scale = 0.088F;
        call.partial = {m_attended.view().reshaped(queryShape), m_logSumExp.view()};
        m_backend.attend(call);
    }

    Backend& m_backend;
    ModelShape m_shape;
    Bytes m_bytes;
    std::shared_ptr<const Weight> m_gain, m_output;
    std::vector<Layer> m_layers;
    Tensor m_hidden, m_work, m_queries, m_keys, m_values, m_attended, m_gate, m_up, m_logits;
    Tensor m_logSumExp;
    int m_rope = 0;
};

// What the best tokens of a row of logits cost to find, and all of them to fetch.
void timeChoices(Backend& backend, const ModelShape& shape) {
    const Tensor rows = random(backend, {1, shape.vocabulary});
    const Tensor logits = backend.floats({1, shape.vocabulary});
    backend.convert(rows.view(), logits.view());
    std::vector<float> host(static_cast<std::size_t>(shape.vocabulary));
    const auto time = [&](const char* what, const auto& work) {
        work();
        const auto timer = backend.startTimer();
        for (int run = 0; run < kRuns; ++run) work();
        std::printf("%-34s %9.1f us\n", what, timer->seconds() / kRuns * 1e6);
    };
    time("largest logit", [&] { backend.largest(logits.view()); });
    time("256 largest logits", [&] { backend.top(logits.view(), 256, 0.8); });
    time("all logits to the host",
         [&] { backend.download(logits.view(), std::as_writable_bytes(std::span(host))); });
}

DataType typeOf(const std::string& name) {
    for (const DataType type : kTypes)
        if (name == dataTypeInfo(type).name) return type;
    throw Error(name,
                " is no type of weights; use Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, "
                "Q6_K or BF16");
}

void run(const std::vector<std::string>& words) {
    if (words.size() < 2) throw Error("usage: cuda_decoding SHAPE WEIGHTS [CONTEXT...]");
    const ModelShape& shape = shapeNamed(words[0]);
    const DataType type = typeOf(words[1]);
    std::vector<std::int64_t> contexts;
    for (std::size_t i = 2; i < words.size(); ++i) contexts.push_back(std::stoll(words[i]));
    const auto backend = makeCudaBackend();
    const double copyBytes = cuda::measureMachineRate(0).copyBytes;
    std::printf("%s, copies at %.0f GB/s\n", backend->description().c_str(), copyBytes * 1e-9);
    timeProducts(*backend, shape, copyBytes);
    Step(*backend, shape, type).time(contexts, copyBytes);
    timeChoices(*backend, shape);
}

}  // namespace
}  // namespace asterism::test

int main(int argc, char** argv) {
    try {
        asterism::test::run({argv + 1, argv + argc});
        return 0;
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
}
