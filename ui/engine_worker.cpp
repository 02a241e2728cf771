#include "ui/engine_worker.h"

#include "core/base/error.h"
#include "storage/model_fingerprint.h"

namespace asterism {

namespace {

bool isSameEngine(const EngineOptions& one, const EngineOptions& other) {
    return one.model == other.model && one.ranks == other.ranks && one.threads == other.threads &&
           one.device == other.device && one.precision == other.precision;
}

}  // namespace

void EngineWorker::open(const std::string& project, EngineOptions options) {
    m_session.reset();
    if (!m_workspace) m_workspace = std::make_unique<Workspace>(m_parts.workspace);
    const std::string model = m_workspace->projects().get(project).model;
    options.model = m_parts.resolveModel(model);
    if (!m_engine || !isSameEngine(options, *m_options)) openEngine(options);
    m_session = std::make_unique<ProjectSession>(
        *m_workspace, SessionEngine{*m_engine, model, m_fingerprint}, project);
}

void EngineWorker::openEngine(const EngineOptions& options) {
    m_engine.reset();  // two models at a time might not fit
    m_options.reset();
    DiskBlockStore* blocks = m_workspace->blocks();
    const std::filesystem::path folder =
        blocks ? blocks->folder() : m_parts.workspace.blocks.folder;
    m_fingerprint = modelFingerprint(options.model, folder.parent_path());
    m_engine = m_parts.openEngine(options);
    m_options = options;
    if (blocks) m_engine->setBlockStore(*blocks, m_fingerprint);
}

ProjectSession& EngineWorker::session() {
    if (!m_session) throw Error("no project is open; open one first");
    return *m_session;
}

}  // namespace asterism
