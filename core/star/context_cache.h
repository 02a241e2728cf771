#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/star/block_key.h"
#include "core/star/block_store.h"
#include "core/star/encoded_context.h"
#include "core/star/rank.h"

namespace asterism {

// A stored block in the memory of a backend (the CPU's: where the store has it); null if the store
// has none that is right.
std::unique_ptr<KeyValueBlock> takeFromStore(BlockStore& store, const BlockKey& key,
                                             const BlockShape& shape, Backend& backend,
                                             MemoryPlace place = MemoryPlace::device);

// The way of one context's blocks into a store and back. Made before the ranks start; then each
// rank restores and saves the blocks that are its own.
class ContextCache {
  public:
    // Receives one line when a block could not be kept. Called from any rank's thread.
    using Warn = std::function<void(const std::string&)>;

    // Names the blocks of `context`, whose plan and anchor length are known; looks up nothing. The
    // base's anchor is filled in here. All arguments must outlive the cache.
    ContextCache(BlockStore& store, BlockKeyBase base, const EncodedContext& context,
                 const ModelConfig& config, Warn warn);

    // Under which the store has the block, or will have it.
    const BlockKey& key(std::size_t index) const { return m_blocks[index].key; }
    // All under which the store has, or may come to have, a block or the anchor.
    std::vector<BlockKey> keys() const;
    // See takeFromStore().
    std::unique_ptr<KeyValueBlock> restoreBlock(std::size_t index, Rank& rank,
                                                MemoryPlace place) const;
    // Keeps what was encoded; any thread. A store that cannot (disk full), or a lack of memory,
    // costs a warning, not the run.
    void saveBlock(std::size_t index, const KeyValueBlock& block, const Download& download) const;

    // Looks for the anchor's own keys and values.
    void findAnchor() { m_found = m_store.find(m_anchor.key, m_anchor.shape); }
    bool hasAnchor() const { return m_found != nullptr; }
    void restoreAnchor(Rank& rank, KeyValueBlock& anchor) const;
    void saveAnchor(Rank& rank, const KeyValueBlock& anchor) const;

  private:
    struct Entry {
        BlockKey key;     // to be looked for: possibly of another numeric class
        BlockKey ownKey;  // to be kept under, if it is encoded now
        BlockShape shape;
    };

    void save(const Entry& entry, const KeyValueBlock& block, const Download& download) const;

    BlockStore& m_store;
    Warn m_warn;
    std::vector<Entry> m_blocks;
    Entry m_anchor;
    std::unique_ptr<BlockStore::Found> m_found;  // the anchor
};

}  // namespace asterism
