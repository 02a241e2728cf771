#pragma once

#include <chrono>
#include <filesystem>
#include <memory>

#include "storage/chat_store.h"
#include "storage/database.h"
#include "storage/disk_block_store.h"
#include "storage/document_store.h"
#include "storage/project_store.h"

namespace asterism {

// $XDG_DATA_HOME/asterism/asterism.db, by default under ~/.local/share; a variable that is empty or
// no absolute path counts as unset. Throws Error if the user has no home folder.
std::filesystem::path defaultDatabase();

struct WorkspaceOptions {
    std::filesystem::path database = defaultDatabase();
    // A writer waits so long for another process.
    std::chrono::milliseconds longestWait = std::chrono::seconds(10);
    bool isKept = true;       // false: a database in memory, gone with the workspace
    bool keepsBlocks = true;  // false: KV caches are neither read nor written
    // Empty folder: the default one. A cache folder that cannot be used costs time, not work: the
    // reason goes to onWarning and the workspace is without.
    DiskBlockStoreOptions blocks;
};

// What one user keeps: projects with their chats, and the KV cache. One thread at a time; other
// threads and processes open workspaces of their own over the same files.
class Workspace {
  public:
    // Throws Error as Database does.
    explicit Workspace(const WorkspaceOptions& options);

    const Database& database() const { return *m_database; }
    ProjectStore& projects() { return m_projects; }
    DocumentStore& documents() { return m_documents; }
    ChatStore& chats() { return m_chats; }
    DiskBlockStore* blocks() { return m_blocks.get(); }  // null: none is kept
    // Where locks of projects are; next to the database. Empty: in memory, nobody else is there.
    const std::filesystem::path& lockFolder() const { return m_lockFolder; }

  private:
    std::unique_ptr<Database> m_database;
    ProjectStore m_projects;
    DocumentStore m_documents;
    ChatStore m_chats;
    std::unique_ptr<DiskBlockStore> m_blocks;
    std::filesystem::path m_lockFolder;
};

}  // namespace asterism
