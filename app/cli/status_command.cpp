#include <iomanip>
#include <iostream>
#include <memory>

#include "app/cli/byte_text.h"
#include "app/cli/command_list.h"
#include "app/cli/progress.h"
#include "app/cli/project_flags.h"
#include "app/cli/project_output.h"
#include "app/cli/text_io.h"
#include "storage/projects/project_report.h"

namespace asterism {

namespace {

using Json = nlohmann::ordered_json;

Json statesJson(const ProjectReport& report) {
    Json states;
    for (std::size_t i = 0; i < report.states.size(); ++i)
        states[std::string(toString(static_cast<DocumentState>(i)))] = report.states[i];
    return states;
}

Json shortJson(const ProjectReport& report) {
    return {{"name", report.project.name},
            {"model", report.project.model},
            {"documents", report.documents.size()},
            {"states", statesJson(report)},
            {"tokens", report.tokens},
            {"blocks_total", report.blocks},
            {"blocks_kept", report.blocksKept},
            {"kv_bytes", report.bytesKept},
            {"conversations", report.conversations},
            {"opened_at", report.project.openedAt}};
}

Json documentJson(const DocumentRecord& document) {
    Json secrets = Json::array();
    for (const PossibleSecret& secret : document.secrets)
        secrets.push_back({{"kind", secret.kind}, {"line", secret.line}});
    return {{"document", document.name},
            {"state", toString(document.state)},
            {"reason", document.reason},
            {"kind", toString(document.kind)},
            {"quality", toString(document.quality)},
            {"tokens", document.tokens},
            {"notes", document.notes},
            {"secrets", std::move(secrets)}};
}

Json fullJson(Workspace& workspace, const ProjectReport& report, const SourceChanges& changes) {
    Json json = shortJson(report);
    const ProjectSettings& settings = report.project.settings;
    json["settings"] = {{"block_tokens", settings.blockTokens},
                        {"kv", nameOf(settings.kv)},
                        {"anchor", settings.anchor == AnchorMode::none ? "none" : "first"},
                        {"anchor_tokens", report.project.anchor.size()}};
    json["sources"] = Json::array();
    for (const SourceRecord& source : report.sources)
        json["sources"].push_back({{"path", source.path.string()},
                                   {"prefix", source.prefix},
                                   {"folder", source.isFolder}});
    json["document_list"] = Json::array();
    for (const DocumentRecord& document : report.documents)
        json["document_list"].push_back(documentJson(document));
    json["left_out"] = leftOutJson(workspace.documents().leftOut(report.project.id));
    json["messages"] = report.messages;
    json["summaries"] = report.summaries;
    json["changed_since"] = {
        {"added", changes.added}, {"changed", changes.changed}, {"removed", changes.removed}};
    json["problems"] = changes.problems;
    return json;
}

std::string blocksText(const ProjectReport& report) {
    return grouped(report.blocksKept) + " of " + grouped(report.blocks) + " blocks, " +
           bytesText(report.bytesKept);
}

void printShort(const ProjectReport& report) {
    std::cout << std::left << std::setw(24) << report.project.name << std::right << std::setw(8)
              << grouped(std::ssize(report.documents)) << std::setw(14) << grouped(report.tokens)
              << "  " << std::left << std::setw(28) << blocksText(report) << std::setw(8)
              << report.conversations << timeText(report.project.openedAt) << std::right << '\n';
}

void printFull(Workspace& workspace, const ProjectReport& report, const SourceChanges& changes) {
    const ProjectRecord& project = report.project;
    std::cout << "project:    " << project.name << ", used " << timeText(project.openedAt) << '\n'
              << "model:      " << project.model << '\n'
              << "settings:   blocks of at most " << grouped(project.settings.blockTokens)
              << " tokens (or half of the model's window), KV " << nameOf(project.settings.kv)
              << ", anchor " << (project.settings.anchor == AnchorMode::none ? "none" : "first")
              << '\n';
    for (const SourceRecord& source : report.sources)
        std::cout << "source:     " << source.path.string() << '\n';
    std::cout << "documents:  " << report.documents.size() << ", " << grouped(report.tokens)
              << " tokens\n"
              << "KV cache:   " << blocksText(report) << '\n'
              << "chats:      " << report.conversations << ", " << report.messages << " messages, "
              << report.summaries << " summaries\n";
    for (const std::string& problem : changes.problems)
        std::cout << "problem:    " << problem << '\n';
    if (!changes.isEmpty())
        std::cout << "changed:    +" << changes.added.size() << " ~" << changes.changed.size()
                  << " -" << changes.removed.size() << " files since they were read\n";
    for (const DocumentRecord& document : report.documents) {
        std::cout << std::setw(12) << grouped(document.tokens) << "  " << std::left << std::setw(9)
                  << toString(document.state) << std::right << document.name;
        if (!document.reason.empty()) std::cout << " (" << document.reason << ")";
        for (const PossibleSecret& secret : document.secrets)
            std::cout << "  possible secret: " << secret.kind << " in line " << secret.line;
        std::cout << '\n';
    }
    for (const LeftOut& file : workspace.documents().leftOut(project.id))
        std::cout << "left out:   " << file.name << " (" << file.reason << ")\n";
    std::cout << std::flush;
}

void list(const CommandContext& command) {
    const auto workspace = WorkspaceFlags().open();
    Json projects = Json::array();
    const auto records = workspace->projects().list();
    if (!command.isJson && records.empty())
        std::cout << "there are no projects; make one with `asterism-cli ingest PROJECT PATH`\n";
    else if (!command.isJson)
        std::cout << "project                 documents        tokens  in the KV cache"
                     "             chats   used\n";
    for (const ProjectRecord& project : records) {
        const ProjectReport report = reportOn(*workspace, project);
        if (command.isJson)
            projects.push_back(shortJson(report));
        else
            printShort(report);
    }
    if (command.isJson) printJson({{"projects", std::move(projects)}});
}

// Without a project: where everything is, and how much.
void statusOfAll(const CommandContext& command) {
    const auto workspace = WorkspaceFlags().open();
    const auto* blocks = workspace->blocks();
    const CacheUsage usage = blocks ? blocks->usage() : CacheUsage();
    const std::string folder = blocks ? blocks->folder().string() : "cannot be used";
    const std::uint64_t quota = blocks ? blocks->quota() : 0;
    const auto projects = workspace->projects().list().size();
    if (command.isJson)
        return printJson({{"database", workspace->database().place()},
                          {"projects", projects},
                          {"cache",
                           {{"folder", folder},
                            {"files", usage.files},
                            {"bytes", usage.bytes},
                            {"quota", quota}}}});
    std::cout << "database: " << workspace->database().place() << '\n'
              << "projects: " << projects << "; `asterism-cli list` shows them\n"
              << "KV cache: " << folder << ", " << usage.files << " files, "
              << bytesText(usage.bytes) << " of " << bytesText(quota) << std::endl;
}

void status(const std::string& name, const CommandContext& command) {
    if (name.empty()) return statusOfAll(command);
    const auto workspace = WorkspaceFlags().open();
    const ProjectReport report = reportOn(*workspace, workspace->projects().get(name));
    const SourceChanges changes = compareSources(*workspace, report, command.stop);
    if (command.isJson) return printJson(fullJson(*workspace, report, changes));
    printFull(*workspace, report, changes);
}

}  // namespace

void addListCommand(CommandSet& commands) {
    commands.add("list", "The projects there are", list);
}

void addStatusCommand(CommandSet& commands) {
    const auto name = std::make_shared<std::string>();
    CLI::App* app = commands.add("status", "A project's documents and blocks, and what has changed",
                                 [name](const CommandContext& context) { status(*name, context); });
    app->add_option("project", *name, "Name of the project; none: where everything is kept");
}

}  // namespace asterism
