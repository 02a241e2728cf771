#include "ui/engine_worker.h"

#include <map>
#include <utility>

#include "core/base/error.h"
#include "core/star/context_encoder.h"
#include "storage/cache_settings.h"
#include "storage/model_fingerprint.h"
#include "storage/projects/project_removal.h"

namespace asterism {

namespace {

bool isSameEngine(const EngineOptions& one, const EngineOptions& other) {
    return one.model == other.model && one.ranks == other.ranks && one.threads == other.threads &&
           one.device == other.device && one.gpuMemory == other.gpuMemory &&
           one.precision == other.precision;
}

bool isOnHost(const EncodedContext* context, std::size_t block) {
    return context && block < context->keyValues.size() && context->hasBlock(block) &&
           context->keyValues[block]->place() == MemoryPlace::host;
}

}  // namespace

void EngineWorker::open(const std::string& project, EngineOptions options) {
    m_session.reset();
    openWorkspace();
    const std::string model = m_workspace->projects().get(project).model;
    options.model = m_parts.resolveModel(model);
    if (!m_engine || !isSameEngine(options, *m_options)) openEngine(options);
    m_session = std::make_unique<ProjectSession>(
        *m_workspace, SessionEngine{*m_engine, model, m_fingerprint}, project);
}

void EngineWorker::openWorkspace() {
    if (!m_workspace) m_workspace = std::make_unique<Workspace>(m_parts.workspace);
}

void EngineWorker::remove(const std::string& project, const std::stop_token& stop) {
    openWorkspace();
    removeProject(*m_workspace, project, stop);
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

void EngineWorker::restore(const EventSink& events, const std::stop_token& stop) {
    session().restore(events, stop);
    const std::vector<DocumentState> states = session().states();
    std::map<std::int64_t, DocumentState> stateOf;
    for (std::size_t i = 0; i < states.size(); ++i)
        stateOf[session().context().documents()[i]->record.id] = states[i];
    DocumentStore& store = m_workspace->documents();
    for (const DocumentRecord& record : store.list(session().project().id)) {
        const auto now = stateOf.find(record.id);
        const bool isKnown =
            record.state == DocumentState::ready || record.state == DocumentState::encoding;
        if (now != stateOf.end() && isKnown && now->second != record.state)
            store.setState(record.id, now->second);
    }
}

std::optional<ProjectLayout> EngineWorker::newLayout() {
    if (!m_session || &m_session->context() == m_shown) return std::nullopt;
    return layout();
}

ProjectLayout EngineWorker::layout() {
    ProjectLayout layout;
    std::vector<PlannedBlock> plan;
    m_shown = m_session ? &m_session->context() : nullptr;
    if (m_session) plan = m_workspace->documents().plan(m_session->project().id);
    addMemory(plan, layout);
    if (!m_session || m_session->context().isEmpty()) return layout;
    const ProjectContext& context = m_session->context();
    for (const auto& part : context.input().parts) {
        if (!part.document) continue;
        const QString name =
            QString::fromStdString(context.documents()[*part.document]->record.name);
        if (layout.documents.empty() || layout.documents.back().name != name)
            layout.documents.push_back({name, part.tokens});
        layout.documents.back().tokens.end = part.tokens.end;
    }
    addBlocks(plan, layout);
    return layout;
}

void EngineWorker::addMemory(const std::vector<PlannedBlock>& plan, ProjectLayout& layout) const {
    std::error_code ignored;
    if (m_engine) {
        layout.device = m_options->device;
        layout.weightBytes =
            static_cast<std::int64_t>(std::filesystem::file_size(m_options->model, ignored));
    }
    const DiskBlockStore* blocks = m_workspace ? m_workspace->blocks() : nullptr;
    if (!blocks) return;
    std::vector<BlockKey> keys;
    keys.reserve(plan.size());
    for (const PlannedBlock& block : plan) keys.push_back(block.key);
    layout.projectCacheBytes = static_cast<std::int64_t>(blocks->usage(keys).bytes);
    const std::uint64_t used = blocks->usage().bytes;
    layout.cacheBytes = static_cast<std::int64_t>(used);
    layout.cacheQuotaBytes = static_cast<std::int64_t>(quotaInForce(blocks->folder(), used));
}

void EngineWorker::addBlocks(const std::vector<PlannedBlock>& plan, ProjectLayout& layout) {
    const ProjectContext& context = m_session->context();
    const KvLayout kv = kvLayout(m_engine->config(), m_session->project().settings.kv);
    const std::vector<DocumentState> states = m_session->states();
    for (std::size_t i = 0; i < context.blocks().size(); ++i) {
        BlockRow row;
        row.index = static_cast<std::int64_t>(i);
        row.tokens = context.blocks()[i];
        row.kvBytes = kv.blockBytes(row.tokens.tokens());
        row.state = DocumentState::ready;
        for (const std::size_t document : context.documentsIn(i)) {
            row.documents << QString::fromStdString(context.documents()[document]->record.name);
            if (states[document] == DocumentState::encoding) row.state = DocumentState::encoding;
        }
        if (i < plan.size() && plan[i].tokens == row.tokens) {
            row.rank = plan[i].rank;
            row.seconds = plan[i].seconds;
            row.isRestored = plan[i].seconds == 0;
        }
        if (row.state == DocumentState::ready)
            (isOnHost(m_session->encoded(), i) ? layout.hostKvBytes : layout.kvBytes) +=
                row.kvBytes;
        layout.blocks.push_back(std::move(row));
    }
}

ProjectChanges EngineWorker::rescan(const IngestOptions& options, const EventSink& events,
                                    const std::stop_token& stop) {
    ProjectChanges changes = session().rescan(stop);
    if (changes.added.empty() && changes.changed.empty() && changes.removed.empty()) return changes;
    // Files have to be read to know that.
    changes.blocksToEncode = session().preflight(options, events, stop).changes.blocksToEncode;
    return changes;
}

void EngineWorker::enforceQuota() {
    if (m_workspace && m_workspace->blocks()) m_workspace->blocks()->enforceQuota();
}

ProjectSession& EngineWorker::session() {
    if (!m_session) throw Error("no project is open; open one first");
    return *m_session;
}

}  // namespace asterism
