#include "core/star/context_encoder.h"

#include <algorithm>
#include <future>
#include <utility>

namespace asterism {

KvLayout kvLayout(const ModelConfig& config, KvType type) {
    return {type, config.layers, config.kvHeads, config.headDim};
}

namespace {

// Keys and values of one layer, as the activations have them: what a block attends to while it is
// encoded.
KeyValueBlock layerScratch(Rank& rank, std::int64_t capacity) {
    KvLayout layout = kvLayout(rank.config(), rank.activationKvType());
    layout.layers = 1;
    return {rank.backend(), layout, capacity};
}

std::int64_t longestBlock(std::span<const TokenRange> blocks) {
    std::int64_t longest = 0;
    for (const TokenRange& block : blocks) longest = std::max(longest, block.tokens());
    return longest;
}

// Stores a run's keys and values as the activations have them, for the run itself, and as a block
// keeps them. What is quantised is made of the former where the backend can: then it does not
// matter when.
void storeBoth(Backend& backend, const TensorView& keys, const TensorView& values,
               const KeyValueView& scratch, const KeyValueView& kept) {
    backend.store(keys, values, scratch, 0);
    if (kept.type == KvType::q8 && backend.canQuantize())
        backend.quantize(scratch, kept);
    else
        backend.store(keys, values, kept, 0);
}

// One rank's copy of the anchor's keys and values, unquantised. Rank 0 fills it while it encodes
// the tokens the anchor consists of; the others receive a layer when they first need it.
class SharedAnchor {
  public:
    // Goes on with the copy of an earlier run, if there is one.
    SharedAnchor(Rank& rank, std::int64_t tokens, std::unique_ptr<KeyValueBlock>& block)
        : m_rank(rank),
          m_block(block),
          m_ready(block ? rank.config().layers : 0),
          m_isThere(block != nullptr) {
        if (m_block) return;
        m_block = std::make_unique<KeyValueBlock>(
            rank.backend(), kvLayout(rank.config(), rank.activationKvType()), tokens);
        m_block->setTokens(tokens);
    }
    // What may not be whole, however the run ended, is no anchor for a later one.
    ~SharedAnchor() {
        if (!m_isThere) m_block.reset();
    }
    SharedAnchor(const SharedAnchor&) = delete;
    SharedAnchor& operator=(const SharedAnchor&) = delete;

    std::int64_t tokens() const { return m_block->tokens(); }
    const KeyValueBlock& block() const { return *m_block; }
    // The ops so far have been waited for. A new anchor goes into the store, if there is one.
    void opsAreDone(const ContextCache* cache) {
        if (m_isThere || m_isLastUse || !isComplete()) return;
        m_isThere = true;
        if (cache && m_rank.index() == 0) cache->saveAnchor(m_rank, *m_block);
    }
    // The run that follows needs each layer once, and none does after it.
    void beginLastUse(const ContextCache* cache) {
        if (isComplete() && !m_isThere) {
            m_rank.backend().synchronize();
            opsAreDone(cache);
        }
        m_isThere = false;
        m_isLastUse = true;
    }
    void layerWasUsed(std::int64_t layer) {
        if (!m_isLastUse) return;
        fillFirstBlock(layer + 1);
        m_rank.backend().giveBack(m_block->layerBytes(layer));
    }
    // Block 0, of the anchor's tokens, is made of its layers, each when it is used for the last
    // time: so the two do not stand in memory beside each other.
    void makeFirstBlock(std::unique_ptr<KeyValueBlock> block) { m_firstBlock = std::move(block); }
    // That block, filled up; null if there is none.
    std::unique_ptr<KeyValueBlock> takeFirstBlock() {
        fillFirstBlock(m_rank.config().layers);
        return std::move(m_firstBlock);
    }

