#include "core/star/memory_plan.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

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
    // The decoder keeps its own from one run to the next. Beside it stands a layer of the block.
    const std::int64_t activations = rank.decoder().missingWorkValues(tokens) + 2 * tokens * keys;
    // Space for these grows by a quarter more than it has to.
    const std::int64_t copies = (2 * tokens * queries + 2 * visible * keys) * 5 / 4;
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

namespace {

// What one device has to hold, for all the ranks on it.
struct DeviceNeed {
    MemoryPlan plan;
    MemoryUse use;
    Backend* backend = nullptr;
    HostMemory host;          // asked for only where the device has too little
    std::int64_t onHost = 0;  // of the keys and values, what stands there

    std::int64_t fixed() const { return plan.anchor + plan.workSpace; }
    // Kept free for turns, and for what the vendor's libraries take when they are first used.
    std::int64_t margin() const { return use.total / 64; }
};

struct Needs {
    std::map<int, DeviceNeed> byDevice;  // only of those that know what they have free
    std::vector<DeviceNeed*> ofRank;     // null: not known
};

Needs needsOf(std::span<const std::unique_ptr<Rank>> ranks, const EncodedContext& context) {
    Needs needs;
    for (const auto& rank : ranks) {
        const MemoryUse use = rank->backend().memory();
        DeviceNeed* need = use.total > 0 ? &needs.byDevice[use.device] : nullptr;
        needs.ofRank.push_back(need);
        if (!need) continue;
        const MemoryPlan plan = planMemory(*rank, context);
        need->plan.keyValues += plan.keyValues;
        need->plan.anchor += plan.anchor;
        need->plan.workSpace += plan.workSpace;
        need->use = use;
        need->backend = &rank->backend();
    }
    return needs;
}

[[noreturn]] void throwNoRoom(const DeviceNeed& need, const EncodedContext& context) {
    const std::string host =
        need.host.free > 0 ? ", with " + gigabytes(need.host.free) + " of the computer's own memory"
                           : std::string();
    throw Error("the context needs ", gigabytes(need.plan.total()), " of memory on ",
                need.backend->description(), " (keys and values ", gigabytes(need.plan.keyValues),
                ", anchor ", gigabytes(need.plan.anchor), ", work space ",
                gigabytes(need.plan.workSpace), ") and ", gigabytes(need.use.free), " of ",
                gigabytes(need.use.total), " are free", host, "; use ",
                context.options.kv == KvType::q8 ? "" : "--kv q8, ",
                "smaller blocks, a shorter context, more GPUs, or --device cpu");
}

// Where the device has too little: what the host can take. Throws Error where that cannot help.
void askHost(DeviceNeed& need, const EncodedContext& context) {
    if (need.plan.total() + need.margin() <= need.use.free) return;
    need.host = need.backend->hostMemory();
    const std::int64_t least = need.host.free > 0 ? need.fixed() : need.plan.total();
    if (least > need.use.free) throwNoRoom(need, context);
}

// The blocks that are not there yet: those that are wanted now before the others.
std::vector<std::size_t> missingBlocks(const EncodedContext& context,
                                       std::span<const std::size_t> wanted) {
    std::vector<std::size_t> order(wanted.begin(), wanted.end());
    for (std::size_t i = 0; i < context.blocks.size(); ++i)
        if (!std::binary_search(wanted.begin(), wanted.end(), i)) order.push_back(i);
    std::erase_if(order, [&](std::size_t i) { return context.hasBlock(i); });
    return order;
}

// Blocks go to their device as long as it has room.
void fillDevices(Needs& needs, std::span<const std::size_t> order, const KvLayout& layout,
                 EncodedContext& context) {
    std::map<const DeviceNeed*, std::int64_t> room;
    for (const auto& [device, need] : needs.byDevice)
        room[&need] = need.use.free - need.margin() - need.fixed();
    for (const std::size_t i : order) {
        DeviceNeed* need = needs.ofRank[static_cast<std::size_t>(context.rankOf[i])];
        const std::int64_t bytes = layout.blockBytes(context.blocks[i].tokens());
        const bool isOnHost = need && need->host.free > 0 && bytes > room[need];
        context.places[i] = isOnHost ? MemoryPlace::host : MemoryPlace::device;
        if (isOnHost)
            need->onHost += bytes;
        else if (need)
            room[need] -= bytes;
    }
}

// Devices read the host's memory side by side, so that the slowest of them counts.
std::string spillNote(const Needs& needs, const EncodedContext& context, std::int64_t bytes) {
    double seconds = 0;
    std::string where;
    for (const auto& [device, need] : needs.byDevice) {
        if (need.onHost == 0) continue;
        seconds = std::max(seconds, static_cast<double>(need.onHost) /
                                        std::max(need.host.readBytesPerSecond, 1.0));
        where += (where.empty() ? "" : " and ") + need.backend->description();
    }
    const auto blocks = std::count(context.places.begin(), context.places.end(), MemoryPlace::host);
    return std::to_string(blocks) + " of " + std::to_string(context.blocks.size()) + " blocks (" +
           gigabytes(bytes) + " of keys and values) do not fit on " + where +
           " and stay in the computer's memory: every token of an answer takes about " +
           std::to_string(std::llround(std::ceil(seconds * 1e3))) + " ms longer; use " +
           (context.options.kv == KvType::q8 ? "" : "--kv q8, ") +
           "a shorter context, a smaller or more quantised model, or more GPUs";
}

}  // namespace

std::string chooseMemory(std::span<const std::unique_ptr<Rank>> ranks, EncodedContext& context,
                         std::span<const std::size_t> wanted) {
    Needs needs = needsOf(ranks, context);
    for (auto& [device, need] : needs.byDevice) askHost(need, context);
    const auto wasOnHost =
        std::count(context.places.begin(), context.places.end(), MemoryPlace::host);
    fillDevices(needs, missingBlocks(context, wanted),
                kvLayout(ranks.front()->config(), context.options.kv), context);
    std::int64_t onHost = 0;
    const DeviceNeed* most = nullptr;
    for (const auto& [device, need] : needs.byDevice) {
        onHost += need.onHost;
        if (!most || need.onHost > most->onHost) most = &need;
    }
    if (onHost == 0) return {};
    if (onHost > most->host.free) throwNoRoom(*most, context);
    return wasOnHost > 0 ? std::string() : spillNote(needs, context, onHost);
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
