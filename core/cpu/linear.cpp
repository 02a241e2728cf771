#include "core/cpu/linear.h"

#include <algorithm>
#include <array>

namespace asterism::cpu {
namespace {

// Up to here reading the weights costs more than multiplying.
constexpr std::int64_t kFewTokens = 12;
// Inputs of one pass over the weights, in bytes when packed.
constexpr std::int64_t kPassBytes = 4 << 20;
// Depth of a packed panel: a tile of inputs of this depth stays in the first-level cache.
constexpr std::int64_t kDepth = 640;
constexpr std::int64_t kRowsAtATime = 4;
// Tokens and outputs of one work item, at most; and tokens that repay widening the weights again.
constexpr std::int64_t kBlockTokens = 1024;
constexpr std::int64_t kGroupOutputs = 128;
constexpr std::int64_t kLeastTokens = 192;
// Columns that are widened before they are packed, so that they are still in the first-level
// cache; a multiple of every type's block. The stride keeps rows off each other's cache lines.
constexpr std::int64_t kDecodeDepth = 256;
constexpr std::int64_t kDecodeStride = kDecodeDepth + 16;

std::int64_t roundUp(std::int64_t value, std::int64_t step) {
    return (value + step - 1) / step * step;
}

std::int64_t ceilDivide(std::int64_t value, std::int64_t by) {
    return (value + by - 1) / by;
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
    ManyPlan plan;
    plan.call = &call;
    plan.depth = depthStep(*call.weight);
    plan.tiles = ceilDivide(call.tokens, m_kernels.tileRows);
    packInputs(plan);

    // Items of some panels and some tiles: each widens its weights once, so many tiles are good,
    // but what an item reads and writes again for the next part of the depth should stay cached.
    const std::int64_t panels = ceilDivide(call.weight->rows(), m_kernels.panelColumns);
    plan.groupPanels =
        std::clamp<std::int64_t>(panels / (4 * m_pool.threads()), 1,
                                 std::max<std::int64_t>(1, kGroupOutputs / m_kernels.panelColumns));
    const std::int64_t groups = ceilDivide(panels, plan.groupPanels);
    const std::int64_t parts =
        std::max(ceilDivide(call.tokens, kBlockTokens),
                 std::min(ceilDivide(3 * m_pool.threads(), groups), call.tokens / kLeastTokens));
    plan.blockTiles = ceilDivide(plan.tiles, std::max<std::int64_t>(parts, 1));
    m_pool.parallelFor(
        groups * ceilDivide(plan.tiles, plan.blockTiles), [&](std::int64_t item, int worker) {
            multiplyBlock(plan, item % groups, item / groups, m_scratch[index(worker)]);
        });
}

// Packs all inputs as [part of the depth, tile, depth, tileRows].
void Linear::packInputs(ManyPlan& plan) {
    const LinearCall& call = *plan.call;
    const std::int64_t columns = call.weight->columns();
    const std::int64_t tileRows = m_kernels.tileRows;
    float* packed = m_inputs.floats(plan.tiles * tileRows * columns);
    plan.inputs = packed;
    m_pool.parallelFor(plan.tiles, [&](std::int64_t tile, int) {
        const std::int64_t token = tile * tileRows;
        for (std::int64_t begin = 0; begin < columns; begin += plan.depth) {
            const std::int64_t depth = std::min(plan.depth, columns - begin);
            m_kernels.packInputs(call.input + token * columns + begin, columns,
                                 std::min(tileRows, call.tokens - token), depth,
                                 packed + (begin * plan.tiles + tile * depth) * tileRows);
        }
    });
}

// Widens and packs `depth` columns from `begin` on of one panel.
void Linear::packPanel(const CpuWeight& weight, std::int64_t firstOutput, std::int64_t begin,
                       std::int64_t depth, float* decoded, float* packed) const {
    const std::int64_t panel = m_kernels.panelColumns;
    const std::int64_t valid = std::min(panel, weight.rows() - firstOutput);
    for (std::int64_t done = 0; done < depth; done += kDecodeDepth) {
        const std::int64_t count = std::min(kDecodeDepth, depth - done);
        for (std::int64_t r = 0; r < valid; ++r)
            m_kernels.decode(weight.type(),
                             weight.row(firstOutput + r) + rowBytes(weight.type(), begin + done),
                             count, decoded + r * kDecodeStride);
        m_kernels.packPanel(decoded, kDecodeStride, valid, count, packed + done * panel);
    }
}

void Linear::multiplyBlock(const ManyPlan& plan, std::int64_t group, std::int64_t block,
                           Scratch& scratch) const {
    const CpuWeight& weight = *plan.call->weight;
    const std::int64_t panel = m_kernels.panelColumns;
    const std::int64_t firstOutput = group * plan.groupPanels * panel;
    const std::int64_t panels =
        std::min(plan.groupPanels, ceilDivide(weight.rows() - firstOutput, panel));
    float* decoded = scratch.floats(panel * (kDecodeStride + panels * plan.depth));
    float* packed = decoded + panel * kDecodeStride;
    for (std::int64_t begin = 0; begin < weight.columns(); begin += plan.depth) {
        const std::int64_t depth = std::min(plan.depth, weight.columns() - begin);
        for (std::int64_t p = 0; p < panels; ++p)
            packPanel(weight, firstOutput + p * panel, begin, depth, decoded,
                      packed + p * panel * plan.depth);
        const std::int64_t end = std::min(plan.tiles, (block + 1) * plan.blockTiles);
        for (std::int64_t tile = block * plan.blockTiles; tile < end; ++tile)
            for (std::int64_t p = 0; p < panels; ++p)
                multiplyTile(plan, tile, firstOutput + p * panel, begin,
                             packed + p * panel * plan.depth);
    }
}

void Linear::multiplyTile(const ManyPlan& plan, std::int64_t tile, std::int64_t output,
                          std::int64_t begin, const float* panel) const {
    const LinearCall& call = *plan.call;
    const std::int64_t outputs = call.weight->rows();
    const std::int64_t tileRows = m_kernels.tileRows;
    TileProduct product;
    product.depth = std::min(plan.depth, call.weight->columns() - begin);
    product.inputs = plan.inputs + (begin * plan.tiles + tile * product.depth) * tileRows;
    product.panel = panel;
    product.output = call.output + tile * tileRows * outputs + output;
    product.outputStride = outputs;
    product.rows = std::min(tileRows, call.tokens - tile * tileRows);
    product.columns = std::min(m_kernels.panelColumns, outputs - output);
    product.bias = call.bias && begin == 0 ? call.bias + output : nullptr;
    product.accumulate = begin > 0;
    m_kernels.multiplyTile(product);
}

}  // namespace asterism::cpu
