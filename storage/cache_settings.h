#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace asterism {

// $XDG_CACHE_HOME/asterism/blocks, by default ~/.cache/asterism/blocks; a variable that is empty or
// no absolute path counts as unset. It need not exist. Throws Error if the user has no home folder.
std::filesystem::path defaultBlockFolder();

// The quota of a block folder, as the user has set it; it is kept in cache.json beside the folder.
// Empty if none was set. Throws Error if the file is there but says no quota.
std::optional<std::uint64_t> keptQuota(const std::filesystem::path& blockFolder);
// Throws Error if it cannot be written.
void keepQuota(const std::filesystem::path& blockFolder, std::uint64_t bytes);
// Throws Error if it stays.
void forgetQuota(const std::filesystem::path& blockFolder);

// Quota for who has set none: a fifth of what the cache may have on its disk (the free space and
// the `usedBytes` that the cache has already), 50 GB at most.
std::uint64_t defaultQuota(const std::filesystem::path& blockFolder, std::uint64_t usedBytes);

// The quota that holds: the one that was set, else the default one; what cannot be read counts as
// not set.
std::uint64_t quotaInForce(const std::filesystem::path& blockFolder, std::uint64_t usedBytes);

// Free for the user on the disk of a folder, which need not exist; 0 if nothing is known of it.
std::uint64_t freeDiskBytes(std::filesystem::path folder);

}  // namespace asterism
