#include "cuda/cuda_backend.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/star/kv_block.h"
#include "cuda/aside_copies.h"
#include "cuda/attention.h"
#include "cuda/backend_queue.h"
#include "cuda/check.h"
#include "cuda/cuda_weight.h"
#include "cuda/device.h"
#include "cuda/kernels/element_kernels.h"
#include "cuda/kernels/merge_kernels.h"
#include "cuda/kernels/step_kernels.h"
#include "cuda/kernels/store_kernels.h"
#include "cuda/kernels/top_kernels.h"
#include "cuda/kernels/value_rank.h"
#include "cuda/kernels/weight_kernels.h"
#include "cuda/linear.h"
#include "cuda/op_times.h"
#include "cuda/pinned_memory.h"
#include "cuda/staging.h"
#include "cuda/step_recorder.h"
#include "cuda/stream.h"
#include "cuda/upload_ring.h"

namespace asterism {
namespace cuda {
namespace {

class DeviceBuffer final : public Buffer {
  public:
    DeviceBuffer(DeviceMemory memory, std::int64_t bytes)
        : Buffer(memory.data(), bytes), m_memory(std::move(memory)) {}

  private:
    DeviceMemory m_memory;
};

class PinnedBuffer final : public Buffer {
  public:
    explicit PinnedBuffer(PinnedMemory memory)
        : Buffer(memory.data(), memory.bytes()), m_memory(std::move(memory)) {}

  private:
    PinnedMemory m_memory;
};

const CudaWeight& own(const Weight& weight) {
    const auto* mine = dynamic_cast<const CudaWeight*>(&weight);
    ASTERISM_CHECK(mine != nullptr);
    return *mine;
}

std::vector<Linear::Part> own(std::initializer_list<LinearPart> parts) {
    std::vector<Linear::Part> products;
    for (const LinearPart& part : parts)
        products.push_back(
            {own(part.weight), part.bias ? &own(*part.bias) : nullptr, part.output, false});
    return products;
}

class CudaBackend final : public Backend {
  public:
    CudaBackend(const Device& device, const CudaOptions& options)
        : m_activations(options.activations),
          m_stream(std::make_shared<Stream>(device, options.memoryLimit)),
          m_ring(m_stream),
          m_staging(m_stream),
          m_linear(m_stream),
          m_attention(m_stream, m_ring),
          m_scratch(m_stream),
          m_layer(m_stream),
          m_times(m_stream) {}
    ~CudaBackend() override {
        // Nothing may be in flight when its memory goes; a failure was reported by the op itself.
        m_stream->drain();
    }
    BackendQueue queue() { return {m_stream, &m_times}; }

    std::string description() const override;
    DataType activationType() const override { return m_activations; }
    std::int64_t rowsAtOnce() const override { return 8192; }
    std::optional<OpSeconds> takeOpSeconds() override {
        m_stream->enter();
        return m_times.take();
    }
    void measureOps() override { m_times.start(); }
    std::unique_ptr<OpTimer> startTimer() override {
        m_times.drop();  // of a step that was stopped
        return std::make_unique<StreamTimer>(m_stream);
    }

