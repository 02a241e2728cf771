#include "storage/workspace.h"

#include "core/base/error.h"
#include "core/base/private_folder.h"
#include "storage/user_folders.h"

namespace asterism {

namespace fs = std::filesystem;

namespace {

// Null if the cache folder cannot be used; the reason goes to the options' onWarning.
std::unique_ptr<DiskBlockStore> openBlocks(DiskBlockStoreOptions options) {
    try {
        if (options.folder.empty()) options.folder = defaultBlockFolder();
        return std::make_unique<DiskBlockStore>(options);
    } catch (const Error& error) {
        if (options.onWarning)
            options.onWarning(std::string(error.what()) +
                              " (until then KV caches are neither read nor written)");
        return nullptr;
    }
}

}  // namespace

fs::path defaultDatabase() {
    return userFolder("XDG_DATA_HOME", ".local/share") / "asterism" / "asterism.db";
}

Workspace::Workspace(const WorkspaceOptions& options)
    : m_database(options.isKept ? std::make_unique<Database>(options.database, options.longestWait)
                                : std::make_unique<Database>()),
      m_projects(*m_database),
      m_documents(*m_database),
      m_chats(*m_database) {
    if (options.isKept) {
        m_lockFolder = fs::absolute(options.database).parent_path() / "locks";
        makePrivateFolder(m_lockFolder, kDatabaseAdvice);
    }
    if (options.keepsBlocks) m_blocks = openBlocks(options.blocks);
}

}  // namespace asterism
