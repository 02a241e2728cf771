#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "storage/disk_block_store.h"

namespace asterism::test {

// A small block of two layers with bytes of its own for every number.
struct SampleBlock {
    BlockKey key;
    BlockShape shape;
    std::vector<std::byte> bytes;
};
SampleBlock sampleBlock(std::uint32_t number, KvType type = KvType::q8, std::int64_t tokens = 3);

// A store that keeps its warnings.
struct WatchedStore {
    explicit WatchedStore(const std::filesystem::path& folder,
                          std::uint64_t quota = std::uint64_t{1} << 40);

    void save(const SampleBlock& block) { store.save(block.key, block.shape, block.bytes); }
    // True if the block is found with exactly its bytes; false if it is not found. Fails the test
    // if other bytes are found.
    bool finds(const SampleBlock& block);

    std::vector<std::string> warnings;
    DiskBlockStore store;
};

std::vector<std::filesystem::path> regularFilesBelow(const std::filesystem::path& folder);

}  // namespace asterism::test
