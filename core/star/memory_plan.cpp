#include "core/star/memory_plan.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>

#include "core/base/error.h"
#include "core/star/context_encoder.h"

namespace asterism {

namespace {

std::string gigabytes(std::int64_t bytes) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.2f GB", static_cast<double>(bytes) * 1e-9);
    return text;
}

std::int64_t longestBlock(const EncodedContext& context) {
    std::int64_t longest = context.anchorTokens;
    for (const TokenRange& block : context.blocks) longest = std::max(longest, block.tokens());
    return longest;
}

// What a run of `tokens` goes through: the decoder's activations, copies for attention over
// `visible` keys, a weight turned into plain numbers, partials of all ranks, one row of logits.
std::int64_t workSpaceBytes(const Rank& rank, std::int64_t tokens, std::int64_t visible) {
    const ModelConfig& config = rank.config();
    const Backend& backend = rank.backend();
    const DataType type = backend.activationType();
    const std::int64_t queries = config.heads * config.headDim;
    const std::int64_t keys = config.kvHeads * config.headDim;
    const std::int64_t ranks = rank.count();
    const std::int64_t rows = std::min(tokens, backend.rowsAtOnce());
    const std::int64_t activations =
        tokens * (2 * config.hidden + 2 * queries + 4 * keys) + 2 * rows * config.feedForward;
    const std::int64_t copies = 2 * tokens * queries + 2 * visible * keys;
    const std::int64_t plainWeight = config.hidden * std::max(config.feedForward, queries);
    const std::int64_t partials = ranks > 1 ? (1 + ranks) * tokens * queries : 0;
    return rowBytes(type, activations + copies + plainWeight) +
           rowBytes(DataType::f32, partials + tokens * config.heads + config.vocabulary);
}

}  // namespace

MemoryPlan planMemory(const Rank& rank, const EncodedContext& context) {
    const KvLayout layout = kvLayout(rank.config(), context.options.kv);
    MemoryPlan plan;
    for (std::size_t i = 0; i < context.blocks.size(); ++i)
        if (context.rankOf[i] == rank.index() && !context.keyValues[i])
            plan.keyValues += layout.blockBytes(context.blocks[i].tokens());
    if (context.anchorTokens > 0 && !context.anchors[static_cast<std::size_t>(rank.index())])
        plan.anchor =
            kvLayout(rank.config(), rank.activationKvType()).blockBytes(context.anchorTokens);
    const std::int64_t longest = longestBlock(context);
    const bool isStar = context.options.attention == AttentionMode::star;
    plan.workSpace = workSpaceBytes(
        rank, longest, isStar ? longest + context.anchorTokens : context.contextTokens());
    return plan;
}

void checkContextFits(std::span<const std::unique_ptr<Rank>> ranks, const EncodedContext& context) {
    struct Need {
        MemoryPlan plan;
        MemoryUse use;
        std::string where;
    };
    std::map<int, Need> byDevice;  // ranks may share one
    for (const auto& rank : ranks) {
        const MemoryUse use = rank->backend().memory();
        if (use.total == 0) continue;
        const MemoryPlan plan = planMemory(*rank, context);
        Need& need = byDevice[use.device];
        need.plan.keyValues += plan.keyValues;
        need.plan.anchor += plan.anchor;
        need.plan.workSpace += plan.workSpace;
        need.use = use;
        need.where = rank->backend().description();
    }
    for (const auto& [device, need] : byDevice)
        if (need.plan.total() > need.use.free)
            throw Error("the context needs ", gigabytes(need.plan.total()), " of memory on ",
                        need.where, " (keys and values ", gigabytes(need.plan.keyValues),
                        ", anchor ", gigabytes(need.plan.anchor), ", work space ",
                        gigabytes(need.plan.workSpace), ") and ", gigabytes(need.use.free), " of ",
                        gigabytes(need.use.total),
                        " are free; use --kv q8, smaller blocks, a shorter context, more GPUs, or "
                        "--device cpu");
}

void checkWeightsFit(const ModelFile& model, const Backend& backend) {
    const MemoryUse use = backend.memory();
    if (use.total == 0) return;
    std::int64_t bytes = 0;
    for (const StoredTensor& tensor : model.tensors())
        bytes += static_cast<std::int64_t>(tensor.bytes.size());
    if (bytes > use.free)
        throw Error("the model's weights take ", gigabytes(bytes), " on ", backend.description(),
                    " and ", gigabytes(use.free), " of ", gigabytes(use.total),
                    " are free; use a smaller or more quantised model, end what else uses the GPU, "
                    "or --device cpu");
}

}  // namespace asterism
