#include "core/cpu/cpu_backend.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "core/base/check.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/float_types.h"
#include "core/cpu/aligned_buffer.h"
#include "core/cpu/attention.h"
#include "core/cpu/cpu_weight.h"
#include "core/cpu/element_kernels.h"
#include "core/cpu/linear.h"
#include "core/cpu/thread_pool.h"

namespace asterism {
namespace cpu {
namespace {

// Elementwise work below this is done faster than it is handed to another thread.
constexpr std::int64_t kValuesPerItem = 16384;

class HostBuffer final : public Buffer {
  public:
    HostBuffer(AlignedBytes memory, std::int64_t bytes)
        : Buffer(memory.get(), bytes), m_memory(std::move(memory)) {}

  private:
    AlignedBytes m_memory;
};

// Memory of somebody else, who lives as long. Ops never write to keys that they attend to.
class BorrowedBuffer final : public Buffer {
  public:
    BorrowedBuffer(std::span<const std::byte> host, std::shared_ptr<const void> owner)
        : Buffer(const_cast<std::byte*>(host.data()), static_cast<std::int64_t>(host.size())),
          m_owner(std::move(owner)) {}

  private:
    std::shared_ptr<const void> m_owner;
};

const CpuWeight& own(const Weight& weight) {
    const auto* mine = dynamic_cast<const CpuWeight*>(&weight);
    ASTERISM_CHECK(mine != nullptr);
    return *mine;
}

class CpuBackend final : public Backend {
  public:
    CpuBackend(int threads, InstructionSet set, Arithmetic arithmetic)
        : m_set(set),
          m_arithmetic(arithmetic),
          m_pool(threads),
          m_elements(elementKernels(set)),
          m_linear(m_pool, arithmetic, set),
          m_attention(m_pool, arithmetic, set) {}

    std::string description() const override;
    DataType activationType() const override { return DataType::f32; }
    std::string_view numericClass() const override { return cpu::numericClass(m_arithmetic); }
    std::optional<OpSeconds> takeOpSeconds() override { return std::exchange(m_seconds, {}); }
    // The inner activations of a whole block would not stay in the cache.
    std::int64_t rowsAtOnce() const override { return 512; }

    std::unique_ptr<Buffer> allocate(std::int64_t bytes) override;
    void giveBack(const TensorView& part) override {
        giveBackPages({static_cast<std::byte*>(part.data), static_cast<std::size_t>(part.bytes())});
    }
    void upload(std::span<const std::byte> host, const TensorView& to) override;
    void download(const TensorView& from, std::span<std::byte> host) override;
    void copy(const TensorView& from, const TensorView& to) override;
    std::unique_ptr<Buffer> borrow(std::span<const std::byte> host,
                                   std::shared_ptr<const void> owner) override {
        return std::make_unique<BorrowedBuffer>(host, std::move(owner));
    }
    void synchronize() override {}
    std::shared_ptr<const Weight> load(const HostWeight& weight) override;
    int addRope(const RopeConfig& rope) override { return m_attention.addRope(rope); }

    void embed(const Weight& table, std::span<const TokenId> tokens, float scale,
               const TensorView& output) override;
    void rmsNorm(const TensorView& input, const Weight& gain, float epsilon,
                 const TensorView& output) override;
    void linear(const TensorView& input, const Weight& weight, const Weight* bias,
                const TensorView& output) override {
        multiply(input, weight, bias, output, {});
    }
    void linears(const TensorView& input, std::initializer_list<LinearPart> parts) override;
    void addLinear(const TensorView& input, const Weight& weight, const TensorView& sum,
                   const TensorView& work) override;
    void gate(const TensorView& gate, const TensorView& up, Activation activation,
              const TensorView& output) override;
    void add(const TensorView& term, const TensorView& sum) override;
    void convert(const TensorView& from, const TensorView& to) override;
    void store(const TensorView& keys, const TensorView& values, const KeyValueView& to,
               std::int64_t first) override;
    void quantize(const KeyValueView& from, const KeyValueView& to) override;
    bool canQuantize() const override { return true; }
    void attend(const AttentionCall& call) override {
        const AddedTime timed(m_seconds.attention);
        m_attention.attend(call);
    }
    void merge(const Partial& part, const Partial& sum) override;
    void mergeParts(const TensorView& parts, const Partial& merged) override;