    MemoryUse memory() const override {
        m_stream->enter();
        const DeviceMemoryUse use = m_stream->memoryUse();
        return {m_stream->device().index, use.free, use.total};
    }
    HostMemory hostMemory() override;
    std::unique_ptr<Buffer> allocateOnHost(std::int64_t bytes) override {
        return std::make_unique<PinnedBuffer>(PinnedMemory(m_stream, bytes));
    }
    std::unique_ptr<Buffer> allocate(std::int64_t bytes) override {
        return std::make_unique<DeviceBuffer>(DeviceMemory(m_stream, bytes), bytes);
    }
    void upload(std::span<const std::byte> host, const TensorView& to) override;
    void download(const TensorView& from, std::span<std::byte> host) override;
    std::unique_ptr<AsideReader> readAside() override {
        if (!m_asideCopies) m_asideCopies = std::make_shared<AsideCopies>(m_stream);
        return std::make_unique<StreamReader>(m_stream, m_asideCopies);
    }
    void copy(const TensorView& from, const TensorView& to) override;
    // Kernels read no memory that is not page-locked.
    std::unique_ptr<Buffer> borrow(std::span<const std::byte>,
                                   std::shared_ptr<const void>) override {
        return nullptr;
    }
    void synchronize() override {
        m_stream->enter();
        m_stream->synchronize();
    }
    std::shared_ptr<const Weight> load(const HostWeight& weight) override {
        return std::make_shared<CudaWeight>(weight, m_activations, m_stream);
    }
    int addRope(const RopeConfig& rope) override {
        m_stream->enter();
        return m_attention.addRope(rope);
    }

    void embed(const Weight& table, std::span<const TokenId> tokens, float scale,
               const TensorView& output) override;
    void rmsNorm(const TensorView& input, const Weight& gain, float epsilon,
                 const TensorView& output) override;
    void linear(const TensorView& input, const Weight& weight, const Weight* bias,
                const TensorView& output) override {
        linears(input, {{weight, bias, output}});
    }
    void linears(const TensorView& input, std::initializer_list<LinearPart> parts) override;
    void normedLinears(const NormedInput& input, std::initializer_list<LinearPart> parts) override;
    void normedGate(const NormedInput& input, const LinearPart& gate, const LinearPart& up,
                    Activation activation) override;
    void addLinear(const TensorView& input, const Weight& weight, const TensorView& sum,
                   const TensorView& work) override;
    void gate(const TensorView& gate, const TensorView& up, Activation activation,
              const TensorView& output) override;
    void add(const TensorView& term, const TensorView& sum) override;
    void convert(const TensorView& from, const TensorView& to) override;
    void store(const TensorView& keys, const TensorView& values, const KeyValueView& to,
               std::int64_t first) override;
    void attend(const AttentionCall& call) override {
        m_stream->enter();
        const OpTimes::Op measured(m_times, OpTimes::Kind::attention);
        m_attention.attend(call);
    }
    void merge(const Partial& part, const Partial& sum) override;
    void mergeParts(const TensorView& parts, const Partial& merged) override;
    std::int64_t largest(const TensorView& values) override;
    std::optional<TopValues> top(const TensorView& values, std::int64_t count,
                                 double temperature) override;
    void penalize(const TensorView& values, std::span<const std::int32_t> places,
                  double penalty) override;
    std::unique_ptr<RecordedStep> record(const std::function<void()>& step,
                                         std::int64_t moreTokens) override;

  private:
    cudaStream_t stream() const { return m_stream->handle(); }
    void setRecorder(StepRecorder* recorder) {
        m_recorder = recorder;
        m_attention.setRecorder(recorder);
    }
    // Between any two places.
    void copyBytes(const void* from, void* to, std::int64_t bytes) {
        m_stream->enter();
        if (bytes > 0)
            check(cudaMemcpyAsync(to, from, static_cast<std::size_t>(bytes), cudaMemcpyDefault,
                                  stream()),
                  "copying");
    }
    void storeHere(const StoreArgs& args);

