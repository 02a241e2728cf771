#pragma once

#include <QObject>
#include <QStringList>

class QLocalServer;

namespace asterism {

// One window a user: a second start hands its files to the first and ends.
class SingleInstance : public QObject {
    Q_OBJECT

  public:
    explicit SingleInstance(QObject* parent = nullptr);

    // True if another one runs; it has been given the paths and raises its window.
    bool handOver(const QStringList& paths) const;
    // Listens for later starts. Without a place to listen the program works all the same.
    void listen();

  signals:
    void startedAgain(const QStringList& paths);

  private:
    QString m_name;
    QLocalServer* m_server;
};

}  // namespace asterism