    // Rank 0: takes the layer from the keys and values of a run that begins with the anchor.
    void publish(std::int64_t layer, const TensorView& keys, const TensorView& values) {
        m_rank.backend().store(keys.slice(0, tokens()), values.slice(0, tokens()),
                               m_block->view(layer), 0);
        share(layer);
    }
    // Every rank: takes all layers from the store.
    void restore(const ContextCache& cache) {
        cache.restoreAnchor(m_rank, *m_block);
        m_ready = m_rank.config().layers;
    }
    // Whether all layers are there for ops that follow.
    bool isComplete() const { return m_ready == m_rank.config().layers; }
    // Other ranks: makes sure that all layers up to this one are there.
    void receive(std::int64_t layer) {
        while (m_ready <= layer) share(m_ready);
    }

  private:
    void share(std::int64_t layer) {
        ASTERISM_CHECK(layer == m_ready);
        m_rank.communicatorBehindOps().broadcast(m_block->layerBytes(layer), 0);
        ++m_ready;
    }
    void fillFirstBlock(std::int64_t layers) {
        if (!m_firstBlock) return;
        for (; m_filledLayers < layers; ++m_filledLayers)
            m_rank.backend().quantize(m_block->view(m_filledLayers),
                                      m_firstBlock->view(m_filledLayers));
    }

    Rank& m_rank;
    std::unique_ptr<KeyValueBlock>& m_block;
    std::int64_t m_ready;  // layers
    bool m_isThere;        // all of them, whatever becomes of this run
    bool m_isLastUse = false;
    std::unique_ptr<KeyValueBlock> m_firstBlock;
    std::int64_t m_filledLayers = 0;  // of the first block
};

// A block behind the anchor: sees the anchor and itself.
class BlockAttention : public LayerAttention {
  public:
    // anchor: null if the run sees only itself. publishes: the run begins with the anchor.
    // stored: receives the run's keys and values; null if they are not kept.
    BlockAttention(Rank& rank, KeyValueBlock& scratch, SharedAnchor* anchor, bool publishes,
                   KeyValueBlock* stored, std::int64_t start)
        : m_rank(rank),
          m_scratch(scratch),
          m_anchor(anchor),
          m_publishes(publishes),
          m_stored(stored),
          m_start(start) {}

    void attend(std::int64_t layer, const TensorView& queries, const TensorView& keys,
                const TensorView& values, const TensorView& output) override {
        const KeyValueBlock& own = storeRun(layer, keys, values);
        if (m_anchor && m_publishes) m_anchor->publish(layer, keys, values);

        const auto position = static_cast<double>(m_start);
        std::vector<KeyRun> runs;
        if (m_anchor && !m_publishes) {
            m_anchor->receive(layer);
            runs.push_back({&m_anchor->block(), 0, m_anchor->tokens(), 0, 1, 0});
        }
        runs.push_back({&own, 0, queries.rows(), position, 1, m_start});
        m_rank.attendRuns(layer, queries, runs, {position, m_start},
                          {output, m_rank.workLogSumExp(queries)});
        if (m_anchor && !m_publishes) m_anchor->layerWasUsed(layer);
    }

  private:
    // Keeps the run's keys and values, and returns where they stand as the activations have them.
    const KeyValueBlock& storeRun(std::int64_t layer, const TensorView& keys,
                                  const TensorView& values) {
        Backend& backend = m_rank.backend();
        // Attention would read a block in host memory over the bus.
        if (m_stored && m_stored->layout().type == m_scratch.layout().type &&
            m_stored->place() == MemoryPlace::device) {
            backend.store(keys, values, m_stored->view(layer), 0);
            return *m_stored;
        }
        m_scratch.setTokens(keys.rows());
        if (m_stored)
            storeBoth(backend, keys, values, m_scratch.view(0), m_stored->view(layer));
        else
            backend.store(keys, values, m_scratch.view(0), 0);
        return m_scratch;
    }

