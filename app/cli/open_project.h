#pragma once

#include <memory>
#include <string>

#include "app/cli/command.h"
#include "app/cli/progress.h"
#include "app/cli/project_flags.h"
#include "storage/projects/project_session.h"

namespace asterism {

// A project that a command works with: the workspace, an engine with the project's model, and the
// session over both. The model is the one that is named on the command line, else the one that the
// project remembers, else the catalogue's default.
class OpenProject {
  public:
    // Makes the project if the workspace has none of this name. Throws Error or UsageError if the
    // flags contradict the project, or the model cannot be opened.
    OpenProject(const ProjectFlags& flags, const CommandContext& command,
                std::unique_ptr<Workspace> workspace, const std::string& name);

    Workspace& workspace() { return *m_workspace; }
    Engine& engine() { return *m_engine; }
    ProjectSession& session() { return *m_session; }
    ProgressLine& progress() { return m_progress; }

    // Shows progress and, to people, answers as they come.
    EventSink events();

  private:
    void openModel(const ProjectFlags& flags, const ProjectRecord* project);

    const CommandContext m_command;
    ProgressLine m_progress;
    std::unique_ptr<Workspace> m_workspace;
    std::string m_model;
    std::string m_fingerprint;
    std::unique_ptr<Engine> m_engine;
    std::unique_ptr<ProjectSession> m_session;
};

// The model as a project remembers it: a name of the catalogue, or an absolute path.
std::string rememberedModel(const std::string& named);

// Says on standard error what has changed in the project's files
// since they were read. Returns the changes.
ProjectChanges noteChanges(OpenProject& project, const CommandContext& command);

}  // namespace asterism
