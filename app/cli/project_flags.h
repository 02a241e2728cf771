#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/cli/command.h"
#include "app/cli/engine_flags.h"
#include "storage/workspace.h"

namespace asterism {

// The options of commands that work with projects, as they stand on the command line. Declared by
// add(), read after parsing; must outlive the parser.

// How a project's text is encoded: chosen when the project is made, fixed from then on.
struct SettingsFlags {
    std::optional<std::int64_t> blockTokens;
    std::optional<KvType> kv;
    std::string anchor;  // empty: not given

    void add(CLI::App& command);
    // Of a project that is made now. Throws UsageError for an anchor that a project cannot have.
    ProjectSettings settings() const;
    // Throws Error that names both if a setting is given that is not the project's.
    void check(const ProjectRecord& project) const;
};

// Where projects and their blocks are kept.
struct WorkspaceFlags {
    bool keepsNoBlocks = false;

    void add(CLI::App& command);
    // The user's workspace; or one in memory, for work that is not kept. Trouble with the KV cache
    // is a warning on standard error.
    std::unique_ptr<Workspace> open(bool isKept = true) const;
};

// What a command needs that runs a project's model.
struct ProjectFlags {
    EngineFlags engine;
    SettingsFlags settings;
    WorkspaceFlags workspace;
};

}  // namespace asterism
