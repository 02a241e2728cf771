#include <algorithm>
#include <iostream>
#include <memory>

#include "app/cli/answer_output.h"
#include "app/cli/command_list.h"
#include "app/cli/open_project.h"
#include "app/cli/text_io.h"
#include "storage/projects/project_summaries.h"

namespace asterism {

namespace {

using Json = nlohmann::ordered_json;

struct SummarizeFlags {
    ProjectFlags project;
    AnswerFlags answer;
    std::string name;
    std::vector<std::string> only;
    bool showsEach = false;

    SummarizeFlags() { answer.options = AskRequest().answer; }
};

Json documentJson(const DocumentSummary& document) {
    return {{"document", document.document},
            {"summary", document.summary.text},
            {"tokens_read", document.summary.tokensRead},
            {"message_id", document.summary.messageId},
            {"end", toString(document.end)},
            {"reused", document.isReused}};
}

Json summaryJson(const ProjectSummary& summary) {
    Json documents = Json::array();
    for (const DocumentSummary& document : summary.documents)
        documents.push_back(documentJson(document));
    return {{"summary", summary.overall.text},
            {"message_id", summary.overall.messageId},
            {"end", toString(summary.end)},
            {"sources", sourcesJson(summary.citations)},
            {"tokens_read", summary.overall.tokensRead},
            {"reused", summary.isReused},
            {"documents", std::move(documents)}};
}

bool isCut(MessageEnd end) {
    return end == MessageEnd::maxTokens;
}

// Kept summaries were made with the same --max-tokens.
void printCuts(const ProjectSummary& summary, std::int64_t maxTokens) {
    if (isCut(summary.end)) printCut("the summary was", maxTokens);
    const auto cut =
        std::count_if(summary.documents.begin(), summary.documents.end(),
                      [](const DocumentSummary& document) { return isCut(document.end); });
    if (cut > 0)
        printCut("the summaries of " + grouped(cut) + " of the " +
                     grouped(std::ssize(summary.documents)) + " documents were",
                 maxTokens);
}

void summarize(const SummarizeFlags& flags, const CommandContext& command) {
    auto workspace = flags.project.workspace.open();
    workspace->projects().get(flags.name);
    OpenProject project(flags.project, command, std::move(workspace), flags.name);
    noteChanges(project, command);
    SummaryRequest request;
    request.only = flags.only;
    request.answer = flags.answer.options;
    request.onSummary = [&](std::size_t index, std::size_t count, const DocumentSummary& document) {
        project.progress().show(
            "summarising: document " + grouped(static_cast<std::int64_t>(index) + 1) + " of " +
            grouped(static_cast<std::int64_t>(count)) + " " + document.document);
        if (command.isJson || !flags.showsEach) return;
        project.progress().clear();
        std::cout << document.document << " (" << grouped(document.summary.tokensRead)
                  << " tokens read" << (document.isReused ? ", as before" : "")
                  << (isCut(document.end) ? ", cut" : "") << ")\n"
                  << document.summary.text << "\n"
                  << std::endl;
    };
    const EventSink events = [&](const EngineEvent& event) {
        if (!std::holds_alternative<TokenDecoded>(event)) project.progress().show(event);
    };
    const ProjectSummary summary =
        summarizeProject(project.workspace(), project.session(), project.engine().tokenizer(),
                         request, events, command.stop);
    project.progress().clear();
    if (command.isJson) return printJson(summaryJson(summary));
    std::cout << summary.overall.text << std::endl;
    printCuts(summary, flags.answer.options.maxTokens);
    printSources(summary.citations);
    std::cerr << "read " << grouped(summary.overall.tokensRead) << " tokens in "
              << summary.documents.size() << " documents, nothing dropped" << std::endl;
}

}  // namespace

void addSummarizeCommand(CommandSet& commands) {
    const auto flags = std::make_shared<SummarizeFlags>();
    CLI::App* app =
        commands.add("summarize", "Summarise each document of a project, then all of them",
                     [flags](const CommandContext& context) { summarize(*flags, context); });
    app->add_option("project", flags->name, "Name of the project")->required();
    app->add_flag("--each", flags->showsEach, "Show each document's summary, too");
    app->add_option("--only", flags->only, "Only documents that match; may be repeated");
    flags->project.workspace.add(*app);
    flags->project.engine.add(*app);
    flags->answer.add(*app);
}

}  // namespace asterism
