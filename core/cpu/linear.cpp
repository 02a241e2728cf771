#include "core/cpu/linear.h"

#include <algorithm>
#include <array>

namespace asterism::cpu {
namespace {

// Up to here reading the weights costs more than multiplying.
constexpr std::int64_t kFewTokens = 12;
// Inputs of one pass over the weights, in bytes when packed.
constexpr std::int64_t kPassBytes = 32 << 20;
// Depth of a packed panel: a tile of inputs of this depth stays in the first-level cache.
constexpr std::int64_t kDepth = 640;
constexpr std::int64_t kRowsAtATime = 4;

std::int64_t roundUp(std::int64_t value, std::int64_t step) {
    return (value + step - 1) / step * step;
}

std::size_t index(std::int64_t value) {
    return static_cast<std::size_t>(value);
}

// Even cuts of a row at block boundaries, none longer than kDepth or one block.
std::int64_t depthStep(const CpuWeight& weight) {
    const std::int64_t block = std::max<std::int64_t>(dataTypeInfo(weight.type()).blockValues, 32);
    const std::int64_t parts = (weight.columns() + kDepth - 1) / kDepth;
    return roundUp((weight.columns() + parts - 1) / parts, block);
}

}  // namespace

Linear::Linear(ThreadPool& pool, const LinearKernels& kernels)
    : m_pool(pool), m_kernels(kernels), m_scratch(index(pool.threads())) {}

void Linear::multiply(const LinearCall& call) {
    // Rows that end within a vector exist in small plain models only: the packed way pads them.
    const bool even = call.weight->columns() % 32 == 0;
    if (even && call.tokens == 1) return multiplyOne(call);
    if (even && call.tokens <= kFewTokens) return multiplyFew(call);
    const std::int64_t most =
        std::max<std::int64_t>(512, kPassBytes / (4 * call.weight->columns()));
    for (std::int64_t first = 0; first < call.tokens; first += most) {
        LinearCall pass = call;
        pass.tokens = std::min(most, call.tokens - first);
        pass.input += first * call.weight->columns();
        pass.output += first * call.weight->rows();
        multiplyMany(pass);
    }
}

void Linear::multiplyOne(const LinearCall& call) {
    const CpuWeight& weight = *call.weight;
    constexpr std::int64_t kChunk = 32;
    m_pool.parallelFor((weight.rows() + kChunk - 1) / kChunk, [&](std::int64_t chunk, int) {
        const std::int64_t end = std::min(weight.rows(), (chunk + 1) * kChunk);
        for (std::int64_t first = chunk * kChunk; first < end; first += kRowsAtATime) {
            const auto count = static_cast<int>(std::min(kRowsAtATime, end - first));
            std::array<const std::byte*, kRowsAtATime> rows{};
            for (int r = 0; r < count; ++r) rows[index(r)] = weight.row(first + r);
            m_kernels.dotRows(weight.type(), rows.data(), count, call.input, weight.columns(),
                              call.output + first);
            if (!call.bias) continue;
            for (int r = 0; r < count; ++r) call.output[first + r] += call.bias[first + r];
        }
    });
}

void Linear::multiplyFew(const LinearCall& call) {
    const CpuWeight& weight = *call.weight;
    const std::int64_t columns = weight.columns();
    constexpr std::int64_t kChunk = 32;
    m_pool.parallelFor((weight.rows() + kChunk - 1) / kChunk, [&](std::int64_t chunk, int worker) {
        float* rows = m_scratch[index(worker)].floats(kRowsAtATime * (columns + 16 + call.tokens));
        float* results = rows + kRowsAtATime * (columns + 16);
        const std::int64_t end = std::min(weight.rows(), (chunk + 1) * kChunk);
        for (std::int64_t first = chunk * kChunk; first < end; first += kRowsAtATime) {
            const std::int64_t count = std::min(kRowsAtATime, end - first);
            for (std::int64_t r = 0; r < kRowsAtATime; ++r)
                m_kernels.decode(weight.type(), weight.row(first + std::min(r, count - 1)), columns,
                                 rows + r * columns);
            m_kernels.dotTokens(rows, columns, call.input, call.tokens, columns, results,
                                kRowsAtATime);
            for (std::int64_t t = 0; t < call.tokens; ++t)
                for (std::int64_t r = 0; r < count; ++r)
                    call.output[t * weight.rows() + first + r] =
                        results[t * kRowsAtATime + r] + (call.bias ? call.bias[first + r] : 0.0F);
        }
    });
}

void Linear::multiplyMany(const LinearCall& call) {
    const std::int64_t columns = call.weight->columns();
    const std::int64_t tileRows = m_kernels.tileRows;
    const std::int64_t tiles = (call.tokens + tileRows - 1) / tileRows;
    float* packed = m_inputs.floats(tiles * tileRows * columns);
    const std::int64_t step = depthStep(*call.weight);
    // [depth part, tile, depth, tileRows]
    m_pool.parallelFor(tiles, [&](std::int64_t tile, int) {
        const std::int64_t token = tile * tileRows;
        for (std::int64_t begin = 0; begin < columns; begin += step) {
            const std::int64_t depth = std::min(step, columns - begin);
            m_kernels.packInputs(call.input + token * columns + begin, columns,
                                 std::min(tileRows, call.tokens - token), depth,
                                 packed + (begin * tiles + tile * depth) * tileRows);
        }
    });
    const std::int64_t panel = m_kernels.panelColumns;
    const std::int64_t outputs = call.weight->rows();
    const std::int64_t panels = (outputs + panel - 1) / panel;
    const std::int64_t group = std::clamp<std::int64_t>(panels / (4 * m_pool.threads()), 1,
                                                        std::max<std::int64_t>(1, 128 / panel));
    m_pool.parallelFor((panels + group - 1) / group, [&](std::int64_t item, int worker) {
        const std::int64_t first = item * group * panel;
        multiplyPanels(call, first, std::min(group * panel, outputs - first), worker);
    });
}

void Linear::multiplyPanels(const LinearCall& call, std::int64_t firstOutput, std::int64_t outputs,
                            int worker) {
    const CpuWeight& weight = *call.weight;
    const std::int64_t columns = weight.columns();
    const std::int64_t panel = m_kernels.panelColumns;
    const std::int64_t tileRows = m_kernels.tileRows;
    const std::int64_t tiles = (call.tokens + tileRows - 1) / tileRows;
    const std::int64_t step = depthStep(weight);
    const std::int64_t rowStride = roundUp(step, 16) + 16;
    const std::int64_t panels = (outputs + panel - 1) / panel;
    float* decoded = m_scratch[index(worker)].floats(panel * (rowStride + panels * step));
    float* packedPanels = decoded + panel * rowStride;
    for (std::int64_t begin = 0; begin < columns; begin += step) {
        const std::int64_t depth = std::min(step, columns - begin);
        for (std::int64_t p = 0; p < panels; ++p) {
            const std::int64_t valid = std::min(panel, outputs - p * panel);
            for (std::int64_t r = 0; r < valid; ++r)
                m_kernels.decode(
                    weight.type(),
                    weight.row(firstOutput + p * panel + r) + rowBytes(weight.type(), begin), depth,
                    decoded + r * rowStride);
            m_kernels.packPanel(decoded, rowStride, valid, depth, packedPanels + p * panel * step);
        }
        const float* inputs = m_inputs.data() + begin * tiles * tileRows;
        for (std::int64_t tile = 0; tile < tiles; ++tile) {
            for (std::int64_t p = 0; p < panels; ++p) {
                const std::int64_t output = firstOutput + p * panel;
                TileProduct product;
                product.inputs = inputs + tile * depth * tileRows;
                product.panel = packedPanels + p * panel * step;
                product.depth = depth;
                product.output = call.output + tile * tileRows * weight.rows() + output;
                product.outputStride = weight.rows();
                product.rows = std::min(tileRows, call.tokens - tile * tileRows);
                product.columns = std::min(panel, outputs - p * panel);
                product.bias = call.bias && begin == 0 ? call.bias + output : nullptr;
                product.accumulate = begin > 0;
                m_kernels.multiplyTile(product);
            }
        }
    }
}

}  // namespace asterism::cpu
