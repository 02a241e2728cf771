#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "core/star/block_store.h"

namespace asterism {

// Which file of a cache folder is which block: FOLDER/<first two digits>/<32 digits>.kv. Files of
// other names are nobody's and left alone.

struct BlockFileEntry {
    std::filesystem::path path;
    BlockKey key;
    std::uint64_t bytes = 0;
    std::int64_t lastUse = 0;  // nanoseconds since 1970
    std::uint64_t inode = 0;
    bool isRegular = false;  // no link, folder, pipe
};

std::filesystem::path blockPath(const std::filesystem::path& folder, const BlockKey& key);

// What has the key's name in the folder, of whatever type; empty if nothing has. Throws Error if
// the folder cannot be read.
std::optional<BlockFileEntry> findBlockFile(const std::filesystem::path& folder,
                                            const BlockKey& key);

// All blocks, least recently used first. What cannot be read or goes away meanwhile is left out.
std::vector<BlockFileEntry> listBlockFiles(const std::filesystem::path& folder);

// Removes the file, unless its name has gone to another one since the entry was made.
bool removeBlockFile(const BlockFileEntry& entry);

// Removes temporary files that dead processes have left in the folder.
void removeLeftOverFiles(const std::filesystem::path& folder);

}  // namespace asterism