  private:
    // Calls work(begin, end) for ranges of [0, count), on several threads if it is worth it.
    template <typename Work>
    void forRanges(std::int64_t count, std::int64_t valuesEach, const Work& work) {
        const std::int64_t step = std::max<std::int64_t>(1, kValuesPerItem / valuesEach);
        m_pool.parallelFor((count + step - 1) / step, [&](std::int64_t item, int) {
            work(item * step, std::min(count, (item + 1) * step));
        });
    }
    // linear(), with what else the call says.
    void multiply(const TensorView& input, const Weight& weight, const Weight* bias,
                  const TensorView& output, LinearCall call);
    template <typename Row>
    void storeBytes(Row&& keyOf, Row&& valueOf, const KeyValueView& to, std::int64_t head);

    OpSeconds m_seconds;
    InstructionSet m_set;
    Arithmetic m_arithmetic;
    ThreadPool m_pool;
    const ElementKernels& m_elements;
    Linear m_linear;
    Attention m_attention;
};

std::string CpuBackend::description() const {
    const int threads = m_pool.threads();
    std::string text = "cpu, ";
    if (m_arithmetic == Arithmetic::f32) {
        text += instructionSetName(m_set);
    } else {
        text += arithmeticUnit(m_arithmetic);
        text += ", ";
        text += activationName(m_arithmetic);
    }
    return text + ", " + std::to_string(threads) + (threads == 1 ? " thread" : " threads");
}

std::unique_ptr<Buffer> CpuBackend::allocate(std::int64_t bytes) {
    return std::make_unique<HostBuffer>(allocateAligned(bytes), bytes);
}

void CpuBackend::upload(std::span<const std::byte> host, const TensorView& to) {
    ASTERISM_CHECK(static_cast<std::int64_t>(host.size()) == to.bytes());
    if (!host.empty()) std::memcpy(to.data, host.data(), host.size());
}

void CpuBackend::download(const TensorView& from, std::span<std::byte> host) {
    ASTERISM_CHECK(static_cast<std::int64_t>(host.size()) == from.bytes());
    if (!host.empty()) std::memcpy(host.data(), from.data, host.size());
}

void CpuBackend::copy(const TensorView& from, const TensorView& to) {
    ASTERISM_CHECK(from.type == to.type && from.elements() == to.elements());
    if (from.elements() > 0)
        std::memmove(to.data, from.data, static_cast<std::size_t>(from.bytes()));
}

std::shared_ptr<const Weight> CpuBackend::load(const HostWeight& weight) {
    return std::make_shared<CpuWeight>(weight);
}

void CpuBackend::embed(const Weight& table, std::span<const TokenId> tokens, float scale,
                       const TensorView& output) {
    const CpuWeight& weight = own(table);
    const std::int64_t columns = weight.columns();
    ASTERISM_CHECK(output.elements() == static_cast<std::int64_t>(tokens.size()) * columns);
    float* values = output.floats();
    for (std::size_t t = 0; t < tokens.size(); ++t) {
        ASTERISM_CHECK(tokens[t] >= 0 && tokens[t] < weight.rows());
        float* row = values + static_cast<std::int64_t>(t) * columns;
        m_linear.decodeRow(weight, tokens[t], row);
        if (scale != 1.0F) m_elements.scale(scale, columns, row);
    }
}

void CpuBackend::rmsNorm(const TensorView& input, const Weight& gain, float epsilon,
                         const TensorView& output) {
    const std::int64_t columns = gain.columns();
    ASTERISM_CHECK(input.elements() == output.elements() && input.elements() % columns == 0);
    const float* gains = own(gain).floats();
    forRanges(input.elements() / columns, columns, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t row = begin; row < end; ++row)
            m_elements.rmsNorm(input.floats() + row * columns, gains, columns, epsilon,
                               output.floats() + row * columns);
    });
}

void CpuBackend::multiply(const TensorView& input, const Weight& weight, const Weight* bias,
                          const TensorView& output, LinearCall call) {
    const AddedTime timed(m_seconds.linear);
    call.tokens = input.elements() / weight.columns();
    ASTERISM_CHECK(call.tokens * weight.columns() == input.elements());
    ASTERISM_CHECK(call.tokens * weight.rows() == output.elements());
    ASTERISM_CHECK(!bias || bias->columns() == weight.rows());
    call.input = input.floats();
    call.weight = &own(weight);
    call.bias = bias ? own(*bias).floats() : nullptr;
    call.output = output.floats();
    m_linear.multiply(call);
}

void CpuBackend::linears(const TensorView& input, std::initializer_list<LinearPart> parts) {
    LinearCall call;
    for (const LinearPart& part : parts) {
        multiply(input, part.weight, part.bias, part.output, call);
        call.isSameInput = true;
    }
}

void CpuBackend::addLinear(const TensorView& input, const Weight& weight, const TensorView& sum,
                           const TensorView& work) {
    if (!Linear::isMany(input.elements() / weight.columns()))
        return Backend::addLinear(input, weight, sum, work);
    LinearCall call;
    call.accumulate = true;
    multiply(input, weight, nullptr, sum, call);
}

void CpuBackend::gate(const TensorView& gate, const TensorView& up, Activation activation,
                      const TensorView& output) {
    ASTERISM_CHECK(gate.elements() == up.elements() && up.elements() == output.elements());
    forRanges(gate.elements(), 1, [&](std::int64_t begin, std::int64_t end) {
        m_elements.gate(gate.floats() + begin, up.floats() + begin, end - begin, activation,
                        output.floats() + begin);
    });
}

void CpuBackend::add(const TensorView& term, const TensorView& sum) {
    ASTERISM_CHECK(term.elements() == sum.elements());
    forRanges(term.elements(), 1, [&](std::int64_t begin, std::int64_t end) {
        m_elements.add(term.floats() + begin, end - begin, sum.floats() + begin);
    });
}

void CpuBackend::convert(const TensorView& from, const TensorView& to) {
    ASTERISM_CHECK(from.elements() == to.elements());
    if (from.type == to.type) return copy(from, to);
    const bool widen = from.type == DataType::bf16 && to.type == DataType::f32;
    ASTERISM_CHECK(widen || (from.type == DataType::f32 && to.type == DataType::bf16));
    forRanges(from.elements(), 1, [&](std::int64_t begin, std::int64_t end) {
        if (widen)
            m_elements.fromBf16(static_cast<const std::uint16_t*>(from.data) + begin, end - begin,
                                to.floats() + begin);
        else
            m_elements.toBf16(from.floats() + begin, end - begin,
                              static_cast<std::uint16_t*>(to.data) + begin);
    });
}

void CpuBackend::store(const TensorView& keys, const TensorView& values, const KeyValueView& to,
                       std::int64_t first) {
    const std::int64_t width = to.kvHeads * to.headDim;
    const std::int64_t tokens = keys.elements() / width;
    ASTERISM_CHECK(keys.elements() == tokens * width && values.elements() == tokens * width);
    ASTERISM_CHECK(first >= 0 && first + tokens <= to.tokens && to.tokens <= to.capacity);
    if (tokens == 0) return;
    if (to.type == KvType::q8) {
        ASTERISM_CHECK(first == 0 && tokens == to.tokens);
        m_pool.parallelFor(to.kvHeads, [&](std::int64_t head, int) {
            const auto rowsOf = [&](const float* all) {
                return [=](std::int64_t t) { return all + t * width + head * to.headDim; };
            };
            storeBytes(rowsOf(keys.floats()), rowsOf(values.floats()), to, head);
        });
        return;
    }
    forRanges(tokens, 2 * width, [&](std::int64_t begin, std::int64_t end) {
        const auto put = [&](const float* from, void* all, std::int64_t place) {
            if (to.type == KvType::f32)
                std::copy_n(from, to.headDim, static_cast<float*>(all) + place);
            else
                m_elements.toBf16(from, to.headDim, static_cast<std::uint16_t*>(all) + place);
        };
        for (std::int64_t row = begin * to.kvHeads; row < end * to.kvHeads; ++row) {
            const std::int64_t token = first + row / to.kvHeads;
            const std::int64_t place = (row % to.kvHeads * to.capacity + token) * to.headDim;
            put(keys.floats() + row * to.headDim, to.keys, place);
            put(values.floats() + row * to.headDim, to.values, place);
        }
    });
}

void CpuBackend::quantize(const KeyValueView& from, const KeyValueView& to) {
    ASTERISM_CHECK(to.type == KvType::q8 && from.type != KvType::q8);
    ASTERISM_CHECK(from.tokens == to.tokens && from.kvHeads == to.kvHeads);
    ASTERISM_CHECK(from.headDim == to.headDim);
    m_pool.parallelFor(to.kvHeads, [&](std::int64_t head, int) {
        const auto rowsOf = [&](const void* all) {
            std::vector<float> widened(static_cast<std::size_t>(from.headDim));
            const std::int64_t begin = head * from.capacity * from.headDim;
            return [&, all, begin, widened](std::int64_t t) mutable -> const float* {
                const std::int64_t place = begin + t * from.headDim;
                if (from.type == KvType::f32) return static_cast<const float*>(all) + place;
                m_elements.fromBf16(static_cast<const std::uint16_t*>(all) + place, from.headDim,
                                    widened.data());
                return widened.data();
            };
        };
        storeBytes(rowsOf(from.keys), rowsOf(from.values), to, head);
    });
}

// One head as q8: keys per channel over all tokens, values per token. keyOf(t) and valueOf(t) give
// a token's values until the next is asked for.
template <typename Row>
void CpuBackend::storeBytes(Row&& keyOf, Row&& valueOf, const KeyValueView& to, std::int64_t head) {
    const std::int64_t begin = head * to.headDim;
    float* low = to.keyOffset + begin;
    float* scale = to.keyScale + begin;
    std::fill_n(low, to.headDim, std::numeric_limits<float>::max());
    std::fill_n(scale, to.headDim, std::numeric_limits<float>::lowest());
    bool areNumbers = true;
    for (std::int64_t t = 0; t < to.tokens; ++t)
        areNumbers &= m_elements.widenRange(keyOf(t), to.headDim, low, scale);
    std::vector<float> factor(static_cast<std::size_t>(to.headDim));
    for (std::int64_t i = 0; i < to.headDim; ++i) {
        const float range = scale[i] - low[i];
        scale[i] = range / 255.0F;
        factor[static_cast<std::size_t>(i)] = range > 0 ? 255.0F / range : 0.0F;
    }
    // Whoever attends to such keys must notice.
    if (!areNumbers) std::fill_n(scale, to.headDim, std::numeric_limits<float>::quiet_NaN());
    for (std::int64_t t = 0; t < to.tokens; ++t) {
        const std::int64_t place = (head * to.capacity + t) * to.headDim;
        m_elements.toUnsignedBytes(keyOf(t), low, factor.data(), to.headDim,
                                   static_cast<std::uint8_t*>(to.keys) + place);
        to.valueScale[head * to.capacity + t] = m_elements.toSignedBytes(
            valueOf(t), to.headDim, static_cast<std::int8_t*>(to.values) + place);
    }
}

void CpuBackend::merge(const Partial& part, const Partial& sum) {
    const AddedTime timed(m_seconds.merge);
    const std::int64_t rows = sum.logSumExp.elements();
    ASTERISM_CHECK(part.logSumExp.elements() == rows);
    ASTERISM_CHECK(part.output.elements() == sum.output.elements());
    if (rows == 0) return;
    const std::int64_t headDim = sum.output.elements() / rows;
    forRanges(rows, headDim, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t row = begin; row < end; ++row) {
            float& total = sum.logSumExp.floats()[row];
            const MergeWeights weights = mergeWeights(total, part.logSumExp.floats()[row]);
            total = weights.logSumExp;
            float* output = sum.output.floats() + row * headDim;
            const float* term = part.output.floats() + row * headDim;
            for (std::int64_t i = 0; i < headDim; ++i)
                output[i] = weights.first * output[i] + weights.second * term[i];
        }
    });
}

