#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/star/kv_block.h"

namespace asterism {

// Names the keys and values of a block by everything they depend on: model, numeric class of
// phase 1, KV type and layout version, attention and positions mode, the tokens it was encoded
// behind, its own tokens and, with global positions, its start (block_key.h). 128 bits of XXH3.
struct BlockKey {
    std::array<std::uint8_t, 16> bytes{};

    std::string hex() const;  // 32 lower-case digits
    bool operator==(const BlockKey&) const = default;
};

// Shape of the bytes under a key; a stored block of another shape is foreign.
struct BlockShape {
    KvLayout layout;
    std::int64_t tokens = 0;

    std::int64_t bytes() const { return layout.blockBytes(tokens); }
};

// Where keys and values are kept between runs; storage/disk_block_store.h keeps them in files. A
// block is either exactly right or refused. Any thread; calls for different keys may overlap.
class BlockStore {
  public:
    virtual ~BlockStore() = default;

    // A block that was found and checked; its bytes are those of KvLayout, and live as long as it.
    class Found {
      public:
        virtual ~Found() = default;
        virtual std::span<const std::byte> bytes() const = 0;
    };

    // Whether there seems to be a block under the key; only find() tells if it is right.
    virtual bool has(const BlockKey& key) const = 0;
    // Null if there is no block under the key, or the one there is damaged or of another shape:
    // then a line that says so goes to the store's warnings and the block is removed.
    virtual std::unique_ptr<Found> find(const BlockKey& key, const BlockShape& shape) = 0;
    // Keeps a block. Bytes that are there under the key already stay as they are. Throws Error if
    // they cannot be written (disk full, folder gone); nothing half-written is left.
    virtual void save(const BlockKey& key, const BlockShape& shape,
                      std::span<const std::byte> bytes) = 0;
};

}  // namespace asterism
