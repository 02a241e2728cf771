#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/star/block_key.h"
#include "core/star/block_store.h"
#include "core/star/encoded_context.h"
#include "core/star/rank.h"

namespace asterism {

// The blocks of one context that a store already has, and the way of the others into it. Made
// before the ranks start; then each rank restores or saves the blocks that are its own.
class ContextCache {
  public:
    // Receives one line when a block could not be kept. Called from any rank's thread.
    using Warn = std::function<void(const std::string&)>;

    // Looks up every block of `context`, whose plan and anchor length are known. The base's anchor
    // is filled in here. All arguments must outlive the cache.
    ContextCache(BlockStore& store, BlockKeyBase base, const EncodedContext& context,
                 const ModelConfig& config, Warn warn);

    bool hasBlock(std::size_t index) const { return m_blocks[index].found != nullptr; }
    bool hasAnchor() const { return m_anchor.found != nullptr; }
    // Copies a stored block into the memory of its rank.
    std::unique_ptr<KeyValueBlock> restoreBlock(std::size_t index, Rank& rank) const;
    void restoreAnchor(Rank& rank, KeyValueBlock& anchor) const;
    // Keeps what was encoded. A store that cannot (disk full) costs a warning, not the run.
    void saveBlock(std::size_t index, Rank& rank, const KeyValueBlock& block) const;
    void saveAnchor(Rank& rank, const KeyValueBlock& anchor) const;

  private:
    struct Entry {
        BlockKey key;
        BlockShape shape;
        std::unique_ptr<BlockStore::Found> found;
    };

    void save(const Entry& entry, Rank& rank, const KeyValueBlock& block) const;

    BlockStore& m_store;
    Warn m_warn;
    std::vector<Entry> m_blocks;
    Entry m_anchor;
};

}  // namespace asterism
