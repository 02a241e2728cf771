#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/star/block_store.h"

namespace asterism::test {

// Keeps blocks in memory, for tests.
class MemoryStore : public BlockStore {
  public:
    bool has(const BlockKey& key) const override {
        const std::lock_guard lock(m_mutex);
        return m_blocks.contains(key.hex());
    }
    std::unique_ptr<Found> find(const BlockKey& key, const BlockShape& shape) override {
        const std::lock_guard lock(m_mutex);
        const auto entry = m_blocks.find(key.hex());
        if (entry == m_blocks.end()) return nullptr;
        EXPECT_EQ(static_cast<std::int64_t>(entry->second.size()), shape.bytes());
        return std::make_unique<InMemory>(entry->second);
    }
    void save(const BlockKey& key, const BlockShape&, std::span<const std::byte> bytes) override {
        const std::lock_guard lock(m_mutex);
        if (m_refuses) throw Error("the disk is full");
        m_blocks.try_emplace(key.hex(), bytes.begin(), bytes.end());
    }

    std::size_t size() const { return m_blocks.size(); }
    // By their keys.
    const std::map<std::string, std::vector<std::byte>>& blocks() const { return m_blocks; }
    void refuse() { m_refuses = true; }
    // Drops everything of this many bytes: the blocks, but not an anchor of another length.
    void forget(std::size_t bytes) {
        std::erase_if(m_blocks, [&](const auto& entry) { return entry.second.size() == bytes; });
    }

  private:
    class InMemory : public Found {
      public:
        explicit InMemory(std::vector<std::byte> bytes) : m_bytes(std::move(bytes)) {}
        std::span<const std::byte> bytes() const override { return m_bytes; }

      private:
        std::vector<std::byte> m_bytes;
    };

    mutable std::mutex m_mutex;
    std::map<std::string, std::vector<std::byte>> m_blocks;
    bool m_refuses = false;
};

}  // namespace asterism::test
