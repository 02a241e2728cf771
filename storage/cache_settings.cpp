#include "storage/cache_settings.h"

#include <algorithm>
#include <fstream>
#include <system_error>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/private_folder.h"
#include "storage/new_file.h"
#include "storage/user_folders.h"

namespace asterism {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kMaxDefaultQuota = 50'000'000'000;
constexpr std::uint64_t kDefaultShare = 5;  // one part of so many

fs::path settingsFile(const fs::path& blockFolder) {
    // "blocks/" has its parent one step further up than "blocks".
    const fs::path folder = blockFolder.has_filename() ? blockFolder : blockFolder.parent_path();
    return folder.parent_path() / "cache.json";
}

}  // namespace

fs::path defaultBlockFolder() {
    return userFolder("XDG_CACHE_HOME", ".cache") / "asterism" / "blocks";
}

std::optional<std::uint64_t> keptQuota(const fs::path& blockFolder) {
    const fs::path path = settingsFile(blockFolder);
    std::error_code ignored;
    if (!fs::exists(path, ignored)) return std::nullopt;
    std::ifstream file(path, std::ios::binary);
    const auto settings = nlohmann::json::parse(file, nullptr, false);
    if (settings.is_object()) {
        const auto quota = settings.find("quota_bytes");
        if (quota != settings.end() && quota->is_number_unsigned())
            return quota->get<std::uint64_t>();
    }
    throw Error(path.string(),
                ": does not say a quota; set one with `asterism-cli cache --quota BYTES`");
}

void keepQuota(const fs::path& blockFolder, std::uint64_t bytes) {
    const fs::path path = settingsFile(blockFolder);
    makePrivateFolder(path.parent_path(), kCacheFolderAdvice);
    replaceFile(path, nlohmann::json({{"quota_bytes", bytes}}).dump() + "\n");
}

void forgetQuota(const fs::path& blockFolder) {
    const fs::path path = settingsFile(blockFolder);
    std::error_code failure;
    fs::remove(path, failure);
    if (failure) throw Error(path.string(), ": cannot be removed: ", failure.message());
}

std::uint64_t defaultQuota(const fs::path& blockFolder, std::uint64_t usedBytes) {
    std::error_code error;
    const fs::space_info space = fs::space(blockFolder, error);
    if (error) return kMaxDefaultQuota;
    return std::min(kMaxDefaultQuota, (space.available + usedBytes) / kDefaultShare);
}

std::uint64_t quotaInForce(const fs::path& blockFolder, std::uint64_t usedBytes) {
    try {
        if (const auto kept = keptQuota(blockFolder)) return *kept;
    } catch (const Error&) {
        // As if none was set: the store says what is wrong with the file.
    }
    return defaultQuota(blockFolder, usedBytes);
}

std::uint64_t freeDiskBytes(fs::path folder) {
    std::error_code error;
    while (!fs::exists(folder, error) && folder.has_relative_path()) folder = folder.parent_path();
    const fs::space_info space = fs::space(folder, error);
    return error ? 0 : space.available;
}

}  // namespace asterism
