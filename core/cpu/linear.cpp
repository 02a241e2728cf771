#include "core/cpu/linear.h"

#include <algorithm>
#include <array>

#include "core/base/check.h"
#include "core/cpu/sizes.h"

namespace asterism::cpu {
namespace {

// Up to here reading the weights costs more than multiplying.
constexpr std::int64_t kFewTokens = 12;
// Inputs of one pass over the weights, in bytes when packed, and the fewest tokens of a pass.
constexpr std::int64_t kPassBytes = 4 << 20;
constexpr std::int64_t kPassTokens = 512;
constexpr std::int64_t kRowsAtATime = 4;
// Tokens and outputs of one work item, at most; and tokens that repay widening the weights again.
constexpr std::int64_t kBlockTokens = 1024;
constexpr std::int64_t kGroupOutputs = 128;
constexpr std::int64_t kLeastTokens = 192;
// Columns that are widened before they are packed, so that they are still in the first-level
// cache; a multiple of every type's block. The stride keeps rows off each other's cache lines.
constexpr std::int64_t kDecodeDepth = 256;
constexpr std::int64_t kDecodeStride = kDecodeDepth + 16;

// Even cuts of a row at block boundaries, none longer than `most` or one block.
std::int64_t depthStep(const CpuWeight& weight, std::int64_t most) {
    const std::int64_t block = std::max<std::int64_t>(dataTypeInfo(weight.type()).blockValues, 32);
    const std::int64_t parts = ceilDivide(weight.columns(), most);
    return roundUp(ceilDivide(weight.columns(), parts), block);
}

// Memory for bytes that start on a cache line.
std::byte* bytesOf(Scratch& scratch, std::int64_t count) {
    constexpr auto kFloat = static_cast<std::int64_t>(sizeof(float));
    return reinterpret_cast<std::byte*>(scratch.floats(ceilDivide(count, kFloat)));
}

}  // namespace

Linear::Linear(ThreadPool& pool, Arithmetic arithmetic, InstructionSet set)
    : m_pool(pool),
      m_kernels(linearKernels(set)),
      m_packed(packedKernels(arithmetic, set)),
      m_bytes(byteDotKernels(arithmetic)),
      m_scratch(index(pool.threads())) {}

bool Linear::isMany(std::int64_t tokens) {
    return tokens > kFewTokens;
}

void Linear::multiply(const LinearCall& call) {
    ASTERISM_CHECK(!call.accumulate || isMany(call.tokens));
    // Rows that end within a vector exist in small plain models only: the packed way pads them.
    const bool even = call.weight->columns() % 32 == 0;
    if (even && call.tokens <= kFewTokens && m_bytes && m_bytes->takes(call.weight->type()))
        return multiplyBytes(call);
    if (even && call.tokens == 1) return multiplyOne(call);
    if (even && call.tokens <= kFewTokens) return multiplyFew(call);
    const bool isTaken = even && m_packed.takes(call.weight->type());
    const PackedKernels& kernels = isTaken ? m_packed : m_kernels.packed;
    const std::int64_t tokenBytes = ceilDivide(kernels.tileBytes * call.weight->columns(),
                                               kernels.tileRows * kernels.depthStep);
    const std::int64_t most = std::max(kPassTokens, kPassBytes / tokenBytes);
    for (std::int64_t first = 0; first < call.tokens; first += most) {
        LinearCall pass = call;
        pass.tokens = std::min(most, call.tokens - first);
        pass.input += first * call.weight->columns();
        pass.output += first * call.weight->rows();
        multiplyMany(pass, kernels);
    }
}

void Linear::multiplyOne(const LinearCall& call) {
    const CpuWeight& weight = *call.weight;
    constexpr std::int64_t kChunk = 32;
    m_pool.parallelFor(ceilDivide(weight.rows(), kChunk), [&](std::int64_t chunk, int) {
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
    m_pool.parallelFor(ceilDivide(weight.rows(), kChunk), [&](std::int64_t chunk, int worker) {
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

// Inputs rounded to bytes times the weights as they are stored.
void Linear::multiplyBytes(const LinearCall& call) {
    const CpuWeight& weight = *call.weight;
    const std::int64_t columns = weight.columns();
    const std::int64_t figures = columns / 8;  // of one token
    m_packedInput = {};
    float* allFigures = m_inputs.floats(call.tokens * (figures + columns / 4));
    auto* allBytes = reinterpret_cast<std::int8_t*>(allFigures + call.tokens * figures);
    const auto inputOf = [&](std::int64_t token) {
        return ByteInput{allBytes + token * columns, allFigures + token * figures};
    };
    for (std::int64_t t = 0; t < call.tokens; ++t)
        m_bytes->round(call.input + t * columns, columns, inputOf(t));
    constexpr std::int64_t kChunk = 32;
    const std::int64_t chunks = ceilDivide(weight.rows(), kChunk);
    // Threads take items in turn: each walks through a part of its own, so that what it fetches
    // ahead is what it reads next.
    const std::int64_t part = ceilDivide(chunks, m_pool.threads());
    m_pool.parallelFor(part * m_pool.threads(), [&](std::int64_t item, int) {
        const std::int64_t chunk = item % m_pool.threads() * part + item / m_pool.threads();
        if (chunk >= chunks) return;
        const std::int64_t end = std::min(weight.rows(), (chunk + 1) * kChunk);
        const std::int64_t first = chunk * kChunk;
        std::array<const std::byte*, kChunk> rows{};
        for (std::int64_t r = first; r < end; ++r) rows[index(r - first)] = weight.row(r);
        for (std::int64_t t = 0; t < call.tokens; ++t) {
            float* outputs = call.output + t * weight.rows() + first;
            m_bytes->dot(weight.type(), rows.data(), end - first, inputOf(t), columns, outputs);
            if (!call.bias) continue;
            for (std::int64_t r = first; r < end; ++r) outputs[r - first] += call.bias[r];
        }
    });
}

void Linear::multiplyMany(const LinearCall& call, const PackedKernels& kernels) {
    ManyPlan plan;
    plan.call = &call;
    plan.kernels = &kernels;
    plan.depth = depthStep(*call.weight, kernels.mostDepth);
    plan.tiles = ceilDivide(call.tokens, kernels.tileRows);
    std::byte* inputs = bytesOf(
        m_inputs, plan.tiles * call.weight->columns() / kernels.depthStep * kernels.tileBytes);
    plan.inputs = inputs;
    const PackedInput packed{call.input, call.tokens, &kernels, plan.depth};
    if (!call.isSameInput || packed != m_packedInput) packInputs(plan, inputs);
    m_packedInput = packed;

    // Items of some panels and some tiles: each widens its weights once, so many tiles are good,
    // but what an item reads and writes again for the next part of the depth should stay cached.
    const std::int64_t panels = ceilDivide(call.weight->rows(), kernels.panelColumns);
    plan.groupPanels =
        std::clamp<std::int64_t>(panels / (4 * m_pool.threads()), 1,
                                 std::max<std::int64_t>(1, kGroupOutputs / kernels.panelColumns));
    const std::int64_t groups = ceilDivide(panels, plan.groupPanels);
    const std::int64_t parts =
        std::max(ceilDivide(call.tokens, kBlockTokens),
                 std::min(ceilDivide(3 * m_pool.threads(), groups), call.tokens / kLeastTokens));
    plan.blockTiles = ceilDivide(plan.tiles, std::max<std::int64_t>(parts, 1));
    m_pool.parallelFor(
        groups * ceilDivide(plan.tiles, plan.blockTiles), [&](std::int64_t item, int worker) {
            if (kernels.begin) kernels.begin();
            multiplyBlock(plan, item % groups, item / groups, m_scratch[index(worker)]);
            if (kernels.end) kernels.end();
        });
}

// Packs all inputs as [part of the depth, tile, depth of the tile].
void Linear::packInputs(const ManyPlan& plan, std::byte* packed) {
    const LinearCall& call = *plan.call;
    const PackedKernels& kernels = *plan.kernels;
    const std::int64_t columns = call.weight->columns();
    const std::int64_t tileRows = kernels.tileRows;
    m_pool.parallelFor(plan.tiles, [&](std::int64_t tile, int) {
        const std::int64_t token = tile * tileRows;
        for (std::int64_t begin = 0; begin < columns; begin += plan.depth) {
            const std::int64_t depth = std::min(plan.depth, columns - begin);
            const std::int64_t place = begin * plan.tiles + tile * depth;
            kernels.packInputs(call.input + token * columns + begin, columns,
                               std::min(tileRows, call.tokens - token), depth,
                               packed + place / kernels.depthStep * kernels.tileBytes);
        }
    });
}

// Widens and packs the part of the depth that begins at `begin` of one panel.
void Linear::packPanel(const ManyPlan& plan, std::int64_t firstOutput, std::int64_t begin,
                       float* decoded, std::byte* packed) const {
    const CpuWeight& weight = *plan.call->weight;
    const PackedKernels& kernels = *plan.kernels;
    const std::int64_t depth = std::min(plan.depth, weight.columns() - begin);
    const std::int64_t valid = std::min(kernels.panelColumns, weight.rows() - firstOutput);
    std::array<const std::byte*, kMostPanelColumns> rows{};
    for (std::int64_t r = 0; r < valid; ++r)
        rows[index(r)] = weight.row(firstOutput + r) + rowBytes(weight.type(), begin);
    if (kernels.packStored && kernels.packStored(weight.type(), rows.data(), valid, depth, packed))
        return;
    for (std::int64_t done = 0; done < depth; done += kDecodeDepth) {
        const std::int64_t count = std::min(kDecodeDepth, depth - done);
        for (std::int64_t r = 0; r < valid; ++r)
            m_kernels.decode(weight.type(), rows[index(r)] + rowBytes(weight.type(), done), count,
                             decoded + r * kDecodeStride);
        kernels.packPanel(decoded, kDecodeStride, valid, count,
                          packed + done / kernels.depthStep * kernels.panelBytes);
    }
}

void Linear::multiplyBlock(const ManyPlan& plan, std::int64_t group, std::int64_t block,
                           Scratch& scratch) const {
    const CpuWeight& weight = *plan.call->weight;
    const PackedKernels& kernels = *plan.kernels;
    const std::int64_t panel = kernels.panelColumns;
    const std::int64_t firstOutput = group * plan.groupPanels * panel;
    const std::int64_t panels =
        std::min(plan.groupPanels, ceilDivide(weight.rows() - firstOutput, panel));
    const std::int64_t decodedBytes =
        panel * kDecodeStride * static_cast<std::int64_t>(sizeof(float));
    const std::int64_t panelBytes = ceilDivide(plan.depth, kernels.depthStep) * kernels.panelBytes;
    std::byte* memory = bytesOf(scratch, decodedBytes + panels * panelBytes);
    auto* decoded = reinterpret_cast<float*>(memory);
    std::byte* packed = memory + decodedBytes;
    for (std::int64_t begin = 0; begin < weight.columns(); begin += plan.depth) {
        for (std::int64_t p = 0; p < panels; ++p)
            packPanel(plan, firstOutput + p * panel, begin, decoded, packed + p * panelBytes);
        const std::int64_t end = std::min(plan.tiles, (block + 1) * plan.blockTiles);
        for (std::int64_t tile = block * plan.blockTiles; tile < end; ++tile)
            for (std::int64_t p = 0; p < panels; ++p)
                multiplyTile(plan, tile, firstOutput + p * panel, begin, packed + p * panelBytes);
    }
}

void Linear::multiplyTile(const ManyPlan& plan, std::int64_t tile, std::int64_t output,
                          std::int64_t begin, const std::byte* panel) const {
    const LinearCall& call = *plan.call;
    const PackedKernels& kernels = *plan.kernels;
    const std::int64_t outputs = call.weight->rows();
    const std::int64_t tileRows = kernels.tileRows;
    PackedProduct product;
    product.depth = std::min(plan.depth, call.weight->columns() - begin);
    product.inputs = plan.inputs + (begin * plan.tiles + tile * product.depth) / kernels.depthStep *
                                       kernels.tileBytes;
    product.panel = panel;
    product.output = call.output + tile * tileRows * outputs + output;
    product.outputStride = outputs;
    product.rows = std::min(tileRows, call.tokens - tile * tileRows);
    product.columns = std::min(kernels.panelColumns, outputs - output);
    product.bias = call.bias && begin == 0 ? call.bias + output : nullptr;
    product.accumulate = call.accumulate || begin > 0;
    kernels.multiplyTile(product);
}

}  // namespace asterism::cpu