    DataType m_activations;
    std::shared_ptr<Stream> m_stream;
    UploadRing m_ring;
    Staging m_staging;
    std::shared_ptr<AsideCopies> m_asideCopies;  // once they are needed
    Linear m_linear;
    Attention m_attention;
    Scratch m_scratch;
    Scratch m_layer;  // of a block, on its way to host memory
    OpTimes m_times;
    StepRecorder* m_recorder = nullptr;  // of the step at work
    double m_hostReadRate = 0;           // bytes a second; 0: not measured yet
};

std::string CudaBackend::description() const {
    const Device& device = m_stream->device();
    return "cuda:" + std::to_string(device.index) + ", " + device.name +
           (m_activations == DataType::f32 ? ", f32" : ", bf16");
}

HostMemory CudaBackend::hostMemory() {
    m_stream->enter();
    if (m_hostReadRate == 0) m_hostReadRate = measurePinnedReadRate(m_stream);
    return {availablePinnedBytes(), m_hostReadRate};
}

void CudaBackend::upload(std::span<const std::byte> host, const TensorView& to) {
    ASTERISM_CHECK(static_cast<std::int64_t>(host.size()) == to.bytes());
    copyBytes(host.data(), to.data, to.bytes());
    // The caller's bytes may go as soon as this returns.
    synchronize();
}

void CudaBackend::download(const TensorView& from, std::span<std::byte> host) {
    ASTERISM_CHECK(static_cast<std::int64_t>(host.size()) == from.bytes());
    m_stream->enter();
    m_staging.download(from.data, host);
}

void CudaBackend::copy(const TensorView& from, const TensorView& to) {
    ASTERISM_CHECK(from.type == to.type && from.elements() == to.elements());
    copyBytes(from.data, to.data, from.bytes());
}

void CudaBackend::embed(const Weight& table, std::span<const TokenId> tokens, float scale,
                        const TensorView& output) {
    const CudaWeight& weight = own(table);
    const auto count = static_cast<std::int64_t>(tokens.size());
    ASTERISM_CHECK(output.elements() == count * weight.columns());
    for (const TokenId token : tokens) ASTERISM_CHECK(token >= 0 && token < weight.rows());
    m_stream->enter();
    const TokenId* there = m_recorder ? m_recorder->token(tokens.front()) : m_ring.upload(tokens);
    cuda::embed({weight.view(), there, count, scale, output.data, output.type}, stream());
}

void CudaBackend::rmsNorm(const TensorView& input, const Weight& gain, float epsilon,
                          const TensorView& output) {
    const std::int64_t columns = gain.columns();
    ASTERISM_CHECK(input.elements() == output.elements() && input.elements() % columns == 0);
    ASTERISM_CHECK(input.type == output.type);
    m_stream->enter();
    cuda::rmsNorm({input.data, own(gain).floats(), epsilon, input.elements() / columns, columns,
                   output.data, input.type},
                  stream());
}

void CudaBackend::linears(const TensorView& input, std::initializer_list<LinearPart> parts) {
    m_stream->enter();
    const std::vector<Linear::Part> products = own(parts);
    const OpTimes::Op measured(m_times, OpTimes::Kind::linear);
    m_linear.multiply(input, products);
}

void CudaBackend::normedLinears(const NormedInput& input, std::initializer_list<LinearPart> parts) {
    const std::vector<Linear::Part> products = own(parts);
    if (!Linear::takesToken(input.values, products)) return Backend::normedLinears(input, parts);
    m_stream->enter();
    const OpTimes::Op measured(m_times, OpTimes::Kind::linear);
    m_linear.multiplyToken(input.values, products, {&own(input.gain), input.epsilon});
}

void CudaBackend::normedGate(const NormedInput& input, const LinearPart& gate, const LinearPart& up,
                             Activation activation) {
    const std::vector<Linear::Part> products = own({gate, up});
    const bool areAlike = products[0].weight.view().type == products[1].weight.view().type;
    if (!areAlike || !Linear::takesToken(input.values, products))
        return Backend::normedGate(input, gate, up, activation);
    m_stream->enter();
    const OpTimes::Op measured(m_times, OpTimes::Kind::linear);
    m_linear.gateToken(input.values, products, {&own(input.gain), input.epsilon}, activation);
}

void CudaBackend::addLinear(const TensorView& input, const Weight& weight, const TensorView& sum,
                            const TensorView&) {
    m_stream->enter();
    const Linear::Part part{own(weight), nullptr, sum, true};
    const OpTimes::Op measured(m_times, OpTimes::Kind::linear);
    m_linear.multiply(input, {&part, 1});
}

void CudaBackend::gate(const TensorView& gate, const TensorView& up, Activation activation,
                       const TensorView& output) {
    ASTERISM_CHECK(gate.elements() == up.elements() && up.elements() == output.elements());
    ASTERISM_CHECK(gate.type == up.type && up.type == output.type);
    m_stream->enter();
    cuda::gate({gate.data, up.data, activation, gate.elements(), output.data, gate.type}, stream());
}

void CudaBackend::add(const TensorView& term, const TensorView& sum) {
    ASTERISM_CHECK(term.elements() == sum.elements() && term.type == sum.type);
    m_stream->enter();
    cuda::add(term.data, sum.data, sum.elements(), sum.type, stream());
}

void CudaBackend::convert(const TensorView& from, const TensorView& to) {
    ASTERISM_CHECK(from.elements() == to.elements());
    if (from.type == to.type) return copy(from, to);
    m_stream->enter();
    cuda::convert(from.data, from.type, to.data, to.type, from.elements(), stream());
}

void CudaBackend::store(const TensorView& keys, const TensorView& values, const KeyValueView& to,
                        std::int64_t first) {
    const std::int64_t width = to.kvHeads * to.headDim;
    const std::int64_t tokens = keys.elements() / width;
    ASTERISM_CHECK(keys.elements() == tokens * width && values.elements() == tokens * width);
    ASTERISM_CHECK(first >= 0 && first + tokens <= to.tokens && to.tokens <= to.capacity);
    ASTERISM_CHECK(keys.type == values.type);
    if (tokens == 0) return;
    m_stream->enter();
    StoreArgs args{keys.data, values.data, keys.type, tokens, first, to};
    if (m_recorder) {
        ASTERISM_CHECK(tokens == 1 && to.type != KvType::q8);
        args.storedSince = m_recorder->storedSince();
        m_attention.noteStored(to, first + tokens);
    }
    if (tokens < to.capacity || !isPinned(to.keys)) return storeHere(args);
    // A whole layer of a block in host memory is made on the GPU: the kernels read back what they
    // have written of a q8 block, and the bus is used best by one copy.
    const KvLayout layout{to.type, 1, to.kvHeads, to.headDim};
    const std::int64_t bytes = layout.layerBytes(tokens);
    void* layer = m_layer.bytes(bytes);
    args.to = layout.view(layer, 0, tokens, tokens);
    storeHere(args);
    copyBytes(layer, to.keys, bytes);
}

void CudaBackend::storeHere(const StoreArgs& args) {
    if (args.to.type != KvType::q8) return storePlain(args, stream());
    ASTERISM_CHECK(args.first == 0 && args.tokens == args.to.tokens);
    storeBytes(args, m_scratch.values<float>(storeRangeFloats(args)), stream());
}

std::int64_t CudaBackend::largest(const TensorView& values) {
    m_stream->enter();
    auto* work = m_scratch.values<unsigned long long>(2);
    auto* result = reinterpret_cast<std::int64_t*>(work + 1);
    {
        const OpTimes::Op measured(m_times, OpTimes::Kind::sampling);
        cuda::largest({values.floats(), values.elements(), work, result}, stream());
    }
    std::int64_t index = 0;
    m_staging.download(result, std::as_writable_bytes(std::span(&index, 1)));
    return index;
}

std::optional<TopValues> CudaBackend::top(const TensorView& values, std::int64_t count,
                                          double temperature) {
    m_stream->enter();
    const std::int64_t all = values.elements();
    auto* result = static_cast<TopResult*>(
        m_scratch.bytes(static_cast<std::int64_t>(sizeof(TopResult)) + topWorkBytes(all)));
    {
        const OpTimes::Op measured(m_times, OpTimes::Kind::sampling);
        cuda::top({values.floats(), all, temperature, result + 1, result}, stream());
    }
    TopResult found{};
    m_staging.download(result, std::as_writable_bytes(std::span(&found, 1)));
    if (found.ranks[0] == kNotFinite) return std::nullopt;
    TopValues top{{}, all, std::accumulate(found.sums.begin(), found.sums.end(), 0.0)};
    const std::int64_t most = std::min({count, all, std::ssize(found.ranks)});
    for (const ValueRank rank : std::span(found.ranks).first(static_cast<std::size_t>(most)))
        top.best.emplace_back(static_cast<std::int32_t>(indexOf(rank)), valueOf(rank));
    return top;
}

void CudaBackend::penalize(const TensorView& values, std::span<const std::int32_t> places,
                           double penalty) {
    if (places.empty()) return;
    m_stream->enter();
    const OpTimes::Op measured(m_times, OpTimes::Kind::sampling);
    cuda::penalize(
        {values.floats(), m_ring.upload(places), static_cast<std::int64_t>(places.size()), penalty},
        stream());
}

std::unique_ptr<RecordedStep> CudaBackend::record(const std::function<void()>& step,
                                                  std::int64_t moreTokens) {
    m_stream->enter();
    m_times.drop();  // what is captured does not run
    auto recorder = std::make_unique<StepRecorder>(m_stream, m_times, moreTokens);
    recorder->record([this, step, own = recorder.get()] {
        setRecorder(own);
        try {
            step();
        } catch (...) {
            setRecorder(nullptr);
            throw;
        }
        setRecorder(nullptr);
    });
    return recorder;
}

void CudaBackend::merge(const Partial& part, const Partial& sum) {
    const std::int64_t rows = sum.logSumExp.elements();
    ASTERISM_CHECK(part.logSumExp.elements() == rows);
    ASTERISM_CHECK(part.output.elements() == sum.output.elements());
    if (rows == 0) return;
    m_stream->enter();
    const OpTimes::Op measured(m_times, OpTimes::Kind::merge);
    cuda::merge({part.output.floats(), part.logSumExp.floats(), sum.output.floats(),
                 sum.logSumExp.floats(), rows, sum.output.elements() / rows},
                stream());
}

void CudaBackend::mergeParts(const TensorView& parts, const Partial& merged) {
    const std::int64_t rows = merged.logSumExp.elements();
    const std::int64_t values = merged.output.elements();
    ASTERISM_CHECK(parts.rows() > 0 && parts.elements() == parts.rows() * (values + rows));
    if (rows == 0) return;
    m_stream->enter();
    const OpTimes::Op measured(m_times, OpTimes::Kind::merge);
    cuda::mergeParts({parts.floats(), static_cast<std::int32_t>(parts.rows()), rows, values / rows,
                      merged.output.data, merged.output.type, merged.logSumExp.floats()},
                     stream());
}

}  // namespace

BackendQueue queueOf(Backend& backend) {
    auto* mine = dynamic_cast<CudaBackend*>(&backend);
    ASTERISM_CHECK(mine != nullptr);
    return mine->queue();
}

}  // namespace cuda

int cudaDeviceCount() {
    return cuda::deviceCount();
}

void copyOnGpu(const TensorView& from, const TensorView& to) {
    ASTERISM_CHECK(from.bytes() == to.bytes());
    cuda::check(cudaMemcpyAsync(to.data, from.data, static_cast<std::size_t>(from.bytes()),
                                cudaMemcpyDefault, cudaStreamPerThread),
                "copying between ranks");
    cuda::check(cudaStreamSynchronize(cudaStreamPerThread), "copying between ranks");
}

std::unique_ptr<Backend> makeCudaBackend(const CudaOptions& options) {
    ASTERISM_CHECK(options.activations == DataType::bf16 || options.activations == DataType::f32);
    return std::make_unique<cuda::CudaBackend>(cuda::openDevice(options.device), options);
}

}  // namespace asterism
