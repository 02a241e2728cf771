#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/backend.h"

namespace asterism {

// Shape of the KV cache of a model in one KV type, and the byte layout of a block of it.
// One block is one piece of memory (and one file on disk): for every layer, one after the other,
// keys [kvHeads, capacity, headDim], values likewise, and for q8 keyScale and keyOffset
// [kvHeads, headDim] and valueScale [kvHeads, capacity]; every part begins at a multiple of 64.
struct KvLayout {
    KvType type = KvType::q8;
    std::int64_t layers = 0;
    std::int64_t kvHeads = 0;
    std::int64_t headDim = 0;

    std::int64_t layerBytes(std::int64_t capacity) const;
    std::int64_t blockBytes(std::int64_t capacity) const { return layers * layerBytes(capacity); }
    // View of one layer inside a block that begins at `base`.
    KeyValueView view(void* base, std::int64_t layer, std::int64_t tokens,
                      std::int64_t capacity) const;
};

// Brings bytes from a backend's memory to the host: Backend::download or AsideReader::download.
using Download = std::function<void(const TensorView& from, std::span<std::byte> host)>;

// Where a block's keys and values stand: on its backend's device, or in host memory that the device
// reads (Backend::allocateOnHost).
enum class MemoryPlace : std::uint8_t { device, host };

// Keys and values of a run of tokens in all layers, in the memory of one backend. Keys are
// un-rotated. Moves; never copied.
class KeyValueBlock {
  public:
    // Room for `capacity` tokens; Throws Error if there is not enough memory.
    KeyValueBlock(Backend& backend, const KvLayout& layout, std::int64_t capacity,
                  MemoryPlace place = MemoryPlace::device);
    // A full block whose bytes are there already.
    KeyValueBlock(std::unique_ptr<Buffer> memory, const KvLayout& layout, std::int64_t tokens);

    const KvLayout& layout() const { return m_layout; }
    std::int64_t tokens() const { return m_tokens; }
    std::int64_t capacity() const { return m_capacity; }
    std::int64_t bytes() const { return m_memory->bytes(); }
    MemoryPlace place() const { return m_place; }
    void setTokens(std::int64_t tokens);

    // The first `tokens()` tokens of one layer.
    KeyValueView view(std::int64_t layer) const {
        return m_layout.view(m_memory->data(), layer, m_tokens, m_capacity);
    }
    // All bytes of one layer, as they travel between ranks.
    TensorView layerBytes(std::int64_t layer) const;
    // All layers on the host, with no more room than the tokens take: as a store keeps them. A q8
    // block must be full.
    std::vector<std::byte> packed(const Download& download) const;
    std::vector<std::byte> packed(Backend& backend) const;

  private:
    KvLayout m_layout;
    std::int64_t m_capacity;
    std::int64_t m_tokens = 0;
    MemoryPlace m_place = MemoryPlace::device;
    std::unique_ptr<Buffer> m_memory;
};

}  // namespace asterism
