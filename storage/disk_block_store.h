#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/star/block_store.h"
#include "storage/block_folder.h"
#include "storage/cache_settings.h"

namespace asterism {

struct DiskBlockStoreOptions {
    std::filesystem::path folder = defaultBlockFolder();  // made if it is missing
    // Bytes that the blocks may take together; empty: what the user has set, also while the store
    // is open, or defaultQuota().
    std::optional<std::uint64_t> quota;
    // Hears one line per block that is refused, or other trouble that ends no work. From any thread
    // that calls the store, one call at a time; must not call the store.
    std::function<void(const std::string&)> onWarning;
};

// Files and their bytes, without those that are being written.
struct CacheUsage {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
};

struct DamagedBlock {
    std::filesystem::path path;
    std::string problem;  // "is damaged in layer 3"
};

// Keeps blocks in a folder, one file each (FORMAT.md), for several processes at a time. Blocks that
// find() has returned stay valid whatever happens to their files' names.
class DiskBlockStore final : public BlockStore {
  public:
    // Makes the folder and removes temporary files of dead processes. Throws Error if it cannot be
    // made.
    explicit DiskBlockStore(DiskBlockStoreOptions options);

    // As BlockStore says. find() marks the block as just used; save() then removes the least
    // recently used blocks until the quota is kept.
    bool has(const BlockKey& key) const override;
    std::unique_ptr<Found> find(const BlockKey& key, const BlockShape& shape) override;
    void save(const BlockKey& key, const BlockShape& shape,
              std::span<const std::byte> bytes) override;

    // Blocks of open projects: the quota never removes them while this store lives. A key that was
    // pinned twice has to be unpinned twice.
    void pin(std::span<const BlockKey> keys);
    void unpin(std::span<const BlockKey> keys);

    const std::filesystem::path& folder() const { return m_folder; }
    // As it was when the quota was last enforced.
    std::uint64_t quota() const { return m_quota; }
    CacheUsage usage() const;
    CacheUsage usage(std::span<const BlockKey> keys) const;  // of these blocks alone
    // All return what they removed. Only enforceQuota() spares pinned blocks.
    CacheUsage enforceQuota();
    CacheUsage clear();
    CacheUsage remove(std::span<const BlockKey> keys);  // those of them that are there
    // Reads every block and returns those that find() would refuse; removes nothing. Returns early
    // when stopped.
    std::vector<DamagedBlock> verify(const std::stop_token& stop = {}) const;

  private:
    void warn(const std::string& line);
    void refuse(const BlockFileEntry& entry, const std::string& problem);
    std::uint64_t chooseQuota(std::optional<std::uint64_t> asked);
    void renewQuota();

    std::filesystem::path m_folder;
    std::function<void(const std::string&)> m_onWarning;
    std::uint64_t m_quota = 0;
    bool m_isQuotaFixed;
    std::mutex m_warning;
    std::mutex m_pinning;  // guards the pins, also while files are removed, and m_hasWarnedOfQuota
    std::map<std::string, int> m_pins;  // hex of the key: how often
    bool m_hasWarnedOfQuota = false;
};

}  // namespace asterism
