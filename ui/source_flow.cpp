#include "ui/source_flow.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QSaveFile>

#include "core/base/error.h"
#include "storage/cache_settings.h"
#include "ui/desktop_folders.h"
#include "ui/desktop_parts.h"
#include "ui/dialogs.h"
#include "ui/dialogs/preflight_dialog.h"
#include "ui/engine_bridge.h"
#include "ui/figures.h"
#include "ui/library.h"
#include "ui/settings.h"

namespace asterism {

namespace {

constexpr int kRefreshMs = 700;

std::vector<std::filesystem::path> toPaths(const QStringList& paths) {
    std::vector<std::filesystem::path> list;
    for (const QString& path : paths) list.emplace_back(QFile::encodeName(path).toStdString());
    return list;
}

}  // namespace

SourceFlow::SourceFlow(const DesktopParts& parts, Library& library, EngineBridge& bridge,
                       Settings& settings, QWidget* window)
    : QObject(window),
      m_parts(parts),
      m_library(library),
      m_bridge(bridge),
      m_settings(settings),
      m_window(window) {
    connect(&library, &Library::projectOpened, this, [this] {
        m_isReady = false;
        setPaused(false);
        m_hasChanges = false;  // opening looks for them
        if (m_library.project().id != m_pendingProject) m_pending.clear();
    });
    connect(&bridge, &EngineBridge::projectReady, this, [this] {
        m_isReady = true;
        goOn();
    });
    connect(&bridge, &EngineBridge::preflightReady, this, &SourceFlow::showPreflight);
    connect(&bridge, &EngineBridge::ingestFinished, this, &SourceFlow::finish);
    for (const auto signal :
         {&EngineBridge::workStopped, &EngineBridge::blocksLoaded, &EngineBridge::documentsRead})
        connect(&bridge, signal, &library, &Library::noteDocuments);
    // Documents change their states while they are being taken in.
    m_refreshTimer.setInterval(kRefreshMs);
    connect(&m_refreshTimer, &QTimer::timeout, &library, &Library::noteDocuments);
    connect(&bridge, &EngineBridge::activityChanged, this, [this](const Activity& activity) {
        const bool isTakingIn = activity.stage == Activity::Stage::reading ||
                                activity.stage == Activity::Stage::encoding;
        if (!isTakingIn)
            m_refreshTimer.stop();
        else if (!m_refreshTimer.isActive())
            m_refreshTimer.start();
        if (activity.isIdle() && m_hasChanges) lookForChanges();
    });
    connect(&bridge, &EngineBridge::workFailed, this, [this](const QString& reason) {
        m_library.noteDocuments();
        dialogs::showError(m_window, tr("That did not work"), reason);
    });
}

ProjectSettings SourceFlow::chosenSettings() const {
    ProjectSettings settings;
    settings.blockTokens = m_settings.number(Setting::blockTokens);
    const QString kv = m_settings.text(Setting::kvType);
    if (kv == QLatin1String("bf16")) settings.kv = KvType::bf16;
    if (kv == QLatin1String("f32")) settings.kv = KvType::f32;
    return settings;
}

std::string SourceFlow::chosenModel() const {
    const QString chosen = m_settings.text(Setting::defaultModel);
    if (!chosen.isEmpty()) return chosen.toStdString();
    const auto isFetched = [this](const CatalogueEntry& entry) {
        std::error_code error;
        return std::filesystem::exists(m_parts.modelFolder / entry.fileName, error);
    };
    return m_parts.catalogue->usualEntry(isFetched).name;
}

void SourceFlow::createProject(const QString& name) {
    makeProject(name, {});
}

void SourceFlow::makeProject(const QString& name, const Paths& paths) {
    try {
        m_pendingProject =
            m_library.projects()
                .create(name.trimmed().toStdString(), chosenModel(), chosenSettings())
                .id;
        m_pending = paths;
        m_library.noteProjects();
        emit projectChosen(name.trimmed());
    } catch (const Error& error) {
        dialogs::showError(m_window, tr("The project was not made"),
                           QString::fromUtf8(error.what()));
    }
}

void SourceFlow::askProjectName() {
    dialogs::askText(m_window, tr("New Project"), tr("Name:"), {}, [this](const QString& name) {
        if (!name.trimmed().isEmpty()) createProject(name);
    });
}

bool SourceFlow::hasProject(const QString& name) const {
    return m_library.attempt([&] { return m_library.projects().find(name.toStdString()); })
        .has_value();
}

void SourceFlow::openSample() {
    const QString name = tr("Asterism sample");
    if (hasProject(name)) return emit projectChosen(name);
    makeProject(name, m_parts.sample);
}

void SourceFlow::chooseFiles() {
    dialogs::chooseFiles(m_window, tr("Add Files"),
                         [this](const QStringList& paths) { addPaths(paths); });
}

void SourceFlow::chooseFolder() {
    dialogs::chooseFolder(m_window, tr("Add a Folder"),
                          [this](const QString& path) { addPaths({path}); });
}

void SourceFlow::addPaths(const QStringList& paths) {
    if (paths.isEmpty()) return;
    if (m_library.hasProject()) {
        if (m_pendingProject != m_library.project().id) m_pending.clear();
        m_pendingProject = m_library.project().id;
        const Paths more = toPaths(paths);
        m_pending.insert(m_pending.end(), more.begin(), more.end());
        return goOn();
    }
    const QString base = QFileInfo(QDir::cleanPath(paths.first())).completeBaseName();
    QString name = base.isEmpty() ? tr("Project") : base.left(80);
    for (int number = 2; hasProject(name); ++number)
        name = QStringLiteral("%1 %2").arg(base.left(80)).arg(number);
    makeProject(name, toPaths(paths));
}

void SourceFlow::goOn() {
    if (!m_isReady || m_pending.empty() || m_pendingProject != m_library.project().id) return;
    IngestOptions options;
    options.paths = std::exchange(m_pending, {});
    m_bridge.preflight(options);
}

void SourceFlow::showPreflight(const std::shared_ptr<const Preflight>& preflight,
                               const Paths& paths) {
    if (preflight->collection.isStopped) return;
    const std::filesystem::path folder = m_parts.workspace.blocks.folder;
    PreflightDialog::Costs costs;
    costs.freeBytes = freeDiskBytes(folder);
    costs.quotaBytes = quotaInForce(folder, 0);
    costs.settings = m_library.project().settings;
    costs.canChooseSettings = m_library.attempt([this] { return holdsNothing(); });
    auto* dialog = new PreflightDialog(preflight, costs, m_window);
    connect(dialog, &PreflightDialog::settingsChosen, this,
            [this, paths](const ProjectSettings& settings) { remake(settings, paths); });
    connect(dialog, &PreflightDialog::encodeAsked, this,
            [this, paths](const std::vector<std::string>& without) {
                IngestOptions options;
                options.paths = paths;
                options.without = without;
                ingest(options);
            });
    dialog->open();
}

bool SourceFlow::holdsNothing() const {
    const std::int64_t project = m_library.project().id;
    return m_library.documents().list(project).empty() && m_library.chats().list(project).empty();
}

void SourceFlow::remake(const ProjectSettings& settings, const Paths& paths) {
    try {
        if (!holdsNothing())
            throw Error(m_library.project().name,
                        ": holds documents or chats by now; choose settings in a new project");
        makeAnew(settings, paths);
    } catch (const Error& error) {
        dialogs::showError(m_window, tr("The project keeps its settings"),
                           QString::fromUtf8(error.what()));
    }
}

// Settings are fixed when a project is made, so one that holds nothing yet is made anew.
void SourceFlow::makeAnew(const ProjectSettings& settings, Paths paths) {
    const ProjectRecord project = m_library.project();
    for (const SourceRecord& source : m_library.projects().sources(project.id))
        if (std::find(paths.begin(), paths.end(), source.path) == paths.end())
            paths.push_back(source.path);
    Transaction transaction(m_library.database());
    m_library.projects().remove(project.id);
    m_pendingProject = m_library.projects().create(project.name, project.model, settings).id;
    transaction.commit();
    m_pending = std::move(paths);
    m_bridge.closeProject();
    m_library.noteProjects();
    emit projectChosen(QString::fromStdString(project.name));
}

void SourceFlow::addPastedText(const QString& text) {
    const QString folder = dataFolder() + QStringLiteral("/pasted");
    const QString name =
        tr("Pasted %1.txt")
            .arg(QDateTime::currentDateTime().toString(QStringLiteral("yyyy-MM-dd HH.mm.ss")));
    QDir().mkpath(folder);
    QSaveFile file(folder + QLatin1Char('/') + name);
    const QByteArray bytes = text.toUtf8();
    const bool isKept = file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() &&
                        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner) && file.commit();
    if (!isKept) {
        dialogs::showError(m_window, tr("The text was not kept"),
                           tr("%1 could not be written: %2; make room or change its permissions")
                               .arg(file.fileName(), file.errorString()));
        return;
    }
    addPaths({file.fileName()});
}