void CpuBackend::mergeParts(const TensorView& parts, const Partial& merged) {
    const AddedTime timed(m_seconds.merge);
    const std::int64_t rows = merged.logSumExp.elements();
    const std::int64_t values = merged.output.elements();
    const std::int64_t stride = values + rows;
    ASTERISM_CHECK(parts.rows() > 0 && parts.elements() == parts.rows() * stride);
    ASTERISM_CHECK(merged.output.type == DataType::f32);
    if (rows == 0) return;
    const std::int64_t headDim = values / rows;
    const float* end = parts.floats() + parts.elements();
    forRanges(rows, headDim * parts.rows(), [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t row = first; row < last; ++row) {
            float top = -std::numeric_limits<float>::infinity();
            for (const float* part = parts.floats(); part < end; part += stride)
                top = std::max(top, part[values + row]);
            float sum = 0;
            float* output = merged.output.floats() + row * headDim;
            std::fill_n(output, headDim, 0.0F);
            for (const float* part = parts.floats(); part < end; part += stride) {
                const float weight = partWeight(part[values + row], top);
                const float* term = part + row * headDim;
                sum += weight;
                for (std::int64_t i = 0; i < headDim; ++i) output[i] += weight * term[i];
            }
            merged.logSumExp.floats()[row] = logSumExpOfParts(sum, top);
            for (std::int64_t i = 0; sum != 0 && i < headDim; ++i) output[i] /= sum;
        }
    });
}

}  // namespace
}  // namespace cpu

std::unique_ptr<Backend> makeCpuBackend(const CpuOptions& options) {
    const cpu::InstructionSet set = cpu::chooseInstructionSet(options.instructionSet);
    return std::make_unique<cpu::CpuBackend>(options.threads, set,
                                             cpu::chooseArithmetic(options.arithmetic, set));
}

}  // namespace asterism
