#include <algorithm>
#include <iostream>
#include <memory>

#include "app/cli/command_list.h"
#include "app/cli/progress.h"
#include "app/cli/project_flags.h"
#include "app/cli/text_io.h"
#include "storage/projects/project_verification.h"

namespace asterism {

namespace {

using Json = nlohmann::ordered_json;

// One line that says what to do about it; empty if there is nothing to do.
std::string adviceOn(const ProjectVerification& result, const std::string& name) {
    if (!result.databaseProblems.empty() || !result.damagedDocuments.empty())
        return "the database is damaged: export the chats (`asterism-cli export " + name +
               "`), remove the project and ingest it again";
    if (!result.damaged.empty())
        return "`asterism-cli verify " + name + " --repair` removes the damaged files, then " +
               "`asterism-cli ingest " + name + "` encodes their blocks again";
    if (!result.missing.empty())
        return "`asterism-cli ingest " + name + "` encodes the missing blocks";
    return {};
}

Json verificationJson(const ProjectVerification& result, const std::string& name) {
    Json damaged = Json::array();
    for (const BlockProblem& block : result.damaged)
        damaged.push_back({{"block", block.block},
                           {"file", block.file.path.string()},
                           {"problem", block.problem}});
    return {{"project", name},
            {"clean", result.isClean()},
            {"blocks_total", result.blocks},
            {"blocks_right", result.right},
            {"missing", result.missing},
            {"damaged", std::move(damaged)},
            {"documents", result.documents},
            {"damaged_documents", result.damagedDocuments},
            {"database_problems", result.databaseProblems},
            {"advice", adviceOn(result, name)}};
}

void printVerification(const ProjectVerification& result, const std::string& name) {
    std::cout << "blocks:    " << result.right << " of " << result.blocks << " are right, "
              << result.missing.size() << " missing, " << result.damaged.size() << " damaged\n"
              << "documents: " << result.documents << ", " << result.damagedDocuments.size()
              << " damaged\n"
              << "database:  " << (result.databaseProblems.empty() ? "right" : "damaged") << '\n';
    for (const BlockProblem& block : result.damaged)
        std::cout << "damaged:   block " << block.block << ": " << block.file.path.string() << ": "
                  << block.problem << '\n';
    for (const std::string& document : result.damagedDocuments)
        std::cout << "damaged:   the text of " << document << '\n';
    for (const std::string& problem : result.databaseProblems)
        std::cout << "damaged:   database: " << problem << '\n';
    const std::string advice = adviceOn(result, name);
    if (!advice.empty()) std::cout << "to do:     " << advice << '\n';
    std::cout << std::flush;
}

// Removes what is damaged of the cache; says what is left to do.
void repair(ProjectVerification& result, const std::string& name) {
    const std::size_t removed = removeDamagedBlocks(result);
    if (removed < result.damaged.size())
        throw Error(name, ": ", result.damaged.size() - removed, " of ", result.damaged.size(),
                    " damaged files could not be removed; see the rights of their folder, ",
                    result.damaged.front().file.path.parent_path().string());
    for (const BlockProblem& block : result.damaged) result.missing.push_back(block.block);
    std::ranges::sort(result.missing);
    result.damaged.clear();
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
    if (repairs) repair(result, name);
    if (command.isJson)
        printJson(verificationJson(result, name));
    else
        printVerification(result, name);
    if (!result.isClean()) throw Error(name, ": is damaged; ", adviceOn(result, name));
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
