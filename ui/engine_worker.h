#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/projects/project_session.h"
#include "ui/desktop_parts.h"
#include "ui/models/block_row.h"

namespace asterism {

// How a project's documents lie in its blocks, and what is in memory.
struct ProjectLayout {
    std::vector<BlockRow> blocks;
    std::vector<DocumentSpan> documents;
    std::string device;            // as EngineOptions::device; empty: no model is open
    std::int64_t weightBytes = 0;  // of the model's file
    std::int64_t kvBytes = 0;      // of the blocks in the device's memory
    std::int64_t hostKvBytes = 0;  // of those that had no room there
    // On disk: of this project, of the whole KV cache, and what that may take.
    std::int64_t projectCacheBytes = 0;
    std::int64_t cacheBytes = 0;
    std::int64_t cacheQuotaBytes = 0;
};

// The engine and the open project, as the engine's thread has them. On that thread only, but for
// the constructor.
class EngineWorker {
  public:
    explicit EngineWorker(const DesktopParts& parts) : m_parts(parts) {}

    // Opens a project's model, unless it is the one that is open, and the project. Throws Error.
    void open(const std::string& project, EngineOptions options);
    void close() { m_session.reset(); }
    // Removes a project that is not open, as removeProject() does.
    void remove(const std::string& project, const std::stop_token& stop);

    // Brings into memory what the KV cache has of the open project, and notes which of its
    // documents lack blocks. Throws as ProjectSession does.
    void restore(const EventSink& events, const std::stop_token& stop);

    // The open project's blocks and the stretches of its documents, as they are now; without a
    // project, the KV cache alone.
    ProjectLayout layout();
    // The same if what is read is not what it was then, because another process has read meanwhile.
    std::optional<ProjectLayout> newLayout();

    // What has changed on disk, with what it costs to encode. Throws as ProjectSession does.
    ProjectChanges rescan(const IngestOptions& options, const EventSink& events,
                          const std::stop_token& stop);

    // Makes the KV cache on disk keep to its quota.
    void enforceQuota();

    // Throws Error if no project is open.
    ProjectSession& session();
    // Both are there once a project is open.
    Workspace& workspace() { return *m_workspace; }
    const Engine& engine() const { return *m_engine; }

  private:
    void openWorkspace();
    void openEngine(const EngineOptions& options);
    void addMemory(const std::vector<PlannedBlock>& plan, ProjectLayout& layout) const;
    void addBlocks(const std::vector<PlannedBlock>& plan, ProjectLayout& layout);

    DesktopParts m_parts;
    std::unique_ptr<Workspace> m_workspace;
    std::optional<EngineOptions> m_options;  // of the open engine
    std::unique_ptr<Engine> m_engine;
    std::string m_fingerprint;
    std::unique_ptr<ProjectSession> m_session;
    const ProjectContext* m_shown = nullptr;  // of the last layout; may be gone
};

}  // namespace asterism
