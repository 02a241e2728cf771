#include "core/star/context_cache.h"

#include <new>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/star/context_encoder.h"

namespace asterism {

namespace {

std::span<const TokenId> anchorTokensOf(const EncodedContext& context) {
    if (context.options.anchor == AnchorMode::fixedText) return context.options.fixedAnchor;
    return std::span(context.tokens).first(static_cast<std::size_t>(context.anchorTokens));
}

void uploadLayers(const BlockStore::Found& found, Backend& backend, KeyValueBlock& block) {
    for (std::int64_t layer = 0; layer < block.layout().layers; ++layer) {
        const TensorView to = block.layerBytes(layer);
        backend.upload(found.bytes().subspan(static_cast<std::size_t>(layer * to.bytes()),
                                             static_cast<std::size_t>(to.bytes())),
                       to);
    }
}

// The key under which the store has a block, whatever numbers it was computed with; the one it will
// have if it is encoded now, where there is none.
BlockKey bestKey(const BlockStore& store, BlockKeyBase base, std::span<const TokenId> tokens,
                 std::int64_t start) {
    const BlockKey own = blockKey(base, tokens, start);
    if (store.has(own)) return own;
    for (const char* other : kNumericClasses) {
        base.numericClass = other;
        const BlockKey key = blockKey(base, tokens, start);
        if (store.has(key)) return key;
    }
    return own;
}

}  // namespace

std::unique_ptr<KeyValueBlock> takeFromStore(BlockStore& store, const BlockKey& key,
                                             const BlockShape& shape, Backend& backend,
                                             MemoryPlace place) {
    std::shared_ptr<BlockStore::Found> found = store.find(key, shape);
    if (!found) return nullptr;
    const std::span<const std::byte> bytes = found->bytes();
    if (auto memory = backend.borrow(bytes, found))
        return std::make_unique<KeyValueBlock>(std::move(memory), shape.layout, shape.tokens);
    auto block = std::make_unique<KeyValueBlock>(backend, shape.layout, shape.tokens, place);
    block->setTokens(shape.tokens);
    uploadLayers(*found, backend, *block);
    return block;
}

ContextCache::ContextCache(BlockStore& store, BlockKeyBase base, const EncodedContext& context,
                           const ModelConfig& config, Warn warn)
    : m_store(store), m_warn(std::move(warn)) {
    base.options = context.options;
    const bool isFirst = context.options.anchor == AnchorMode::first;
    const KvLayout layout = kvLayout(config, context.options.kv);
    for (std::size_t i = 0; i < context.blocks.size(); ++i) {
        const TokenRange& range = context.blocks[i];
        // Nothing stands in front of the block that the anchor is taken from.
        base.anchor = isFirst && i == 0 ? std::span<const TokenId>() : anchorTokensOf(context);
        const std::span<const TokenId> tokens = context.tokensOf(range);
        const std::int64_t start = encodingStart(context, i);
        m_blocks.push_back({bestKey(store, base, tokens, start),
                            blockKey(base, tokens, start),
                            {layout, range.tokens()}});
    }
    base.anchor = anchorTokensOf(context);
    if (base.anchor.empty()) return;
    m_anchor.key = m_anchor.ownKey = anchorKey(base);
    m_anchor.shape = {kvLayout(config, base.anchorType), std::ssize(base.anchor)};
}

std::vector<BlockKey> ContextCache::keys() const {
    std::vector<BlockKey> keys;
    for (const Entry& entry : m_blocks) {
        keys.push_back(entry.key);
        if (entry.ownKey != entry.key) keys.push_back(entry.ownKey);
    }
    if (m_anchor.shape.tokens > 0) keys.push_back(m_anchor.ownKey);
    return keys;
}

std::unique_ptr<KeyValueBlock> ContextCache::restoreBlock(std::size_t index, Rank& rank,
                                                          MemoryPlace place) const {
    return takeFromStore(m_store, m_blocks[index].key, m_blocks[index].shape, rank.backend(),
                         place);
}

void ContextCache::restoreAnchor(Rank& rank, KeyValueBlock& anchor) const {
    uploadLayers(*m_found, rank.backend(), anchor);
}

void ContextCache::saveBlock(std::size_t index, const KeyValueBlock& block,
                             const Download& download) const {
    save(m_blocks[index], block, download);
}

void ContextCache::saveAnchor(Rank& rank, const KeyValueBlock& anchor) const {
    if (hasAnchor()) return;
    save(m_anchor, anchor, [&rank](const TensorView& from, std::span<std::byte> host) {
        rank.backend().download(from, host);
    });
}

void ContextCache::save(const Entry& entry, const KeyValueBlock& block,
                        const Download& download) const {
    try {
        const std::vector<std::byte> bytes = block.packed(download);
        try {
            m_store.save(entry.ownKey, entry.shape, bytes);
        } catch (const Error& error) {
            m_warn(error.what());
        }
    } catch (const std::bad_alloc&) {
        m_warn("not enough memory to keep a block of " + std::to_string(entry.shape.bytes()) +
               " bytes for the next time; close other programs, or use shorter blocks or a "
               "smaller KV type");
    }
}

}  // namespace asterism
