#include "app/cli/open_project.h"

#include <iostream>

#include "app/engine_factory.h"
#include "app/fetch/model_folder.h"
#include "storage/model_fingerprint.h"

namespace asterism {

namespace {

// Where digits of model files are remembered, also when no blocks are kept.
std::filesystem::path fingerprintFolder(Workspace& workspace) {
    const auto* blocks = workspace.blocks();
    return (blocks ? blocks->folder() : defaultBlockFolder()).parent_path();
}

}  // namespace

std::string rememberedModel(const std::string& named) {
    std::error_code ignored;
    const bool isPath =
        named.find('/') != std::string::npos || std::filesystem::exists(named, ignored);
    return isPath ? std::filesystem::absolute(named).lexically_normal().string() : named;
}

OpenProject::OpenProject(const ProjectFlags& flags, const CommandContext& command,
                         std::unique_ptr<Workspace> workspace, const std::string& name)
    : m_command(command), m_progress(command.showsProgress), m_workspace(std::move(workspace)) {
    const auto known = m_workspace->projects().find(name);
    if (known) flags.settings.check(*known);
    const ProjectSettings settings = flags.settings.settings();
    openModel(flags, known ? &*known : nullptr);
    if (!known) m_workspace->projects().create(name, m_model, settings);
    if (known && !known->modelFingerprint.empty() && known->modelFingerprint != m_fingerprint)
        std::cerr << "note: " << name << " was read with " << known->model << "; with " << m_model
                  << " all of its blocks are encoded anew" << std::endl;
    else if (known && known->model != m_model)
        m_workspace->projects().setModel(known->id, m_model, m_fingerprint);
    m_session = std::make_unique<ProjectSession>(
        *m_workspace, SessionEngine{*m_engine, m_model, m_fingerprint}, name);
}

void OpenProject::openModel(const ProjectFlags& flags, const ProjectRecord* project) {
    EngineFlags engine = flags.engine;
    std::string& named = engine.model.model;
    if (named.empty()) named = project ? project->model : usualModel();
    m_model = rememberedModel(named);
    const EngineOptions options = engine.resolve();
    m_engine = openEngine(options);
    m_fingerprint = modelFingerprint(options.model, fingerprintFolder(*m_workspace));
    if (m_engine->tokenizer().vocabulary().chatTemplate.empty())
        std::cerr << "note: the model has no chat template; it completes the text instead"
                  << std::endl;
}

EventSink OpenProject::events() {
    return [this](const EngineEvent& event) {
        m_progress.show(event);
        const auto* token = std::get_if<TokenDecoded>(&event);
        if (!token) return;
        m_progress.clear();
        if (!m_command.isJson) std::cout << token->text << std::flush;
    };
}

ProjectChanges noteChanges(OpenProject& project, const CommandContext& command) {
    const std::string& name = project.session().project().name;
    ProjectChanges changes = project.session().rescan(command.stop);
    for (const std::string& problem : changes.problems)
        std::cerr << "note: " << problem << std::endl;
    if (changes.added.empty() && changes.changed.empty() && changes.removed.empty()) return changes;
    std::cerr << "note: files have changed since they were read: +" << changes.added.size() << " ~"
              << changes.changed.size() << " -" << changes.removed.size()
              << "; `asterism-cli ingest " << name << "` reads them" << std::endl;
    return changes;
}

}  // namespace asterism
