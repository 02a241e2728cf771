#include <algorithm>
#include <cmath>
#include <numeric>
#include <sstream>
#include <utility>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/documents/file_reading.h"
#include "core/star/encoding_cost.h"
#include "storage/projects/open_conversation.h"
#include "storage/projects/project_lock.h"
#include "storage/projects/project_session.h"

// How a session takes documents in: preflight, rescan and ingest.

namespace asterism {

namespace fs = std::filesystem;

namespace {

ProjectChanges changesOf(const Intake& intake) {
    ProjectChanges changes;
    changes.added = intake.added;
    changes.changed = intake.changed;
    changes.removed = intake.removed;
    changes.failed = intake.failed;
    changes.unchanged = intake.unchanged;
    changes.problems = intake.problems;
    for (const auto& [source, files] : intake.leftOut)
        changes.leftOut.insert(changes.leftOut.end(), files.begin(), files.end());
    return changes;
}

// The next blocks to be encoded: up to `perRank` of every rank, in rising order.
std::vector<std::size_t> takeSlice(std::vector<std::size_t>& blocks, const EncodedContext& context,
                                   int ranks, std::int64_t perRank) {
    std::vector<std::int64_t> taken(static_cast<std::size_t>(ranks));
    std::vector<std::size_t> slice, rest;
    for (const std::size_t block : blocks) {
        std::int64_t& count = taken[static_cast<std::size_t>(context.rankOf[block])];
        const bool isTaken = count < perRank;
        count += isTaken;
        (isTaken ? slice : rest).push_back(block);
    }
    blocks = std::move(rest);
    return slice;
}

// Of blocks whose times are counted from the beginning of their slice.
EventSink laterBy(double seconds, const EventSink& events) {
    if (!events) return {};
    return [seconds, &events](const EngineEvent& event) {
        const auto* block = std::get_if<BlockEncoded>(&event);
        if (!block) return events(event);
        BlockEncoded later = *block;
        later.beginSeconds += seconds;
        events(later);
    };
}

// True while it lives.
class Raised {
  public:
    explicit Raised(bool& flag) : m_flag(flag) { m_flag = true; }
    ~Raised() { m_flag = false; }
    Raised(const Raised&) = delete;
    Raised& operator=(const Raised&) = delete;

