#include "core/engine.h"

#include <algorithm>
#include <exception>
#include <mutex>
#include <numeric>
#include <thread>

#include "core/base/error.h"
#include "core/base/threads.h"
#include "core/star/encoding_cost.h"
#include "core/star/memory_plan.h"

namespace asterism {

namespace {

std::int64_t anchorLength(const ContextOptions& options, std::span<const TokenRange> blocks) {
    if (options.attention != AttentionMode::star) return 0;
    switch (options.anchor) {
        case AnchorMode::none:
            return 0;
        case AnchorMode::fixedText:
            return static_cast<std::int64_t>(options.fixedAnchor.size());
        case AnchorMode::first:
            break;
    }
    const std::int64_t wanted =
        options.anchorTokens > 0 ? options.anchorTokens : options.blockTokens;
    return std::min(wanted, blocks.front().tokens());
}

void checkOptions(const ContextOptions& options) {
    if (options.anchorTokens < 0)
        throw Error("an anchor of ", options.anchorTokens,
                    " tokens is not possible; use 1 or more, or anchor mode none");
    if (options.attention == AttentionMode::star && options.anchor == AnchorMode::fixedText &&
        options.fixedAnchor.empty())
        throw Error("the anchor text is empty; give it at least one token or use anchor mode none");
    if (options.attention == AttentionMode::window &&
        (options.slidingTokens < 1 || options.sinkTokens < 0))
        throw Error("a window of ", options.slidingTokens, " sliding and ", options.sinkTokens,
                    " sink tokens is not possible; use at least 1 and 0");
}

// Of blocks that are encoded right behind the anchor, wherever they stand.
std::string blockWarning(const ModelConfig& config, const EncodedContext& context) {
    std::int64_t farthest = 0;
    for (std::size_t i = 0; i < context.blocks.size(); ++i) {
        const bool isAnchor = i == 0 && !context.hasFixedAnchor();
        const std::int64_t before = isAnchor ? 0 : context.anchorTokens;
        farthest = std::max(farthest, before + context.blocks[i].tokens());
    }
    if (farthest <= config.window) return {};
    return "a block and the anchor before it have " + std::to_string(farthest) +
           " tokens, the model's window is " + std::to_string(config.window) +
           ": answers will suffer; make blocks shorter";
}

std::string contextWarning(const ModelConfig& config, const EncodedContext& context) {
    if (context.options.attention == AttentionMode::star &&
        context.options.positions == Positions::contiguous)
        return blockWarning(config, context);
    if (context.contextTokens() <= config.window) return {};
    return "the context has " + std::to_string(context.contextTokens()) +
           " tokens, the model's window is " + std::to_string(config.window) +
           ": answers will suffer; star attention with contiguous positions stays inside it";
}

// Spreads the blocks by what they cost to encode. Blocks that a store has count as the others do:
// the ranks' shares, and with them every bit of an answer, stay the same when a project is
// reopened.
void assignRanks(EncodedContext& context, const ModelConfig& config, int ranks) {
    const std::size_t count = context.blocks.size();
    if (context.options.attention == AttentionMode::ring) {
        for (std::size_t i = 0; i < count; ++i)
            context.rankOf.push_back(static_cast<int>(std::min(i, count - 1 - i)));
        return;
    }
    std::vector<double> costs;
    for (std::size_t i = 0; i < count; ++i)
        costs.push_back(
            encodingFlops(config, context.blocks[i].tokens(), i == 0 ? 0 : context.anchorTokens));
    context.rankOf = assignBlocks(costs, ranks);
}

// A rank that has its anchor does not wait for those that receive theirs.
void dropAnchorsUnlessAll(EncodedContext& context) {
    const auto isThere = [](const auto& anchor) { return anchor != nullptr; };
    if (context.isComplete() || std::ranges::all_of(context.anchors, isThere)) return;
    for (auto& anchor : context.anchors) anchor.reset();
}

// For events of several ranks.
EventSink oneAtATime(const EventSink& events) {
    return [&events, mutex = std::make_shared<std::mutex>()](const EngineEvent& event) {
        const std::lock_guard lock(*mutex);
        if (events) events(event);
    };
}

// Those of the blocks at `indices` that are not there yet.
std::vector<std::size_t> missingBlocks(const EncodedContext& context,
                                       std::span<const std::size_t> indices) {
    std::vector<std::size_t> blocks;
    for (const std::size_t index : indices)
        if (!context.hasBlock(index)) blocks.push_back(index);
    return blocks;
}

// Once nothing is encoded behind the anchor any more. Questions see a fixed one.
void dropAnchorsIfComplete(EncodedContext& context) {
    if (!context.isComplete()) return;
    for (std::size_t rank = context.hasFixedAnchor() ? 1 : 0; rank < context.anchors.size(); ++rank)
        context.anchors[rank].reset();
}

}  // namespace

Engine::Engine(EngineParts parts)
    : m_file(std::move(parts.file)),
      m_config(readModelConfig(*m_file)),
      m_tokenizer(makeTokenizer(m_file->vocabulary())),
      m_connectRanks(std::move(parts.connectRanks)),
      m_backends(std::move(parts.backends)) {
    ASTERISM_CHECK(!m_backends.empty() && parts.deviceOf.size() == m_backends.size());
    std::vector<int> loaded;
    for (std::size_t rank = 0; rank < m_backends.size(); ++rank) {
        const auto same = std::find(loaded.begin(), loaded.end(), parts.deviceOf[rank]);
        const auto device = static_cast<std::size_t>(same - loaded.begin());
        if (same == loaded.end()) {
            loaded.push_back(parts.deviceOf[rank]);
            checkWeightsFit(*m_file, *m_backends[rank]);
            m_weights.push_back(
                std::make_unique<ModelWeights>(loadWeights(*m_file, m_config, *m_backends[rank])));
        }
        m_ranks.push_back(std::make_unique<Rank>(m_config, *m_weights[device], *m_backends[rank]));
    }
    connect();
}

Engine::~Engine() = default;

void Engine::connect() {
    m_communicators = m_connectRanks();
    ASTERISM_CHECK(m_communicators.size() == m_ranks.size());
    for (std::size_t rank = 0; rank < m_ranks.size(); ++rank)
        m_ranks[rank]->setCommunicator(*m_communicators[rank]);
}

std::string Engine::description() const {
    std::string text = m_backends.front()->description();
    if (ranks() > 1) text = std::to_string(ranks()) + " ranks, each " + text;
    return text;
}

void Engine::runOnRanks(const std::function<void(Rank&)>& work) {
    if (m_communicators.empty()) connect();
    std::mutex mutex;
    std::exception_ptr failure;
    const auto guarded = [&](Rank& rank, const std::function<void(Rank&)>& part) {
        try {
            part(rank);
            return;
        } catch (const RankAborted&) {
            // The rank that failed first has said why.
        } catch (...) {
            const std::lock_guard lock(mutex);
            if (!failure) failure = std::current_exception();
        }
        rank.communicator().abort();
    };
    {
        std::vector<std::jthread> others;
        // Ranks that run wait for those that cannot be started: that ends the run too.
        guarded(*m_ranks.front(), [&](Rank& first) {
            for (std::size_t rank = 1; rank < m_ranks.size(); ++rank)
                others.push_back(startThread([&, rank] { guarded(*m_ranks[rank], work); }));
            work(first);
        });
    }
    if (!failure) return;
    // Connecting anew may fail too, for the same reason, which says less: it waits for the next
    // run. The old communicators end with this one, and what still stands in backends with them.
    m_communicators.clear();
    std::rethrow_exception(failure);
}

std::vector<TokenRange> Engine::plan(std::span<const TokenId> context,
                                     std::span<const CutPoint> cuts,
                                     const ContextOptions& options) const {
    const auto tokens = static_cast<std::int64_t>(context.size());
    if (options.attention == AttentionMode::ring) {
        if (tokens < 2 * ranks())
            throw Error("a context of ", tokens, " tokens cannot be split over a ring of ", ranks(),
                        " ranks; use fewer ranks or another attention mode");
        return ringPlan(tokens, ranks());
    }
    if (options.plan == PlanKind::documents)
        return documentsPlan(context, cuts, options.blockTokens);
    return fixedPlan(tokens, options.blockTokens);
}

std::unique_ptr<EncodedContext> Engine::layOut(std::vector<TokenId> context,
                                               std::vector<TokenRange> blocks,
                                               const ContextOptions& options) const {
    checkOptions(options);
    auto encoded = std::make_unique<EncodedContext>();
    encoded->options = options;
    encoded->blocks = std::move(blocks);
    encoded->tokens = std::move(context);
    encoded->anchorTokens = anchorLength(options, encoded->blocks);
    encoded->seconds.resize(encoded->blocks.size());
    encoded->keyValues.resize(encoded->blocks.size());
    encoded->places.resize(encoded->blocks.size());
    encoded->anchors.resize(m_ranks.size());
    assignRanks(*encoded, m_config, ranks());
    return encoded;
}

std::unique_ptr<EncodedContext> Engine::encode(std::vector<TokenId> context,
                                               std::span<const CutPoint> cuts,
                                               const ContextOptions& options,
                                               const EventSink& events,
                                               const std::stop_token& stop) {
    std::vector<TokenRange> blocks = plan(context, cuts, options);
    auto encoded = layOut(std::move(context), std::move(blocks), options);
    if (events) events(describe(*encoded));
    if (options.attention == AttentionMode::star) {
        std::vector<std::size_t> all(encoded->blocks.size());
        std::iota(all.begin(), all.end(), 0);
        encode(*encoded, all, events, stop);
    } else {
        encodeWhole(*encoded, events, stop);
    }
    return encoded;
}

EncodingStarted Engine::describe(const EncodedContext& context) const {
    EncodingStarted started;
    started.contextTokens = context.contextTokens();
    started.anchorTokens = context.anchorTokens;
    started.blocks = context.blocks;
    const KvLayout layout = kvLayout(m_config, context.options.kv);
    for (const TokenRange& block : context.blocks)
        started.kvBytes += layout.blockBytes(block.tokens());
    started.warning = contextWarning(m_config, context);
    return started;
}

void Engine::encode(EncodedContext& context, std::span<const std::size_t> indices,
                    const EventSink& events, const std::stop_token& stop) {
    ASTERISM_CHECK(context.options.attention == AttentionMode::star);
    const EventSink serialized = oneAtATime(events);
    dropAnchorsUnlessAll(context);
    if (const std::string note = chooseMemory(m_ranks, context, indices); !note.empty())
        serialized(Warning{note});
    const auto cache =
        openCache(context, [&](const std::string& text) { serialized(Warning{text}); });
    const Stopwatch clock;
    const AddedTime timed(context.encodeSeconds);  // however it ends
    const auto jobFor = [&](std::span<const std::size_t> some) {
        const auto& all = context.keyValues;
        return EncodingJob{
            .context = context,
            .events = serialized,
            .stop = stop,
            .blocks = some,
            .isLast = std::ssize(some) == std::count(all.begin(), all.end(), nullptr),
            .cache = cache.get(),
            .clock = clock};
    };
    std::vector<std::size_t> blocks = missingBlocks(context, indices);
    if (cache) {
        const std::size_t wanted = blocks.size();
        const EncodingJob job = jobFor(blocks);
        runOnRanks([&](Rank& rank) { restoreBlocks(rank, job); });
        blocks = missingBlocks(context, indices);
        context.restoredBlocks += static_cast<std::int64_t>(wanted - blocks.size());
    }
    if (!blocks.empty() || (context.hasFixedAnchor() && !context.fixedAnchor())) {
        if (cache) cache->findAnchor();
        const EncodingJob job = jobFor(blocks);
        runOnRanks([&](Rank& rank) {
            rank.setVisibleWindow({});
            encodeStar(rank, job);
        });
    }
    dropAnchorsIfComplete(context);
}

void Engine::encodeWhole(EncodedContext& context, const EventSink& events,
                         const std::stop_token& stop) {
    const ContextOptions& options = context.options;
    const EventSink serialized = oneAtATime(events);
    if (const std::string note = chooseMemory(m_ranks, context, {}); !note.empty())
        serialized(Warning{note});
    const EncodingJob job{.context = context, .events = serialized, .stop = stop};
    runOnRanks([&](Rank& rank) {
        rank.setVisibleWindow(options.attention == AttentionMode::window
                                  ? VisibleWindow{options.slidingTokens, options.sinkTokens}
                                  : VisibleWindow{});
        if (options.attention == AttentionMode::ring) return encodeRing(rank, job);
        encodeCausal(rank, job);
    });
    context.encodeSeconds = job.clock.seconds();
}

void Engine::setBlockStore(BlockStore& store, std::string modelFingerprint) {
    m_store = &store;
    m_fingerprint = std::move(modelFingerprint);
}

BlockKeyBase Engine::keyBase() const {
    BlockKeyBase base;
    base.modelFingerprint = m_fingerprint;
    base.numericClass = m_backends.front()->numericClass();
    base.anchorType = m_ranks.front()->activationKvType();
    return base;
}

std::unique_ptr<ContextCache> Engine::openCache(const EncodedContext& context,
                                                ContextCache::Warn warn) const {
    if (!m_store) return nullptr;
    return std::make_unique<ContextCache>(*m_store, keyBase(), context, m_config, std::move(warn));
}

std::vector<BlockKey> Engine::blockKeys(const EncodedContext& context) const {
    ASTERISM_CHECK(m_store && context.options.attention == AttentionMode::star);
    const auto cache = openCache(context, {});
    std::vector<BlockKey> keys;
    for (std::size_t i = 0; i < context.blocks.size(); ++i) keys.push_back(cache->key(i));
    return keys;
}

std::vector<BlockKey> Engine::storeKeys(const EncodedContext& context) const {
    ASTERISM_CHECK(m_store && context.options.attention == AttentionMode::star);
    return openCache(context, {})->keys();
}

}  // namespace asterism