    Rank& m_rank;
    KeyValueBlock& m_scratch;
    SharedAnchor* m_anchor;
    bool m_publishes;
    KeyValueBlock* m_stored;
    std::int64_t m_start;
};

std::unique_ptr<KeyValueBlock> newBlock(Rank& rank, const EncodedContext& context,
                                        std::size_t index) {
    const std::int64_t tokens = context.blocks[index].tokens();
    auto block = std::make_unique<KeyValueBlock>(
        rank.backend(), kvLayout(rank.config(), context.options.kv), tokens, context.places[index]);
    block->setTokens(tokens);
    return block;
}

// When work on a block began, since the run began, and how long its ops took.
struct BlockTime {
    double begin;
    double seconds;
};

class BlockTimer {
  public:
    BlockTimer(Rank& rank, const EncodingJob& job)
        : m_begin(job.clock.seconds()), m_ops(rank.backend().startTimer()) {}

    // Waits for the ops.
    BlockTime stop() { return {m_begin, m_ops->seconds()}; }

  private:
    double m_begin;
    std::unique_ptr<OpTimer> m_ops;
};

void finishBlock(Rank& rank, const EncodingJob& job, std::size_t index, const BlockTime& time,
                 bool isRestored = false) {
    job.context.seconds[index] = time.seconds;
    if (job.events)
        job.events(BlockEncoded{static_cast<std::int64_t>(index), job.context.blocks[index],
                                rank.index(), time.begin, time.seconds, isRestored});
}

// Keeps one rank's blocks in the store. Where the backend can be read aside, a block goes there
// while the next one is encoded: one at a time, so that no more than one stands in the host's
// memory.
class BlockSaver {
  public:
    BlockSaver(Rank& rank, const ContextCache* cache) : m_backend(rank.backend()), m_cache(cache) {}
    // A run that ends by an exception waits too: what is finished is kept. The exception says more
    // than a failure in here would.
    ~BlockSaver() = default;

    // The block stays where it is until finish().
    void save(std::size_t index, const KeyValueBlock& block) {
        if (!m_cache) return;
        finish();
        const std::shared_ptr<AsideReader> reader = m_backend.readAside();
        if (!reader)
            return m_cache->saveBlock(index, block,
                                      [this](const TensorView& from, std::span<std::byte> host) {
                                          m_backend.download(from, host);
                                      });
        const Download download = [reader](const TensorView& from, std::span<std::byte> host) {
            reader->download(from, host);
        };
        m_saving = std::async(std::launch::async, [cache = m_cache, index, &block, download] {
            cache->saveBlock(index, block, download);
        });
    }
    // Waits; throws what saving threw.
    void finish() {
        if (m_saving.valid()) m_saving.get();
    }

