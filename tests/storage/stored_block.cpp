#include "tests/storage/stored_block.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace asterism::test {

namespace fs = std::filesystem;

SampleBlock sampleBlock(std::uint32_t number, KvType type, std::int64_t tokens) {
    SampleBlock block{{}, {{type, 2, 2, 8}, tokens}, {}};
    std::mt19937 random(number);
    for (auto& byte : block.key.bytes) byte = static_cast<std::uint8_t>(random());
    block.bytes.resize(static_cast<std::size_t>(block.shape.bytes()));
    for (auto& byte : block.bytes) byte = static_cast<std::byte>(random());
    return block;
}

WatchedStore::WatchedStore(const fs::path& folder, std::uint64_t quota)
    : store({.folder = folder, .quota = quota, .onWarning = [this](const std::string& line) {
                 warnings.push_back(line);
             }}) {}

bool WatchedStore::finds(const SampleBlock& block) {
    const auto found = store.find(block.key, block.shape);
    if (!found) return false;
    EXPECT_TRUE(std::ranges::equal(found->bytes(), block.bytes));
    return true;
}

std::vector<fs::path> regularFilesBelow(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file()) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace asterism::test
