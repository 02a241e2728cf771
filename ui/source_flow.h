#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <QObject>
#include <QStringList>
#include <QTimer>

#include "storage/projects/project_session.h"

class QWidget;

namespace asterism {

class EngineBridge;
class Library;
class Settings;
struct DesktopParts;

// How files get into a project: dropped or chosen paths, the pre-flight dialog, encoding, changes
// on disk, removal.
class SourceFlow : public QObject {
    Q_OBJECT

  public:
    SourceFlow(const DesktopParts& parts, Library& library, EngineBridge& bridge,
               Settings& settings, QWidget* window);

    // Makes a project named after the first path if none is open, then shows what would be read.
    void addPaths(const QStringList& paths);
    void chooseFiles();
    void chooseFolder();
    // A long paste becomes a file of its own among the user's data, and a source.
    void addPastedText(const QString& text);
    void createProject(const QString& name);
    void askProjectName();
    // The project of the first run: the manual and some sources; or just opens it.
    void openSample();
    // Reads and encodes what has changed, waits or failed.
    void encode();
    // Reads files, by name, that were left out because they were not wanted.
    void readLeftOut(const std::vector<std::string>& names);
    void pause();
    // Files have changed on disk: looks at them, after what is running.
    void lookForChanges();
    void removeSource(qint64 source, const QString& path);

    bool isPaused() const { return m_isPaused; }
    // "+3 ~1 -2, 1,198 unchanged, 2 blocks to encode"; empty if nothing changed.
    static QString summaryOf(const ProjectChanges& changes);
    // Why whole sources could not be looked at; empty if all were.
    static QString problemOf(const ProjectChanges& changes);

  signals:
    // A project is to be opened with its engine.
    void projectChosen(const QString& name);
    void pausedChanged(bool isPaused);
    void said(const QString& text);

  private:
    using Paths = std::vector<std::filesystem::path>;

    bool hasProject(const QString& name) const;
    void makeProject(const QString& name, const Paths& paths);
    void goOn();
    void showPreflight(const std::shared_ptr<const Preflight>& preflight, const Paths& paths);
    // Of the open project: neither documents nor chats, as the database has it now. Throws Error.
    bool holdsNothing() const;
    void remake(const ProjectSettings& settings, const Paths& paths);
    void makeAnew(const ProjectSettings& settings, Paths paths);
    void ingest(const IngestOptions& options);
    void setPaused(bool isPaused);
    void finish(const IngestReport& report);
    ProjectSettings chosenSettings() const;
    std::string chosenModel() const;

    const DesktopParts& m_parts;
    Library& m_library;
    EngineBridge& m_bridge;
    Settings& m_settings;
    QWidget* m_window;
    QTimer m_refreshTimer;
    Paths m_pending;  // they wait for their project to be ready
    std::int64_t m_pendingProject = 0;
    bool m_isReady = false;
    bool m_isPaused = false;
    bool m_hasChanges = false;  // of files, that are to be looked at
};

}  // namespace asterism