  private:
    bool& m_flag;
};

DocumentCollection collectionOf(const ProjectContext& context, std::vector<LeftOut> leftOut) {
    DocumentCollection collection;
    for (const SharedDocument& document : context.documents()) {
        Document copy;
        copy.name = document->record.name;
        copy.text = document->text;
        copy.kind = document->record.kind;
        copy.path = document->record.path;
        copy.marks = document->record.marks;
        copy.notes = document->record.notes;
        copy.quality = document->record.quality;
        copy.secrets = document->record.secrets;
        copy.fileBytes = document->record.fileBytes;
        copy.fileTime = document->record.fileTime;
        collection.documents.push_back(std::move(copy));
    }
    std::sort(leftOut.begin(), leftOut.end(),
              [](const LeftOut& a, const LeftOut& b) { return a.name < b.name; });
    collection.leftOut = std::move(leftOut);
    return collection;
}

}  // namespace

std::vector<SourceRecord> ProjectSession::sourcesWith(std::span<const fs::path> paths) const {
    std::vector<SourceRecord> sources = m_workspace.projects().sources(m_project.id);
    for (const fs::path& path : paths) {
        std::error_code failure;
        const fs::path absolute = fs::canonical(path, failure);
        if (failure) throw Error(displayName(path), ": cannot be read: ", failure.message());
        const bool isThere =
            std::any_of(sources.begin(), sources.end(),
                        [&](const SourceRecord& source) { return source.path == absolute; });
        if (isThere) continue;
        SourceRecord source;
        source.id = -1 - std::ssize(sources);  // not stored
        source.path = absolute;
        source.isFolder = fs::is_directory(absolute);
        if (!sources.empty() && source.isFolder)
            source.prefix = displayName(absolute.filename()) + "/";
        sources.push_back(std::move(source));
    }
    return sources;
}

void ProjectSession::addSources(std::span<const fs::path> paths) {
    for (const fs::path& path : paths) {
        std::error_code failure;
        const fs::path absolute = fs::canonical(path, failure);
        if (failure) throw Error(displayName(path), ": cannot be read: ", failure.message());
        m_workspace.projects().addSource(m_project.id, absolute, fs::is_directory(absolute));
    }
}

IntakeRequest ProjectSession::intakeRequest(const IngestOptions& options) const {
    IntakeRequest request;
    request.documents = m_context->documents();
    for (DocumentRecord& record : m_workspace.documents().list(m_project.id))
        if (record.textBytes == 0) request.failed.push_back(std::move(record));
    request.filter = FileFilter(m_workspace.documents().filterRules(m_project.id));
    request.filter.add(options.withoutGlobs, true, false);
    request.filter.add(options.without, false, false);
    request.filter.add(options.wantedGlobs, true, true);
    request.filter.add(options.wanted, false, true);
    request.read = options.read;
    return request;
}

ProjectChanges ProjectSession::rescan(const std::stop_token& stop) {
    refresh();
    const IntakeRequest request = intakeRequest({});
    const std::vector<LeftOut> leftOut = m_workspace.documents().leftOut(m_project.id);
    ProjectChanges changes;
    for (const SourceRecord& source : m_workspace.projects().sources(m_project.id)) {
        std::vector<DocumentRecord> known = m_workspace.documents().list(m_project.id);
        std::erase_if(known,
                      [&](const DocumentRecord& record) { return record.sourceId != source.id; });
        SourceScan scan = scanSource(source, known, request.filter, {}, stop);
        changes.problems.insert(changes.problems.end(), scan.problems.begin(), scan.problems.end());
        changes.unchanged += std::ssize(scan.unchanged);
        for (const DocumentRecord* record : scan.removed) changes.removed.push_back(record->name);
        dropRefused(scan.toRead, leftOut);
        for (const FileToRead& file : scan.toRead) {
            (file.known ? changes.changed : changes.added).push_back(file.file.name);
            if (file.known && file.known->state != DocumentState::failed)
                m_workspace.documents().setState(file.known->id, DocumentState::changed);
        }
        changes.leftOut.insert(changes.leftOut.end(), scan.leftOut.begin(), scan.leftOut.end());
    }
    return changes;
}

void ProjectSession::addCosts(const ProjectContext& context, ProjectChanges& changes) const {
    changes.anchorStands = context.anchorStands();
    changes.blockTokens = context.options().blockTokens;
    if (context.isEmpty()) return;
    const Engine& engine = m_engine.engine;
    const auto planned = engine.layOut(context.input().tokens, context.blocks(), context.options());
    const EncodingStarted costs = engine.describe(*planned);
    changes.tokens = costs.contextTokens;
    changes.kvBytes = costs.kvBytes;
    changes.blocksTotal = std::ssize(costs.blocks);
    std::vector<BlockKey> keys;
    if (m_workspace.blocks()) keys = engine.blockKeys(*planned);
    for (std::size_t i = 0; i < costs.blocks.size(); ++i) {
        if (!keys.empty() && m_workspace.blocks()->has(keys[i])) continue;
        ++changes.blocksToEncode;
        changes.tokensToEncode += costs.blocks[i].tokens();
    }
    const double rate = m_workspace.documents().rate(engine.description(), m_engine.fingerprint,
                                                     m_project.settings.blockTokens);
    if (rate > 0) changes.estimatedSeconds = static_cast<double>(changes.tokensToEncode) / rate;
}

Preflight ProjectSession::preflight(const IngestOptions& options, const EventSink& events,
                                    const std::stop_token& stop) {
    IntakeRequest request = intakeRequest(options);
    request.sources = sourcesWith(options.paths);
    IntakeSteps steps;
    steps.pause = options.betweenBlocks;
    Intake intake = takeIn(request, m_engine.engine.tokenizer(), steps, events, stop);
    Preflight preflight;
    preflight.changes = changesOf(intake);
    const auto context = contextOf(std::move(intake.documents));
    addCosts(*context, preflight.changes);
    preflight.collection = collectionOf(*context, preflight.changes.leftOut);
    std::vector<std::int64_t> tokens;
    for (const SharedDocument& document : context->documents())
        tokens.push_back(std::ssize(document->segment.tokens));
    preflight.tree = buildPreflight(preflight.collection, tokens);
    return preflight;
}

Intake ProjectSession::takeInAll(const IngestOptions& options, const EventSink& events,
                                 const std::stop_token& stop) {
    DocumentStore& store = m_workspace.documents();
    IntakeRequest request = intakeRequest(options);
    request.sources = m_workspace.projects().sources(m_project.id);
    // Before anything is read: a reading that is stopped goes on without them too.
    if (request.filter.rules() != store.filterRules(m_project.id))
        store.setFilterRules(m_project.id, request.filter.rules());
    IntakeSteps steps;
    steps.keep = [&](std::span<const std::shared_ptr<ProjectDocument>> documents) {
        Transaction transaction(m_workspace.database());
        for (const auto& document : documents)
            document->record.id =
                store.save(m_project.id, document->record, document->text,
                           {m_engine.fingerprint, document->segment.textTokens()});
        transaction.commit();
    };
    steps.confirm = [&](const DocumentRecord& record) {
        store.setFileTime(record.id, record.fileBytes, record.fileTime);
        store.setState(record.id, DocumentState::encoding);
    };
    steps.fail = [&](const DocumentRecord& record) {
        if (record.textBytes > 0)
            store.setState(record.id, record.state, record.reason);
        else
            store.save(m_project.id, record, {}, {});
    };
    steps.pause = options.betweenBlocks;
    Intake intake = takeIn(request, m_engine.engine.tokenizer(), steps, events, stop);
    Transaction transaction(m_workspace.database());
    for (const std::int64_t document : intake.removedIds) store.remove(document);
    transaction.commit();
    for (const auto& [source, files] : intake.leftOut) store.setLeftOut(source, files);
    return intake;
}

IngestReport ProjectSession::ingest(const IngestOptions& options, const EventSink& events,
                                    const std::stop_token& stop) {
    const Stopwatch clock;
    const ProjectLock lock(
        m_workspace.lockFolder(), m_project.id,
        [&] {
            if (options.onWait)
                options.onWait();
            else if (events)
                events(Warning{m_project.name +
                               ": another process is reading this project; waiting for it"});
        },
        stop);
    if (!refresh()) readDocuments();  // as the last process left them
    const Raised isIngesting(m_isIngesting);
    addSources(options.paths);
    Intake intake = takeInAll(options, events, stop);
    IngestReport report;
    report.changes = changesOf(intake);
    useContext(contextOf(std::move(intake.documents)));
    addCosts(*m_context, report.changes);
    if (m_context->anchor() != m_project.anchor) {
        m_workspace.projects().setAnchor(m_project.id, m_context->anchor());
        m_project.anchor = m_context->anchor();
    }
    keepPlan();
    if (m_encoded) {
        std::vector<std::size_t> blocks = blocksToEncode();
        report.blocksRestored = std::ssize(m_encoded->blocks) - std::ssize(blocks);
        report.blocksEncoded = encodeInSlices(std::move(blocks), options, events, stop);
        noteUnkept(report);
    }
    storeStates();
    report.seconds = clock.seconds();
    return report;
}

// A block that was found damaged is kept under the key of the numbers it was encoded with anew.
void ProjectSession::refreshKeys() {
    if (!m_workspace.blocks() || !m_encoded) return;
    const std::vector<BlockKey> before =
        std::exchange(m_keys, m_engine.engine.blockKeys(*m_encoded));
    m_workspace.blocks()->pin(m_keys);
    m_workspace.blocks()->unpin(before);
}

// Whatever of the context may come to be in the KV cache is in the project's list before it is.
void ProjectSession::noteKeys() {
    if (!m_workspace.blocks() || !m_encoded) return;
    m_workspace.projects().addKeptBlocks(m_project.id, m_engine.engine.storeKeys(*m_encoded));
}

// Without a KV cache blocks have no keys: a plan of the same blocks that has some stays.
void ProjectSession::keepPlan() {
    refreshKeys();
    std::vector<PlannedBlock> plan;
    for (std::size_t i = 0; m_encoded && i < m_encoded->blocks.size(); ++i)
        plan.push_back(plannedBlock(i));
    DocumentStore& store = m_workspace.documents();
    const auto sameTokens = [](const PlannedBlock& a, const PlannedBlock& b) {
        return a.tokens == b.tokens;
    };
    if (!m_workspace.blocks() && std::ranges::equal(plan, store.plan(m_project.id), sameTokens))
        return;
    Transaction transaction(m_workspace.database());
    store.setPlan(m_project.id, plan);
    noteKeys();
    transaction.commit();
}

PlannedBlock ProjectSession::plannedBlock(std::size_t block) const {
    return {m_encoded->blocks[block], m_keys.empty() ? BlockKey() : m_keys[block],
            m_encoded->seconds[block], m_encoded->rankOf[block]};
}

// Of blocks that are in memory and are gone with it.
void ProjectSession::noteUnkept(IngestReport& report) const {
    if (!m_workspace.blocks()) return;
    report.blocksUnkept = std::count_if(m_keys.begin(), m_keys.end(), [&](const BlockKey& key) {
        return !m_workspace.blocks()->has(key);
    });
    if (report.blocksUnkept == 0) return;
    std::ostringstream text;
    text << report.blocksUnkept << " of " << m_keys.size() << " blocks could not be kept in "
         << m_workspace.blocks()->folder().string()
         << " and will be encoded again; see that its disk has space and that it may be written";
    report.changes.problems.push_back(text.str());
}

std::int64_t ProjectSession::encodeInSlices(std::vector<std::size_t> blocks,
                                            const IngestOptions& options, const EventSink& events,
                                            const std::stop_token& stop) {
    if (blocks.empty()) return 0;
    if (events) {
        events(m_engine.engine.describe(*m_encoded));
        // What is there counts as done from the start.
        for (std::size_t i = 0; i < m_encoded->blocks.size(); ++i)
            if (!std::binary_search(blocks.begin(), blocks.end(), i))
                events(BlockEncoded{static_cast<std::int64_t>(i), m_encoded->blocks[i],
                                    m_encoded->rankOf[i], 0, m_encoded->seconds[i], true});
    }
    const std::int64_t count = std::ssize(blocks);
    std::int64_t perRank = 1;
    std::int64_t tokens = 0;
    double seconds = 0;
    const Stopwatch all;
    m_isEncoding = true;
    const auto finish = [&] {
        m_isEncoding = false;
        storeStates();
    };
    try {
        while (!blocks.empty()) {
            const auto slice = takeSlice(blocks, *m_encoded, m_engine.engine.ranks(), perRank);
            const Stopwatch clock;
            m_engine.engine.encode(*m_encoded, slice, laterBy(all.seconds(), events), stop);
            const double took = std::max(clock.seconds(), 1e-6);
            for (const std::size_t block : slice) {
                tokens += m_encoded->blocks[block].tokens();
                const PlannedBlock planned = plannedBlock(block);
                m_workspace.documents().noteEncoded(m_project.id, block, planned.key, planned);
                // Nobody asks before the end: what the store has need not stay in memory.
                if (!options.betweenBlocks && m_workspace.blocks() &&
                    m_workspace.blocks()->has(m_keys[block]))
                    m_encoded->keyValues[block].reset();
            }
            seconds += took;
            perRank = std::clamp<std::int64_t>(
                std::llround(static_cast<double>(perRank) * options.sliceSeconds / took), 1, 64);
            if (!options.betweenBlocks) continue;
            storeStates();
            options.betweenBlocks();
        }
    } catch (...) {
        finish();
        throw;
    }
    finish();
    if (seconds > 0)
        m_workspace.documents().noteRate(m_engine.engine.description(), m_engine.fingerprint,
                                         m_project.settings.blockTokens,
                                         static_cast<double>(tokens) / seconds);
    return count;
}

}  // namespace asterism
