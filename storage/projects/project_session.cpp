#include "storage/projects/project_session.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <map>
#include <numeric>
#include <sstream>
#include <utility>

#include "core/base/error.h"
#include "storage/projects/open_conversation.h"
#include "storage/projects/project_lock.h"

namespace asterism {

namespace {

PromptFrame frameOf(const Tokenizer& tokenizer) {
    return tokenizer.vocabulary().chatTemplate.empty() ? plainFrame(tokenizer)
                                                       : chatFrame(tokenizer);
}

}  // namespace

std::string ProjectChanges::summary() const {
    std::ostringstream text;
    text << "+" << added.size() << " ~" << changed.size() << " -" << removed.size() << ", "
         << unchanged << " unchanged";
    if (!failed.empty()) text << ", " << failed.size() << " failed";
    text << ", " << blocksToEncode << (blocksToEncode == 1 ? " block" : " blocks") << " to encode";
    return text.str();
}

ProjectSession::ProjectSession(Workspace& workspace, const SessionEngine& engine,
                               const std::string& project)
    : m_workspace(workspace),
      m_engine(engine),
      m_project(workspace.projects().get(project)),
      m_frame(frameOf(engine.engine.tokenizer())) {
    if (workspace.blocks()) engine.engine.setBlockStore(*workspace.blocks(), engine.fingerprint);
    workspace.projects().markOpened(m_project.id);
    if (m_project.modelFingerprint != engine.fingerprint) takeModel();
    readDocuments();
}

// What was read stays; tokens and anchor are those of one model and are made anew. Not under the
// hands of a process that is storing those of the other.
void ProjectSession::takeModel() {
    constexpr std::chrono::seconds kPatience{1};  // another one opens the project at this moment
    const auto lock = ProjectLock::tryTake(m_workspace.lockFolder(), m_project.id, kPatience);
    m_project = m_workspace.projects().get(m_project.id);
    if (m_project.modelFingerprint == m_engine.fingerprint) return;
    if (!lock)
        throw Error(m_project.name, ": another process is reading this project with the model ",
                    m_project.model, "; wait until it is done, or use that model");
    m_workspace.projects().setModel(m_project.id, m_engine.model, m_engine.fingerprint);
    m_project = m_workspace.projects().get(m_project.id);
}

ProjectSession::~ProjectSession() {
    if (m_workspace.blocks()) m_workspace.blocks()->unpin(m_keys);
}

void ProjectSession::readDocuments() {
    DocumentStore& store = m_workspace.documents();
    const Tokenizer& tokenizer = m_engine.engine.tokenizer();
    std::vector<SharedDocument> documents;
    for (DocumentRecord& record : store.list(m_project.id)) {
        if (record.textBytes == 0) continue;
        auto document = std::make_shared<ProjectDocument>();
        document->text = store.text(record.id);
        const std::vector<TokenId> tokens = store.tokens(record.id, m_engine.fingerprint);
        if (tokens.empty()) {
            document->segment = buildSegment(tokenizer, record.name, document->text);
            store.setTokens(record.id, {m_engine.fingerprint, document->segment.textTokens()});
        } else {
            document->segment = buildSegment(tokenizer, record.name, document->text, tokens);
        }
        record.tokens = std::ssize(document->segment.tokens);
        document->record = std::move(record);
        documents.push_back(std::move(document));
    }
    useContext(contextOf(std::move(documents)));
}

bool ProjectSession::refresh() {
    if (m_isIngesting) return false;
    ProjectRecord now = m_workspace.projects().get(m_project.id);
    if (now.modelFingerprint != m_engine.fingerprint)
        throw Error(now.name, ": was opened with the model ", now.model,
                    " meanwhile and is that model's now; open it again");
    std::vector<DocumentVersion> known;
    for (const SharedDocument& document : m_context->documents())
        known.push_back({document->record.id, document->record.textHash});
    std::sort(known.begin(), known.end());
    const bool isSame =
        known == m_workspace.documents().versions(m_project.id) && now.anchor == m_project.anchor;
    m_project = std::move(now);
    if (!isSame) readDocuments();
    return !isSame;
}

std::unique_ptr<ProjectContext> ProjectSession::contextOf(
    std::vector<SharedDocument> documents) const {
    ProjectSettings settings = m_project.settings;
    // A block is encoded behind an anchor that may be as long; the model is to see both.
    const std::int64_t window = m_engine.engine.config().window;
    const std::int64_t longest = settings.anchor == AnchorMode::none ? window : window / 2;
    settings.blockTokens = std::min(settings.blockTokens, std::max<std::int64_t>(1, longest));
    return std::make_unique<ProjectContext>(m_frame, settings, m_project.anchor,
                                            std::move(documents));
}

// Blocks that the last context had as well keep their place in memory.
void ProjectSession::useContext(std::unique_ptr<ProjectContext> context) {
    m_open.reset();
    m_context = std::move(context);
    const auto before = std::move(m_encoded);
    const std::vector<BlockKey> keysBefore = std::exchange(m_keys, {});
    if (!m_context->isEmpty()) {
        const Engine& engine = m_engine.engine;
        m_encoded =
            engine.layOut(m_context->input().tokens, m_context->blocks(), m_context->options());
        if (m_workspace.blocks()) m_keys = engine.blockKeys(*m_encoded);
    }
    std::map<std::array<std::uint8_t, 16>, std::size_t> indexBefore;
    for (std::size_t i = 0; i < keysBefore.size(); ++i) indexBefore[keysBefore[i].bytes] = i;
    for (std::size_t i = 0; before && i < m_keys.size(); ++i) {
        const auto same = indexBefore.find(m_keys[i].bytes);
        if (same == indexBefore.end()) continue;
        const std::size_t old = same->second;
        if (before->rankOf[old] != m_encoded->rankOf[i]) continue;
        m_encoded->keyValues[i] = std::move(before->keyValues[old]);
        m_encoded->seconds[i] = before->seconds[old];
    }
    if (!m_workspace.blocks()) return;
    m_workspace.blocks()->pin(m_keys);
    m_workspace.blocks()->unpin(keysBefore);
}

std::vector<std::size_t> ProjectSession::blocksToEncode() const {
    std::vector<std::size_t> blocks;
    for (std::size_t i = 0; m_encoded && i < m_encoded->blocks.size(); ++i)
        if (!m_encoded->hasBlock(i) &&
            (!m_workspace.blocks() || !m_workspace.blocks()->has(m_keys[i])))
            blocks.push_back(i);
    return blocks;
}

std::vector<std::size_t> ProjectSession::readyBlocks() const {
    std::vector<std::size_t> all(m_encoded ? m_encoded->blocks.size() : 0);
    std::iota(all.begin(), all.end(), 0);
    const std::vector<std::size_t> missing = blocksToEncode();
    std::vector<std::size_t> ready;
    std::set_difference(all.begin(), all.end(), missing.begin(), missing.end(),
                        std::back_inserter(ready));
    return ready;
}

std::vector<DocumentState> ProjectSession::states() const {
    std::vector<bool> isMissing(m_context->blocks().size());
    for (const std::size_t block : blocksToEncode()) isMissing[block] = true;
    // Nothing can be asked without the block that holds the chat header.
    const bool hasHeader = isMissing.empty() || !isMissing.front();
    std::vector<DocumentState> states;
    for (std::size_t i = 0; i < m_context->documents().size(); ++i) {
        const TokenRange blocks = m_context->blocksOf(i);
        bool isReady = hasHeader;
        for (std::int64_t block = blocks.begin; block < blocks.end; ++block)
            isReady = isReady && !isMissing[static_cast<std::size_t>(block)];
        states.push_back(isReady ? DocumentState::ready : DocumentState::encoding);
    }
    return states;
}

void ProjectSession::storeStates() {
    const std::vector<DocumentState> now = states();
    DocumentStore& store = m_workspace.documents();
    Transaction transaction(m_workspace.database());
    std::size_t next = 0;
    // Both lists are in the order of the names; those without text are not in the context.
    for (const DocumentRecord& record : store.list(m_project.id)) {
        if (next == now.size() || m_context->documents()[next]->record.id != record.id) continue;
        const DocumentState state = now[next++];
        if (record.state != state && record.state != DocumentState::changed)
            store.setState(record.id, state);
    }
    transaction.commit();
}

// Blocks that are to be had, from the KV cache or not; those whose files turn out to be damaged are
// encoded as well. Returns how many were.
std::int64_t ProjectSession::bringIn(std::span<const std::size_t> blocks, const EventSink& events,
                                     const std::stop_token& stop) {
    const auto missing = std::count_if(blocks.begin(), blocks.end(), [&](std::size_t block) {
        return !m_encoded->hasBlock(block);
    });
    if (missing > 0) noteKeys();
    const std::int64_t restoredBefore = m_encoded->restoredBlocks;
    m_engine.engine.encode(*m_encoded, blocks, events, stop);
    return missing - (m_encoded->restoredBlocks - restoredBefore);
}

std::int64_t ProjectSession::load(const EventSink& events, const std::stop_token& stop) {
    refresh();
    if (!m_encoded)
        throw Error(m_project.name,
                    ": the project has no documents; add some with "
                    "`asterism-cli ingest`");
    if (m_encoded->isComplete() &&
        (!m_encoded->hasFixedAnchor() || m_encoded->fixedAnchor() != nullptr))
        return 0;
    keepFirstPlan();
    std::vector<std::size_t> all(m_encoded->blocks.size());
    std::iota(all.begin(), all.end(), 0);
    if (events) events(m_engine.engine.describe(*m_encoded));
    const std::int64_t encoded = bringIn(all, events, stop);
    if (encoded > 0) noteEncoded();
    return encoded;
}

std::int64_t ProjectSession::restore(const EventSink& events, const std::stop_token& stop) {
    refresh();
    if (!m_encoded) return 0;
    if (events) events(m_engine.engine.describe(*m_encoded));
    if (bringIn(readyBlocks(), events, stop) > 0) noteEncoded();
    return std::ssize(blocksToEncode());
}

// Where no ingest has kept one: it was killed before, or the model is a new one.
void ProjectSession::keepFirstPlan() {
    const auto lock = ProjectLock::tryTake(m_workspace.lockFolder(), m_project.id);
    if (lock && m_workspace.documents().plan(m_project.id).empty()) keepPlan();
}

// What was encoded outside of ingest(). Another process may have made another plan meanwhile, or be
// about to: that one stands.
void ProjectSession::noteEncoded() {
    const std::vector<BlockKey> planned = m_keys;
    refreshKeys();
    const auto lock = ProjectLock::tryTake(m_workspace.lockFolder(), m_project.id);
    if (!lock) return;
    Transaction transaction(m_workspace.database());
    for (std::size_t i = 0; i < m_keys.size(); ++i) {
        const double seconds = m_encoded->seconds[i];
        if (seconds == 0 && m_keys[i] == planned[i]) continue;
        m_workspace.documents().noteEncoded(m_project.id, i, planned[i], plannedBlock(i));
    }
    transaction.commit();
    storeStates();
}

}  // namespace asterism
