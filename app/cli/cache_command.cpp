#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "app/cli/byte_text.h"
#include "app/cli/command_list.h"
#include "app/cli/engine_flags.h"
#include "app/cli/text_io.h"
#include "storage/disk_block_store.h"

namespace asterism {

namespace {

struct CacheFlags {
    std::optional<std::uint64_t> quota;
    bool clears = false;
};

void showCache(const CacheFlags& flags, const CommandContext& context) {
    const std::filesystem::path folder = defaultBlockFolder();
    if (flags.quota) keepQuota(folder, *flags.quota);
    DiskBlockStore store({.folder = folder, .quota = {}, .onWarning = [](const std::string& line) {
                              std::cerr << "asterism-cli: " << line << std::endl;
                          }});
    CacheUsage removed;
    if (flags.clears)
        removed = store.clear();
    else if (flags.quota)
        removed = store.enforceQuota();
    const CacheUsage usage = store.usage();
    if (context.isJson)
        return printJson({{"folder", folder.string()},
                          {"files", usage.files},
                          {"bytes", usage.bytes},
                          {"quota", store.quota()},
                          {"removed_files", removed.files},
                          {"removed_bytes", removed.bytes}});
    if (removed.files > 0)
        std::cout << "removed: " << removed.files << " files, " << bytesText(removed.bytes) << '\n';
    std::cout << "folder:  " << folder.string() << '\n'
              << "blocks:  " << usage.files << " files, " << bytesText(usage.bytes) << '\n'
              << "quota:   " << bytesText(store.quota()) << '\n';
}

}  // namespace

void addCacheCommand(CommandSet& commands) {
    const auto flags = std::make_shared<CacheFlags>();
    CLI::App* app =
        commands.add("cache", "Size and quota of the KV cache on disk",
                     [flags](const CommandContext& context) { showCache(*flags, context); });
    takeSize(*app->add_option("--quota", flags->quota,
                              "Bytes that the cache may take from now on: 20G"));
    app->add_flag("--clear", flags->clears,
                  "Remove all blocks; they are encoded again when needed");
}

}  // namespace asterism