void SourceFlow::encode() {
    readLeftOut({});
}

void SourceFlow::readLeftOut(const std::vector<std::string>& names) {
    IngestOptions options;
    options.wanted = names;
    if (m_isReady) ingest(options);
}

void SourceFlow::ingest(const IngestOptions& options) {
    setPaused(false);
    m_bridge.ingest(options);
}

void SourceFlow::setPaused(bool isPaused) {
    m_isPaused = isPaused;
    emit pausedChanged(isPaused);
}

void SourceFlow::pause() {
    m_bridge.stopWork();
    setPaused(true);
}

void SourceFlow::lookForChanges() {
    m_hasChanges = m_bridge.isWorking();
    if (!m_hasChanges && m_isReady) m_bridge.rescan();
}

void SourceFlow::removeSource(qint64 source, const QString& path) {
    dialogs::ask(m_window,
                 {tr("Remove Source"), tr("Remove “%1” from the project?").arg(path),
                  tr("The file stays as it is. Blocks that it shares with other sources are "
                     "encoded again."),
                  tr("Remove"), true},
                 [this, source] {
                     try {
                         m_library.projects().removeSource(source);
                     } catch (const Error& error) {
                         return dialogs::showError(m_window, tr("The source was not removed"),
                                                   QString::fromUtf8(error.what()));
                     }
                     m_library.noteDocuments();
                     encode();
                 });
}

void SourceFlow::finish(const IngestReport& report) {
    m_library.noteProjects();
    m_library.noteDocuments();
    emit said(tr("Restored %1 blocks, encoded %2 in %3")
                  .arg(countText(report.blocksRestored), countText(report.blocksEncoded),
                       roughTimeText(report.seconds)));
}

QString SourceFlow::summaryOf(const ProjectChanges& changes) {
    if (changes.added.empty() && changes.changed.empty() && changes.removed.empty()) return {};
    return tr("+%1 ~%2 -%3, %4 unchanged, %5 blocks to encode")
        .arg(changes.added.size())
        .arg(changes.changed.size())
        .arg(changes.removed.size())
        .arg(countText(changes.unchanged), countText(changes.blocksToEncode));
}

QString SourceFlow::problemOf(const ProjectChanges& changes) {
    QStringList problems;
    for (const std::string& problem : changes.problems) problems << QString::fromStdString(problem);
    return problems.join(QLatin1Char('\n'));
}

}  // namespace asterism
