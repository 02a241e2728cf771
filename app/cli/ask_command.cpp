#include <iostream>
#include <memory>

#include "app/cli/answer_output.h"
#include "app/cli/command_list.h"
#include "app/cli/open_project.h"
#include "app/cli/project_output.h"
#include "app/cli/text_io.h"

namespace asterism {

namespace {

using Json = nlohmann::ordered_json;

// What documents without a project are called in messages.
constexpr const char* kUnkeptName = "the text";

struct AskFlags {
    ProjectFlags project;
    PlacementFlags placement;
    AnswerFlags answer;
    std::string place;  // a project or a path
    std::string question;
    std::vector<std::string> only;

    AskFlags() {
        const AskRequest standard;
        placement.options = standard.placement;
        answer.options = standard.answer;
    }

    bool isPath() const { return place.find('/') != std::string::npos; }

    AskRequest request() const {
        AskRequest request;
        request.question = question;
        request.only = only;
        request.placement = placement.resolve(AttentionMode::star);
        request.answer = answer.options;
        return request;
    }
};

// A project that is there, or documents that become one in memory, for this question.
std::unique_ptr<OpenProject> openFor(const AskFlags& flags, const CommandContext& command) {
    if (flags.question.find_first_not_of(" \t\r\n") == std::string::npos)
        throw UsageError("the question is empty; ask something about the text");
    auto workspace = flags.project.workspace.open(!flags.isPath());
    if (flags.isPath()) {
        checkPaths({{flags.place}});
        return std::make_unique<OpenProject>(flags.project, command, std::move(workspace),
                                             kUnkeptName);
    }
    std::error_code ignored;
    if (std::filesystem::exists(flags.place, ignored) && !workspace->projects().find(flags.place))
        throw Error(flags.place,
                    ": there is no project of that name; a path needs a slash, like ./",
                    flags.place);
    workspace->projects().get(flags.place);
    return std::make_unique<OpenProject>(flags.project, command, std::move(workspace), flags.place);
}

void readPath(OpenProject& project, const std::string& path, const CommandContext& command) {
    IngestOptions options;
    options.paths = {path};
    options.betweenBlocks = [] {};  // the blocks stay in memory for the question
    const IngestReport report = project.session().ingest(options, project.events(), command.stop);
    project.progress().clear();
    if (!project.session().context().isEmpty()) return;
    const ProjectChanges& changes = report.changes;
    std::string reason = "there is no document in it";
    if (!changes.failed.empty())
        reason = changes.failed.front();
    else if (!changes.leftOut.empty())
        reason = changes.leftOut.front().name + ": " + changes.leftOut.front().reason;
    throw Error(path, ": nothing can be read: ", reason);
}

void printReading(OpenProject& project) {
    const std::int64_t id = project.session().project().id;
    for (const LeftOut& file : project.workspace().documents().leftOut(id))
        std::cerr << "left out: " << file.name << " (" << file.reason << ")" << std::endl;
    for (const DocumentRecord& document : project.workspace().documents().list(id)) {
        for (const std::string& note : document.notes)
            std::cerr << "note: " << document.name << ": " << note << std::endl;
        if (document.state == DocumentState::failed)
            std::cerr << "left out: " << document.name << " (" << document.reason << ")"
                      << std::endl;
    }
    const ProjectContext& context = project.session().context();
    std::cerr << grouped(std::ssize(context.documents())) << " documents, "
              << grouped(std::ssize(context.input().tokens)) << " tokens, "
              << project.engine().description() << std::endl;
}

void ask(const AskFlags& flags, const CommandContext& command) {
    const auto project = openFor(flags, command);
    Json changed = nullptr;
    if (flags.isPath())
        readPath(*project, flags.place, command);
    else
        changed = changesJson(noteChanges(*project, command));
    if (!command.isJson) printReading(*project);
    const AskResult result =
        project->session().ask(flags.request(), project->events(), command.stop);
    project->progress().clear();
    if (result.message.end == MessageEnd::stopped) throw Stopped();
    const EncodedContext& context = *project->session().encoded();
    if (!command.isJson) {
        std::cout << std::endl;
        return printBelowAnswer(result, context);
    }
    Json json = answerJson(result, context, !flags.isPath());
    json["note"] = result.note;
    json["changed_since"] = std::move(changed);
    addReading(json, project->workspace(), project->session().project().id);
    printJson(json);
}

}  // namespace

void addAskCommand(CommandSet& commands) {
    const auto flags = std::make_shared<AskFlags>();
    CLI::App* app =
        commands.add("ask", "Answer a question over a project, or over a file or folder",
                     [flags](const CommandContext& context) { ask(*flags, context); });
    app->add_option("place", flags->place, "A project; or a file or folder, with a slash")
        ->required();
    app->add_option("question", flags->question, "What to answer")->required();
    app->add_option("--only", flags->only, "Read only documents that match; may be repeated");
    flags->project.workspace.add(*app);
    flags->project.engine.add(*app);
    flags->project.settings.add(*app);
    flags->placement.add(*app);
    flags->placement.addSelection(*app);
    flags->answer.add(*app);
}

}  // namespace asterism
