#include "app/cli/project_flags.h"

#include <iostream>

namespace asterism {

namespace {

std::string_view nameOf(AnchorMode anchor) {
    return anchor == AnchorMode::none ? "none" : "first";
}

template <typename Given, typename Kept>
[[noreturn]] void refuse(const ProjectRecord& project, const char* flag, const Given& given,
                         const Kept& kept) {
    throw Error(project.name, ": was made with ", flag, " ", kept, ", which cannot become ", given,
                "; leave the option out, or make another project for it");
}

}  // namespace

void SettingsFlags::add(CLI::App& command) {
    const ProjectSettings standard;
    command
        .add_option(
            "--block-tokens", blockTokens,
            "Most tokens of a block, within half of the model's window; fixed for a project")
        ->check(atLeast(1))
        ->default_str(std::to_string(standard.blockTokens));
    addKvFlag(command, kv);
    command.add_option("--anchor", anchor, "first or none; fixed for a project")
        ->default_str(std::string(nameOf(standard.anchor)));
    // Options of other ways to read, which people know from `generate`.
    for (const char* name : {"--attention", "--plan", "--anchor-tokens", "--positions",
                             "--sink-tokens", "--sliding-tokens"})
        command
            .add_option_function<std::string>(
                name,
                [name](const std::string&) {
                    throw UsageError(name,
                                     " is for `generate`; documents are read with star attention, "
                                     "in blocks that follow the text");
                })
            ->group("");
}

ProjectSettings SettingsFlags::settings() const {
    ProjectSettings settings;
    if (blockTokens) settings.blockTokens = *blockTokens;
    if (kv) settings.kv = *kv;
    if (anchor.empty() || anchor == "first") return settings;
    if (anchor != "none")
        throw UsageError("--anchor ", anchor,
                         ": documents are read behind the anchor first or none; `generate` takes "
                         "one from a file");
    settings.anchor = AnchorMode::none;
    return settings;
}

void SettingsFlags::check(const ProjectRecord& project) const {
    const ProjectSettings given = settings();
    const ProjectSettings& kept = project.settings;
    if (blockTokens && given.blockTokens != kept.blockTokens)
        refuse(project, "--block-tokens", given.blockTokens, kept.blockTokens);
    if (kv && given.kv != kept.kv) refuse(project, "--kv", nameOf(given.kv), nameOf(kept.kv));
    if (!anchor.empty() && given.anchor != kept.anchor)
        refuse(project, "--anchor", nameOf(given.anchor), nameOf(kept.anchor));
}

void WorkspaceFlags::add(CLI::App& command) {
    command.add_flag("--no-cache", keepsNoBlocks, "Neither use nor keep blocks on disk");
}

std::unique_ptr<Workspace> WorkspaceFlags::open(bool isKept) const {
    WorkspaceOptions options;
    options.isKept = isKept;
    options.keepsBlocks = !keepsNoBlocks;
    options.blocks.onWarning = [](const std::string& line) {
        std::cerr << "warning: KV cache: " << line << std::endl;
    };
    return std::make_unique<Workspace>(options);
}

}  // namespace asterism