  private:
    Backend& m_backend;
    const ContextCache* m_cache;
    std::future<void> m_saving;  // waits when it is destroyed
};

// What is run to get the anchor alone. A first-block anchor comes out of a run of its whole block,
// as it did the first time: a shorter run would round differently.
std::span<const TokenId> anchorRun(const EncodedContext& context) {
    if (context.options.anchor == AnchorMode::fixedText) return context.options.fixedAnchor;
    return context.tokensOf(context.blocks.front());
}

// True if block 0 is encoded in this run and begins with the anchor.
bool takesAnchorFromBlock(const EncodingJob& job) {
    return job.context.options.anchor == AnchorMode::first && !job.blocks.empty() &&
           job.blocks.front() == 0;
}

// The anchor is needed for blocks that are encoded behind it, and a fixed one by every question.
bool needsAnchor(const EncodingJob& job) {
    const EncodedContext& context = job.context;
    if (context.options.anchor == AnchorMode::fixedText) return true;
    if (context.options.anchor == AnchorMode::none) return false;
    return !job.blocks.empty() && job.blocks.back() > 0;
}

// The anchor's layers from the store, or from a run of its own where no block of this run has them.
void prepareAnchor(Rank& rank, const EncodingJob& job, KeyValueBlock& scratch,
                   SharedAnchor& anchor) {
    if (anchor.isComplete()) return;
    if (job.cache && job.cache->hasAnchor()) return anchor.restore(*job.cache);
    if (takesAnchorFromBlock(job) || rank.index() != 0) return;
    BlockAttention attention(rank, scratch, &anchor, true, nullptr, 0);
    rank.decoder().run(anchorRun(job.context), attention, job.stop);
}

// Runs a block's tokens; `stored` receives its keys and values, or is null.
BlockTime runStarBlock(Rank& rank, const EncodingJob& job, KeyValueBlock& scratch,
                       SharedAnchor* anchor, KeyValueBlock* stored, std::size_t index) {
    const EncodedContext& context = job.context;
    BlockTimer timer(rank, job);
    // Block 0 sees only itself; it hands on the anchor unless that is there already.
    const bool isFirst = context.options.anchor == AnchorMode::first && index == 0;
    const bool publishes = isFirst && anchor && !anchor->isComplete();
    BlockAttention attention(rank, scratch, isFirst && !publishes ? nullptr : anchor, publishes,
                             stored, encodingStart(context, index));
    rank.decoder().run(context.tokensOf(context.blocks[index]), attention, job.stop);
    return timer.stop();
}

std::vector<std::size_t> ownBlocks(const Rank& rank, const EncodingJob& job) {
    std::vector<std::size_t> own;
    for (const std::size_t index : job.blocks)
        if (job.context.rankOf[index] == rank.index()) own.push_back(index);
    return own;
}

// Questions see a fixed anchor, but not the copy of the first block that others are encoded behind.
bool isBehindFirstBlock(const EncodedContext& context, std::size_t index) {
    return context.options.anchor == AnchorMode::first && index > 0;
}

// Whether block 0 is made of the anchor in the end; see SharedAnchor::makeFirstBlock(). What is
// kept in a store goes there at once.
bool waitsForAnchor(const Rank& rank, const EncodingJob& job, const SharedAnchor* anchor,
                    std::span<const std::size_t> own) {
    const EncodedContext& context = job.context;
    return job.isLast && !job.cache && anchor && !anchor->isComplete() &&
           takesAnchorFromBlock(job) && own.size() > 1 && own.front() == 0 &&
           context.blocks.front().tokens() == context.anchorTokens &&
           context.options.kv == KvType::q8 && rank.backend().canQuantize();
}

// This rank's part of a run behind the anchor, if there is one.
void encodeOwnBlocks(Rank& rank, const EncodingJob& job, SharedAnchor* anchor) {
    EncodedContext& context = job.context;
    KeyValueBlock scratch =
        layerScratch(rank, std::max(longestBlock(context.blocks), context.anchorTokens));
    if (anchor) prepareAnchor(rank, job, scratch, *anchor);
    BlockSaver saver(rank, job.cache);
    const std::vector<std::size_t> own = ownBlocks(rank, job);
    const bool firstWaits = waitsForAnchor(rank, job, anchor, own);
    for (const std::size_t index : own) {
        if (job.isLast && index == own.back() && isBehindFirstBlock(context, index))
            anchor->beginLastUse(job.cache);
        const bool waits = firstWaits && index == 0;
        std::unique_ptr<KeyValueBlock> stored = newBlock(rank, context, index);
        const BlockTime time =
            runStarBlock(rank, job, scratch, anchor, waits ? nullptr : stored.get(), index);
        if (anchor) anchor->opsAreDone(job.cache);
        if (waits) {
            anchor->makeFirstBlock(std::move(stored));
        } else {
            context.keyValues[index] = std::move(stored);
            saver.save(index, *context.keyValues[index]);
        }
        finishBlock(rank, job, index, time);
    }
    if (firstWaits) context.keyValues.front() = anchor->takeFirstBlock();
    saver.finish();
    if (!anchor) return;
    // A rank without blocks of its own still takes part in the broadcasts.
    anchor->receive(rank.config().layers - 1);
    rank.backend().synchronize();
    anchor->opsAreDone(job.cache);
}

}  // namespace

std::int64_t encodingStart(const EncodedContext& context, std::size_t index) {
    const ContextOptions& options = context.options;
    const bool isFirst = options.anchor == AnchorMode::first;
    const std::int64_t fixedTokens = isFirst ? 0 : context.anchorTokens;
    if (options.positions == Positions::global) return fixedTokens + context.blocks[index].begin;
    return isFirst && index == 0 ? 0 : context.anchorTokens;
}

void restoreBlocks(Rank& rank, const EncodingJob& job) {
    EncodedContext& context = job.context;
    for (const std::size_t index : job.blocks) {
        if (context.rankOf[index] != rank.index()) continue;
        if (job.stop.stop_requested()) throw Stopped();
        BlockTimer timer(rank, job);
        context.keyValues[index] = job.cache->restoreBlock(index, rank, context.places[index]);
        if (context.hasBlock(index)) finishBlock(rank, job, index, timer.stop(), true);
    }
}

void encodeStar(Rank& rank, const EncodingJob& job) {
    EncodedContext& context = job.context;
    if (!needsAnchor(job)) return encodeOwnBlocks(rank, job, nullptr);
    SharedAnchor anchor(rank, context.anchorTokens,
                        context.anchors[static_cast<std::size_t>(rank.index())]);
    try {
        encodeOwnBlocks(rank, job, &anchor);
    } catch (const Stopped&) {
        if (auto first = anchor.takeFirstBlock()) context.keyValues.front() = std::move(first);
        throw;
    }
}

namespace {

// A block of dense or window mode: sees all earlier blocks, wherever they are, and itself.
class CausalAttention : public LayerAttention {
  public:
    // own: the block that keeps this run's keys and values; null on the ranks that do not.
    CausalAttention(Rank& rank, KeyValueBlock& scratch, std::vector<KeyRun> earlier,
                    KeyValueBlock* own, std::int64_t begin)
        : m_rank(rank),
          m_scratch(scratch),
          m_runs(std::move(earlier)),
          m_own(own),
          m_begin(begin) {}

