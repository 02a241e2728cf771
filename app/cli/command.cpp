#include "app/cli/command.h"

namespace asterism {

CLI::App* CommandSet::addBelow(CLI::App& parent, const std::string& name,
                               const std::string& description, CommandBody body) {
    CLI::App* app = parent.add_subcommand(name, description);
    m_entries.push_back({app, std::move(body), std::make_unique<bool>(false)});
    app->add_flag("--json", *m_entries.back().isJson, "Print one line with one JSON object");
    return app;
}

CLI::App* CommandSet::addGroup(const std::string& name, const std::string& description) {
    CLI::App* app = m_program.add_subcommand(name, description);
    app->require_subcommand(1);
    return app;
}

void CommandSet::runNamed(CommandContext context) const {
    for (const Entry& entry : m_entries) {
        if (!entry.app->parsed()) continue;
        context.isJson = *entry.isJson;
        entry.body(context);
        return;
    }
}

}  // namespace asterism
