#include "ui/project_flow.h"

#include "ui/engine_bridge.h"
#include "ui/library.h"
#include "ui/settings.h"

namespace asterism {

ProjectFlow::ProjectFlow(Library& library, EngineBridge& bridge, Settings& settings,
                         QObject* parent)
    : QObject(parent), m_library(library), m_bridge(bridge), m_settings(settings) {
    connect(&bridge, &EngineBridge::projectReady, this, [this] {
        m_engine = EngineState::ready;
        m_library.noteProjects();
        showReadiness();
    });
    connect(&bridge, &EngineBridge::projectFailed, this, [this](const QString& reason) {
        m_engine = EngineState::failed;
        m_reason = reason;
        showReadiness();
    });
    connect(&bridge, &EngineBridge::projectRemoved, &library, &Library::noteProjects);
    connect(&library, &Library::projectsChanged, this, &ProjectFlow::keepLast);
    connect(&library, &Library::documentsChanged, this, &ProjectFlow::showReadiness);
    connect(&settings, &Settings::changed, this, [this](Setting setting) {
        if (setting == Setting::device || setting == Setting::threads) reopenEngine();
    });
}

QString ProjectFlow::current() const {
    return QString::fromStdString(m_library.project().name);
}

void ProjectFlow::open(const QString& name) {
    m_library.openProject(name);
    m_settings.set(Setting::lastProject, current());
    reopenEngine();
}

void ProjectFlow::openWithId(std::int64_t project) {
    if (project == m_library.project().id) return;
    for (const ProjectRecord& other :
         m_library.attempt([this] { return m_library.projects().list(); }))
        if (other.id == project) open(QString::fromStdString(other.name));
}

QString ProjectFlow::lastProject() const {
    const auto projects = m_library.attempt([this] { return m_library.projects().list(); });
    const std::string kept = m_settings.text(Setting::lastProject).toStdString();
    const ProjectRecord* last = nullptr;
    for (const ProjectRecord& project : projects) {
        if (project.name == kept) return QString::fromStdString(kept);
        if (!last || project.openedAt > last->openedAt) last = &project;
    }
    return last ? QString::fromStdString(last->name) : QString();
}

bool ProjectFlow::openLast() {
    const QString name = lastProject();
    open(name);
    return !name.isEmpty();
}

// It is kept by its name, which may have changed.
void ProjectFlow::keepLast() {
    if (m_library.hasProject()) m_settings.set(Setting::lastProject, current());
}

void ProjectFlow::remove(const QString& name) {
    if (name == current()) open({});
    m_bridge.removeProject(name);
}

void ProjectFlow::reopenEngine() {
    m_reason.clear();
    if (m_library.hasProject()) {
        EngineOptions options;
        options.device = m_settings.text(Setting::device).toStdString();
        options.threads = m_settings.number(Setting::threads);
        m_engine = EngineState::opening;
        m_bridge.openProject(current(), options);
    } else {
        m_engine = EngineState::closed;
        m_bridge.closeProject();
    }
    showReadiness();
}

void ProjectFlow::showReadiness() {
    using Readiness = ChatPanel::Readiness;
    if (!m_library.hasProject())
        emit readinessChanged(Readiness::noProject, {});
    else if (m_engine == EngineState::failed)
        emit readinessChanged(Readiness::noModel, m_reason);
    else if (m_engine == EngineState::opening)
        emit readinessChanged(Readiness::opening, {});
    else if (m_library.openDocuments().empty())
        emit readinessChanged(Readiness::noSources, {});
    else
        emit readinessChanged(Readiness::ready, {});
}

}  // namespace asterism