    void attend(std::int64_t layer, const TensorView& queries, const TensorView& keys,
                const TensorView& values, const TensorView& output) override {
        const std::size_t earlier = m_runs.size();
        const auto position = static_cast<double>(m_begin);
        if (m_own) {
            m_scratch.setTokens(queries.rows());
            storeBoth(m_rank.backend(), keys, values, m_scratch.view(0), m_own->view(layer));
            m_runs.push_back({&m_scratch, 0, queries.rows(), position, 1, m_begin});
        }
        m_rank.attendAllRanks(layer, queries, m_runs, {position, m_begin}, output);
        m_runs.resize(earlier);
    }

  private:
    Rank& m_rank;
    KeyValueBlock& m_scratch;
    std::vector<KeyRun> m_runs;
    KeyValueBlock* m_own;
    std::int64_t m_begin;
};

}  // namespace

void encodeCausal(Rank& rank, const EncodingJob& job) {
    EncodedContext& context = job.context;
    KeyValueBlock scratch = layerScratch(rank, longestBlock(context.blocks));
    std::vector<KeyRun> mine;
    for (std::size_t i = 0; i < context.blocks.size(); ++i) {
        const TokenRange range = context.blocks[i];
        const bool isMine = context.rankOf[i] == rank.index();
        BlockTimer timer(rank, job);
        if (isMine) context.keyValues[i] = newBlock(rank, context, i);
        KeyValueBlock* own = isMine ? context.keyValues[i].get() : nullptr;
        CausalAttention attention(rank, scratch, mine, own, range.begin);
        const TensorView hidden = rank.decoder().run(context.tokensOf(range), attention, job.stop);
        if (job.onHidden) job.onHidden(rank, range, hidden);
        if (!isMine) continue;
        mine.push_back({own, 0, range.tokens(), static_cast<double>(range.begin), 1, range.begin});
        finishBlock(rank, job, i, timer.stop());
    }
}

}  // namespace asterism
