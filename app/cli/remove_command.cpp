#include <unistd.h>

#include <iostream>
#include <memory>

#include "app/cli/byte_text.h"
#include "app/cli/command_list.h"
#include "app/cli/line_reader.h"
#include "app/cli/progress.h"
#include "app/cli/project_flags.h"
#include "app/cli/text_io.h"
#include "storage/projects/project_removal.h"
#include "storage/projects/project_report.h"

namespace asterism {

namespace {

struct RemoveFlags {
    std::string name;
    bool isConfirmed = false;
};

std::string costOf(const ProjectReport& report) {
    return grouped(std::ssize(report.documents)) + " documents, " + grouped(report.conversations) +
           " chats with " + grouped(report.messages) + " messages and " +
           bytesText(report.bytesKept) + " of encoded blocks";
}

// Throws Error if the user thinks better of it.
void confirm(const ProjectReport& report, const std::stop_token& stop) {
    const std::string& name = report.project.name;
    if (::isatty(STDIN_FILENO) != 1)
        throw UsageError("removing ", name, " takes ", costOf(report),
                         " with it; nobody is there to be asked: say --yes");
    std::cerr << "Remove " << name << " with " << costOf(report)
              << "? The files it was made of stay. Type yes: " << std::flush;
    const auto answer = LineReader().next(stop);
    if (!answer || *answer != "yes") throw Error(name, ": was not removed");
}

void removeNamed(const RemoveFlags& flags, const CommandContext& command) {
    const auto workspace = WorkspaceFlags().open();
    const ProjectReport report = reportOn(*workspace, workspace->projects().get(flags.name));
    if (!flags.isConfirmed) confirm(report, command.stop);
    const CacheUsage blocks = removeProject(*workspace, flags.name, command.stop);
    if (command.isJson)
        return printJson({{"removed", flags.name},
                          {"documents", report.documents.size()},
                          {"conversations", report.conversations},
                          {"messages", report.messages},
                          {"removed_files", blocks.files},
                          {"removed_bytes", blocks.bytes}});
    std::cout << "removed " << flags.name << ": " << costOf(report) << "; " << blocks.files
              << " block files (" << bytesText(blocks.bytes)
              << ") were of no other project and are gone" << std::endl;
}

}  // namespace

void addRemoveCommand(CommandSet& commands) {
    const auto flags = std::make_shared<RemoveFlags>();
    CLI::App* app =
        commands.add("remove", "Remove a project with its chats; its files stay",
                     [flags](const CommandContext& context) { removeNamed(*flags, context); });
    app->add_option("project", flags->name, "Name of the project")->required();
    app->add_flag("--yes", flags->isConfirmed, "Do not ask");
}

}  // namespace asterism
