#include <cstdio>
#include <iostream>
#include <memory>

#include "app/cli/command_list.h"
#include "app/cli/open_project.h"
#include "app/cli/text_io.h"

namespace asterism {

namespace {

struct ExplainFlags {
    ProjectFlags project;
    std::string name;
    std::int64_t message = 0;
    std::size_t blocks = 8;
};

nlohmann::ordered_json explanationJson(std::int64_t message, const Explanation& explanation) {
    auto blocks = nlohmann::ordered_json::array();
    for (const BlockEffect& effect : explanation.blocks)
        blocks.push_back({{"block", effect.block},
                          {"documents", effect.documents},
                          {"mass", effect.mass},
                          {"log_probability", effect.logProbability},
                          {"drop", effect.drop}});
    return {{"message_id", message},
            {"tokens", explanation.tokens},
            {"log_probability", explanation.logProbability},
            {"blocks", blocks}};
}

void printExplanation(const Explanation& explanation) {
    std::cout << "log-probability of the answer's " << explanation.tokens
              << " tokens: " << fixedText(explanation.logProbability, 2)
              << " nats; without one block:\n"
              << "   block      mass   log-probability      drop  documents\n";
    for (const BlockEffect& effect : explanation.blocks) {
        std::printf("%8zu  %6.1f %%  %16.2f  %8.2f  ", effect.block, 100 * effect.mass,
                    effect.logProbability, effect.drop);
        constexpr std::size_t kShown = 3;
        for (std::size_t i = 0; i < effect.documents.size() && i < kShown; ++i)
            std::printf("%s%s", i ? ", " : "", effect.documents[i].c_str());
        if (effect.documents.size() > kShown)
            std::printf(" and %zu more", effect.documents.size() - kShown);
        std::printf("\n");
    }
    std::fflush(stdout);
}

void explain(const ExplainFlags& flags, const CommandContext& command) {
    auto workspace = flags.project.workspace.open();
    workspace->projects().get(flags.name);
    OpenProject project(flags.project, command, std::move(workspace), flags.name);
    const Explanation explanation =
        project.session().explain(flags.message, flags.blocks, project.events(), command.stop);
    project.progress().clear();
    if (command.isJson) return printJson(explanationJson(flags.message, explanation));
    std::cout.flush();
    printExplanation(explanation);
}

}  // namespace

void addExplainCommand(CommandSet& commands) {
    const auto flags = std::make_shared<ExplainFlags>();
    CLI::App* app =
        commands.add("explain", "How much an answer depends on each of its most attended blocks",
                     [flags](const CommandContext& context) { explain(*flags, context); });
    app->add_option("project", flags->name, "Name of the project")->required();
    app->add_option("message", flags->message, "Number of the answer; `ask` and `export` say it")
        ->required()
        ->check(atLeast(1));
    app->add_option("--blocks", flags->blocks, "How many blocks to leave out, one at a time")
        ->check(atLeast(1))
        ->capture_default_str();
    flags->project.workspace.add(*app);
    flags->project.engine.add(*app);
}

}  // namespace asterism
