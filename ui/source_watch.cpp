#include "ui/source_watch.h"

#include <QFileInfo>
#include <QSet>

#include "ui/library.h"

namespace asterism {

namespace {

constexpr int kQuietMs = 1500;
constexpr int kLookMs = 60'000;
constexpr int kMostFiles = 4000;  // a system allows 8,192 watches and more

}  // namespace

SourceWatch::SourceWatch(Library& library, QObject* parent) : QObject(parent), m_library(library) {
    m_quietTimer.setSingleShot(true);
    m_quietTimer.setInterval(kQuietMs);
    m_lookTimer.setInterval(kLookMs);
    connect(&m_quietTimer, &QTimer::timeout, this, &SourceWatch::changed);
    connect(&m_lookTimer, &QTimer::timeout, this, &SourceWatch::changed);
    const auto noteChange = [this] { m_quietTimer.start(); };
    connect(&m_watcher, &QFileSystemWatcher::fileChanged, this, noteChange);
    connect(&m_watcher, &QFileSystemWatcher::directoryChanged, this, noteChange);
    connect(&library, &Library::projectOpened, this, &SourceWatch::watchSources);
    connect(&library, &Library::documentsChanged, this, &SourceWatch::watchSources);
    watchSources();
}

void SourceWatch::setOn(bool isOn) {
    m_isOn = isOn;
    watchSources();
}

void SourceWatch::watchSources() {
    QSet<QString> paths;
    int files = 0;
    if (m_isOn && m_library.hasProject()) {
        const std::int64_t project = m_library.project().id;
        for (const SourceRecord& source :
             m_library.attempt([&] { return m_library.projects().sources(project); }))
            paths.insert(QString::fromStdString(source.path.string()));
        for (const DocumentRecord& document : m_library.openDocuments()) {
            const QString path = QString::fromStdString(document.path.string());
            paths.insert(QFileInfo(path).path());
            if (++files <= kMostFiles) paths.insert(path);
        }
    }
    const QStringList watched = m_watcher.files() + m_watcher.directories();
    const QSet<QString> before(watched.begin(), watched.end());
    // An editor that replaces a file ends the watch on it, so what is missing is added again.
    const QSet<QString> gone = before - paths;
    const QSet<QString> added = paths - before;
    if (!gone.isEmpty()) m_watcher.removePaths(gone.values());
    if (!added.isEmpty()) m_watcher.addPaths(added.values());
    if (files > kMostFiles)
        m_lookTimer.start();
    else
        m_lookTimer.stop();
}

}  // namespace asterism
