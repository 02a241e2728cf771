#include "storage/projects/project_report.h"

#include "storage/projects/source_scan.h"

namespace asterism {

namespace {

void addBlocks(Workspace& workspace, ProjectReport& report) {
    const std::vector<PlannedBlock> plan = workspace.documents().plan(report.project.id);
    report.blocks = std::ssize(plan);
    if (!workspace.blocks()) return;
    std::vector<BlockKey> keys;
    keys.reserve(plan.size());
    for (const PlannedBlock& block : plan) keys.push_back(block.key);
    const CacheUsage kept = workspace.blocks()->usage(keys);
    report.blocksKept = static_cast<std::int64_t>(kept.files);
    report.bytesKept = kept.bytes;
}

}  // namespace

ProjectReport reportOn(Workspace& workspace, const ProjectRecord& project) {
    ProjectReport report;
    report.project = project;
    report.sources = workspace.projects().sources(project.id);
    report.documents = workspace.documents().list(project.id);
    for (const DocumentRecord& document : report.documents) {
        ++report.states[static_cast<std::size_t>(document.state)];
        report.tokens += document.tokens;
    }
    addBlocks(workspace, report);
    for (const ConversationRecord& conversation : workspace.chats().list(project.id)) {
        report.conversations += !conversation.isArchived;
        report.messages += std::ssize(workspace.chats().messages(conversation.id));
    }
    for (const SummaryRecord& summary : workspace.chats().summaries(project.id))
        report.summaries += summary.documentId != 0;
    return report;
}

SourceChanges compareSources(Workspace& workspace, const ProjectReport& report,
                             const std::stop_token& stop) {
    const FileFilter filter(workspace.documents().filterRules(report.project.id));
    const std::vector<LeftOut> leftOut = workspace.documents().leftOut(report.project.id);
    SourceChanges changes;
    for (const SourceRecord& source : report.sources) {
        std::vector<DocumentRecord> known;
        for (const DocumentRecord& document : report.documents)
            if (document.sourceId == source.id) known.push_back(document);
        SourceScan scan = scanSource(source, known, filter, {}, stop);
        changes.problems.insert(changes.problems.end(), scan.problems.begin(), scan.problems.end());
        for (const DocumentRecord* record : scan.removed) changes.removed.push_back(record->name);
        dropRefused(scan.toRead, leftOut);
        for (const FileToRead& file : scan.toRead)
            (file.known ? changes.changed : changes.added).push_back(file.file.name);
        changes.leftOut.insert(changes.leftOut.end(), scan.leftOut.begin(), scan.leftOut.end());
    }
    return changes;
}

}  // namespace asterism
