#pragma once

#include <QFileSystemWatcher>
#include <QObject>
#include <QTimer>

namespace asterism {

class Library;

// Notices when files of the open project change, in place or by being replaced, added or removed.
// Where there are more files than can be watched, it looks at the folders only, and every minute
// asks for a look at all of them.
class SourceWatch : public QObject {
    Q_OBJECT

  public:
    explicit SourceWatch(Library& library, QObject* parent = nullptr);

    void setOn(bool isOn);

  signals:
    // Some time after the last of a run of changes.
    void changed();

  private:
    void watchSources();

    Library& m_library;
    QFileSystemWatcher m_watcher;
    QTimer m_quietTimer;
    QTimer m_lookTimer;
    bool m_isOn = true;
};

}  // namespace asterism
