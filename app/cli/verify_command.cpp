#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "app/cli/command_list.h"
#include "app/cli/progress.h"
#include "app/cli/project_flags.h"
#include "app/cli/text_io.h"
#include "storage/projects/project_verification.h"

namespace asterism {

namespace {

using Json = nlohmann::ordered_json;

// One line that says what to do about it; empty if there is nothing to do.
std::string adviceOn(const ProjectVerification& result, const std::string& name, bool repairs) {
    if (!result.databaseProblems.empty() || !result.damagedDocuments.empty())
        return "the database is damaged: export the chats (`asterism-cli export " + name +
               "`), remove the project and ingest it again";
    if (!result.damaged.empty() && repairs)
        return "the damaged files could not be removed; see the rights of " +
               result.damaged.front().file.path.parent_path().string();
    if (!result.damaged.empty())
        return "`asterism-cli verify " + name + " --repair` removes the damaged files, then " +
               "`asterism-cli ingest " + name + "` encodes their blocks again";
    if (!result.missing.empty())
        return "`asterism-cli ingest " + name + "` encodes the missing blocks";
    return {};
}

Json problemsJson(const std::vector<BlockProblem>& blocks) {
    Json list = Json::array();
    for (const BlockProblem& block : blocks)
        list.push_back({{"block", block.block},
                        {"file", block.file.path.string()},
                        {"problem", block.problem}});
    return list;
}

Json verificationJson(const ProjectVerification& result, const std::string& name,
                      const std::string& advice) {
    return {{"project", name},
            {"clean", result.isClean()},
            {"blocks_total", result.blocks},
            {"blocks_right", result.right},
            {"missing", result.missing},
            {"damaged", problemsJson(result.damaged)},
            {"removed", problemsJson(result.removed)},
            {"documents", result.documents},
            {"damaged_documents", result.damagedDocuments},
            {"database_problems", result.databaseProblems},
            {"advice", advice}};
}

void printBlocks(const char* title, const std::vector<BlockProblem>& blocks) {
    for (const BlockProblem& block : blocks)
        std::cout << title << "  block " << block.block << ": " << block.file.path.string() << ": "
                  << block.problem << '\n';
}

void printVerification(const ProjectVerification& result, const std::string& advice) {
    std::cout << "blocks:    " << result.right << " of " << result.blocks << " are right, "
              << result.missing.size() << " missing, " << result.damaged.size() << " damaged\n"
              << "documents: " << result.documents << ", " << result.damagedDocuments.size()
              << " damaged\n"
              << "database:  " << (result.databaseProblems.empty() ? "right" : "damaged") << '\n';
    printBlocks("removed: ", result.removed);
    printBlocks("damaged: ", result.damaged);
    for (const std::string& document : result.damagedDocuments)
        std::cout << "damaged:   the text of " << document << '\n';
    for (const std::string& problem : result.databaseProblems)
        std::cout << "damaged:   database: " << problem << '\n';
    if (!advice.empty()) std::cout << "to do:     " << advice << '\n';
    std::cout << std::flush;
}

void verify(const std::string& name, bool repairs, const CommandContext& command) {
    const auto workspace = WorkspaceFlags().open();
    const ProjectRecord project = workspace->projects().get(name);
    ProgressLine progress(command.showsProgress);
    ProjectVerification result = verifyProject(
        *workspace, project,
        [&](std::size_t index, std::size_t count) {
            progress.show("checking: block " + grouped(static_cast<std::int64_t>(index) + 1) +
                          " of " + grouped(static_cast<std::int64_t>(count)));
        },
        command.stop);
    progress.clear();
    if (repairs) removeDamagedBlocks(result);
    const std::string advice = adviceOn(result, name, repairs);
    if (command.isJson)
        printJson(verificationJson(result, name, advice));
    else
        printVerification(result, advice);
    if (!result.isClean()) throw Error(name, ": is damaged; ", advice);
}

}  // namespace

void addVerifyCommand(CommandSet& commands) {
    const auto name = std::make_shared<std::string>();
    const auto repairs = std::make_shared<bool>(false);
    CLI::App* app = commands.add(
        "verify", "Check every block, every text and the database of a project",
        [name, repairs](const CommandContext& context) { verify(*name, *repairs, context); });
    app->add_option("project", *name, "Name of the project")->required();
    app->add_flag("--repair", *repairs, "Remove damaged blocks, so that ingest encodes them again");
}

}  // namespace asterism
