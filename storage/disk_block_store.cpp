#include "storage/disk_block_store.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <array>
#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/base/mapped_file.h"
#include "core/base/private_folder.h"
#include "storage/block_file.h"
#include "storage/new_file.h"

namespace asterism {

namespace fs = std::filesystem;

namespace {

class MappedBlock final : public BlockStore::Found {
  public:
    MappedBlock(MappedFile file, std::span<const std::byte> bytes)
        : m_file(std::move(file)), m_bytes(bytes) {}
    std::span<const std::byte> bytes() const override { return m_bytes; }

  private:
    MappedFile m_file;
    std::span<const std::byte> m_bytes;
};

MappedFile mapBlock(const BlockFileEntry& entry) {
    if (!entry.isRegular) throw Error(entry.path.string(), ": is not a regular file");
    MappedFile file(entry.path);
    const auto bytes = file.bytes();
    // The check reads all of it, front to back; a hint that is refused changes nothing.
    if (!bytes.empty())
        ::madvise(const_cast<std::byte*>(bytes.data()), bytes.size(), MADV_WILLNEED);
    return file;
}

// On a read-only disk the time stays, and so do the files.
void markAsUsed(const fs::path& path) {
    const std::array<timespec, 2> times = {timespec{0, UTIME_OMIT}, timespec{0, UTIME_NOW}};
    ::utimensat(AT_FDCWD, path.c_str(), times.data(), AT_SYMLINK_NOFOLLOW);
}

}  // namespace

DiskBlockStore::DiskBlockStore(DiskBlockStoreOptions options)
    : m_folder(std::move(options.folder)),
      m_onWarning(std::move(options.onWarning)),
      m_isQuotaFixed(options.quota.has_value()) {
    makePrivateFolder(m_folder, kCacheFolderAdvice);
    removeLeftOverFiles(m_folder);
    m_quota = chooseQuota(options.quota);
}

std::uint64_t DiskBlockStore::chooseQuota(std::optional<std::uint64_t> asked) {
    if (asked) return *asked;
    try {
        if (const auto kept = keptQuota(m_folder)) return *kept;
    } catch (const Error& error) {
        warn(error.what());
    }
    return defaultQuota(m_folder, usage().bytes);
}

// The user may have set another one since, in this program or in another one.
void DiskBlockStore::renewQuota() {
    if (m_isQuotaFixed) return;
    try {
        if (const auto kept = keptQuota(m_folder)) m_quota = *kept;
    } catch (const Error&) {
        // Was told when the store was opened; the quota stays as it was.
    }
}

bool DiskBlockStore::has(const BlockKey& key) const {
    std::error_code ignored;
    return fs::is_regular_file(fs::symlink_status(blockPath(m_folder, key), ignored));
}

std::unique_ptr<BlockStore::Found> DiskBlockStore::find(const BlockKey& key,
                                                        const BlockShape& shape) {
    std::optional<BlockFileEntry> entry;
    std::optional<MappedFile> file;
    try {
        entry = findBlockFile(m_folder, key);
        if (!entry) return nullptr;
        file = mapBlock(*entry);
    } catch (const Error& error) {
        if (entry && !entry->isRegular)
            refuse(*entry, "is not a regular file");
        else  // may pass, as too many open files do: the block is made again, the file stays
            warn(error.what());
        return nullptr;
    }
    const CheckedBlockFile checked = checkBlockFile(file->bytes(), key, &shape);
    if (!checked.problem.empty()) {
        refuse(*entry, checked.problem);
        return nullptr;
    }
    markAsUsed(entry->path);
    return std::make_unique<MappedBlock>(std::move(*file), checked.bytes);
}

void DiskBlockStore::save(const BlockKey& key, const BlockShape& shape,
                          std::span<const std::byte> bytes) {
    if (findBlockFile(m_folder, key)) return;
    std::error_code ignored;
    // Made again here, it could come to stand where another disk should be.
    if (!fs::is_directory(m_folder, ignored))
        throw Error("the cache folder ", m_folder.string(),
                    " is gone; bring its disk back or start again to have it made anew");
    const fs::path path = blockPath(m_folder, key);
    makePrivateFolder(path.parent_path(), kCacheFolderAdvice);
    {
        NewFile file(path);
        file.write(blockFileHead(key, shape, bytes));
        file.write(bytes);
        file.publishUnlessThere();
    }
    enforceQuota();
}

void DiskBlockStore::pin(std::span<const BlockKey> keys) {
    const std::lock_guard lock(m_pinning);
    for (const BlockKey& key : keys) ++m_pins[key.hex()];
}

void DiskBlockStore::unpin(std::span<const BlockKey> keys) {
    const std::lock_guard lock(m_pinning);
    for (const BlockKey& key : keys) {
        const auto pin = m_pins.find(key.hex());
        if (pin != m_pins.end() && --pin->second == 0) m_pins.erase(pin);
    }
}

CacheUsage DiskBlockStore::usage() const {
    CacheUsage usage;
    for (const BlockFileEntry& entry : listBlockFiles(m_folder)) {
        ++usage.files;
        usage.bytes += entry.bytes;
    }
    return usage;
}

CacheUsage DiskBlockStore::usage(std::span<const BlockKey> keys) const {
    CacheUsage usage;
    for (const BlockKey& key : keys) {
        const auto file = findBlockFile(m_folder, key);
        if (!file || !file->isRegular) continue;
        ++usage.files;
        usage.bytes += file->bytes;
    }
    return usage;
}

CacheUsage DiskBlockStore::enforceQuota() {
    const std::lock_guard lock(m_pinning);
    renewQuota();
    const auto entries = listBlockFiles(m_folder);
    std::uint64_t bytes = 0;
    for (const BlockFileEntry& entry : entries) bytes += entry.bytes;
    CacheUsage removed;
    for (const BlockFileEntry& entry : entries) {
        if (bytes <= m_quota) return removed;
        if (m_pins.contains(entry.key.hex()) || !removeBlockFile(entry)) continue;
        bytes -= entry.bytes;
        ++removed.files;
        removed.bytes += entry.bytes;
    }
    if (bytes > m_quota && !std::exchange(m_hasWarnedOfQuota, true))
        warn("the cache " + m_folder.string() + " has " + std::to_string(bytes) +
             " bytes, more than its quota of " + std::to_string(m_quota) +
             ", because open projects need them; give it more with "
             "`asterism-cli cache --quota BYTES`");
    return removed;
}

CacheUsage DiskBlockStore::clear() {
    removeLeftOverFiles(m_folder);
    CacheUsage removed;
    for (const BlockFileEntry& entry : listBlockFiles(m_folder)) {
        if (!removeBlockFile(entry)) continue;
        ++removed.files;
        removed.bytes += entry.bytes;
    }
    return removed;
}

CacheUsage DiskBlockStore::remove(std::span<const BlockKey> keys) {
    CacheUsage removed;
    for (const BlockKey& key : keys) {
        const auto file = findBlockFile(m_folder, key);
        if (!file || !removeBlockFile(*file)) continue;
        ++removed.files;
        removed.bytes += file->bytes;
    }
    return removed;
}

std::vector<DamagedBlock> DiskBlockStore::verify(const std::stop_token& stop) const {
    std::vector<DamagedBlock> damaged;
    for (const BlockFileEntry& entry : listBlockFiles(m_folder)) {
        if (stop.stop_requested()) break;
        std::string problem;
        try {
            const MappedFile file = mapBlock(entry);
            problem = checkBlockFile(file.bytes(), entry.key, nullptr).problem;
        } catch (const Error& error) {
            std::error_code ignored;
            if (!fs::exists(fs::symlink_status(entry.path, ignored))) continue;  // just removed
            problem = error.what();
        }
        if (!problem.empty()) damaged.push_back({entry.path, std::move(problem)});
    }
    return damaged;
}

void DiskBlockStore::warn(const std::string& line) {
    const std::lock_guard lock(m_warning);
    if (m_onWarning) m_onWarning(line);
}

void DiskBlockStore::refuse(const BlockFileEntry& entry, const std::string& problem) {
    const bool isRemoved = removeBlockFile(entry);
    warn(entry.path.string() + ": " + problem +
         (isRemoved ? "; it was removed and its block is encoded again"
                    : "; its block is encoded again, but the file cannot be removed: remove it"));
}

}  // namespace asterism
