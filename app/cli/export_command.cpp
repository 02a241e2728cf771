#include <iostream>
#include <memory>

#include "app/cli/command_list.h"
#include "app/cli/project_flags.h"
#include "storage/projects/chat_export.h"

namespace asterism {

namespace {

struct ExportFlags {
    std::string name;
    std::string format;  // empty: json under --json, else md
};

void exportChats(const ExportFlags& flags, const CommandContext& command) {
    if (command.isJson && flags.format == "md")
        throw UsageError("--json and --format md exclude each other; leave one out");
    const auto workspace = WorkspaceFlags{.keepsNoBlocks = true}.open();
    const ProjectRecord project = workspace->projects().get(flags.name);
    if (command.isJson || flags.format == "json")
        std::cout << exportJson(*workspace, project) << std::endl;
    else
        std::cout << exportMarkdown(*workspace, project) << std::flush;
}

}  // namespace

void addExportCommand(CommandSet& commands) {
    const auto flags = std::make_shared<ExportFlags>();
    CLI::App* app =
        commands.add("export", "Write all chats of a project with their sources",
                     [flags](const CommandContext& context) { exportChats(*flags, context); });
    app->add_option("project", flags->name, "Name of the project")->required();
    app->add_option("--format", flags->format, "md: for people; json: everything")
        ->check(CLI::IsMember({"md", "json"}))
        ->type_name("md|json")
        ->default_str("md");
}

}  // namespace asterism
