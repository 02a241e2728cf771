#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/star/block_store.h"
#include "storage/database.h"
#include "storage/records.h"

namespace asterism {

// Projects and their sources in the database. As Database: one thread at a time, Error if it fails
// or what is to be changed is gone. Every call is made as a whole or not at all; calls inside a
// Transaction of the caller's are kept or taken back together.
class ProjectStore {
  public:
    explicit ProjectStore(const Database& database) : m_database(database) {}

    // Throws Error if the name is taken, empty, too long or has a slash or control character.
    ProjectRecord create(const std::string& name, const std::string& model,
                         const ProjectSettings& settings);
    std::vector<ProjectRecord> list() const;  // by name
    std::optional<ProjectRecord> find(const std::string& name) const;
    // Throws Error that names the projects there are if there is none of this name.
    ProjectRecord get(const std::string& name) const;
    ProjectRecord get(std::int64_t project) const;  // as it is now; Error if it is gone
    void rename(std::int64_t project, const std::string& name);
    // With all that belongs to it: sources, documents, chats. Files outside stay as they are.
    void remove(std::int64_t project);
    void markOpened(std::int64_t project);
    // If the project had the fingerprint of another model, all tokens are out of date and go: those
    // of its documents and messages, its anchor and its plan.
    void setModel(std::int64_t project, const std::string& model, const std::string& fingerprint);
    void setAnchor(std::int64_t project, std::span<const TokenId> anchor);

    // Names of what a project has in the KV cache: blocks, anchors, turns of its chats. They stay
    // in the list when they go from the cache or the project has others.
    void addKeptBlocks(std::int64_t project, std::span<const BlockKey> keys);
    // Of them, those that no other project has in its list.
    std::vector<BlockKey> blocksOfNoOther(std::int64_t project) const;

    std::vector<SourceRecord> sources(std::int64_t project) const;  // in the order they were added
    // The source of this path: the one that is there, or a new one whose prefix makes its
    // documents' names unlike those of the others ("notes/" for a second folder called notes).
    SourceRecord addSource(std::int64_t project, const std::filesystem::path& path, bool isFolder);
    // With its documents; the plan stays until it is set anew.
    void removeSource(std::int64_t source);

  private:
    void checkNotTaken(const std::string& name) const;
    void dropTokens(std::int64_t project);

    const Database& m_database;
};

}  // namespace asterism
