#include "storage/block_folder.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <tuple>

#include "core/base/error.h"
#include "storage/new_file.h"

namespace asterism {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr std::string_view kSuffix = ".kv";
constexpr std::size_t kNameLength = 32 + kSuffix.size();

// The key that a file name spells; empty if it is not that of a block.
std::optional<BlockKey> keyOf(std::string_view name) {
    BlockKey key;
    if (name.size() != kNameLength || !name.ends_with(kSuffix)) return std::nullopt;
    for (std::size_t i = 0; i < key.bytes.size(); ++i) {
        const std::size_t high = kDigits.find(name[2 * i]);
        const std::size_t low = kDigits.find(name[2 * i + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
        key.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return key;
}

// Calls visit(path) for everything in the folders of two digits.
template <typename Visit>
void forEachFile(const fs::path& folder, const Visit& visit) {
    for (const char first : kDigits)
        for (const char second : kDigits) {
            std::error_code error;
            fs::directory_iterator files(folder / std::string{first, second}, error);
            for (; !error && files != fs::directory_iterator(); files.increment(error))
                visit(files->path());
        }
}

std::optional<BlockFileEntry> entryAt(const fs::path& path, const BlockKey& key) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return std::nullopt;
    const std::int64_t lastUse =
        std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
    return BlockFileEntry{path,    key,           static_cast<std::uint64_t>(status.st_size),
                          lastUse, status.st_ino, S_ISREG(status.st_mode)};
}

}  // namespace

fs::path blockPath(const fs::path& folder, const BlockKey& key) {
    const std::string name = key.hex();
    return folder / name.substr(0, 2) / (name + std::string(kSuffix));
}

std::optional<BlockFileEntry> findBlockFile(const fs::path& folder, const BlockKey& key) {
    const fs::path path = blockPath(folder, key);
    auto entry = entryAt(path, key);
    if (!entry && errno != ENOENT)
        throw Error("cannot look for ", path.string(), ": ", std::generic_category().message(errno),
                    "; check the folder and its permissions");
    return entry;
}

std::vector<BlockFileEntry> listBlockFiles(const fs::path& folder) {
    std::vector<BlockFileEntry> entries;
    forEachFile(folder, [&entries, &folder](const fs::path& path) {
        const auto key = keyOf(path.filename().native());
        if (!key || blockPath(folder, *key) != path) return;
        if (auto entry = entryAt(path, *key)) entries.push_back(std::move(*entry));
    });
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
        return std::tie(a.lastUse, a.path) < std::tie(b.lastUse, b.path);
    });
    return entries;
}

bool removeBlockFile(const BlockFileEntry& entry) {
    const auto now = entryAt(entry.path, entry.key);
    return now && now->inode == entry.inode && ::unlink(entry.path.c_str()) == 0;
}

void removeLeftOverFiles(const fs::path& folder) {
    forEachFile(folder, [](const fs::path& path) {
        const std::string name = path.filename().string();
        if (name.ends_with(".tmp") && keyOf(name.substr(0, kNameLength))) removeIfLeftOver(path);
    });
}

}  // namespace asterism
