#include "ui/single_instance.h"

#include <QDataStream>
#include <QDir>
#include <QLocalServer>
#include <QLocalSocket>
#include <QStandardPaths>

namespace asterism {

namespace {

constexpr int kWaitMs = 500;

// In the user's own run-time folder, so that no other user can listen in its place.
QString socketName() {
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::RuntimeLocation);
    return folder + QStringLiteral("/asterism.socket");
}

}  // namespace

SingleInstance::SingleInstance(QObject* parent)
    : QObject(parent), m_name(socketName()), m_server(new QLocalServer(this)) {
    m_server->setSocketOptions(QLocalServer::UserAccessOption);
    connect(m_server, &QLocalServer::newConnection, this, [this] {
        QLocalSocket* socket = m_server->nextPendingConnection();
        connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
        connect(socket, &QLocalSocket::readyRead, this, [this, socket] {
            QDataStream stream(socket);
            QStringList paths;
            stream.startTransaction();
            stream >> paths;
            if (!stream.commitTransaction()) return;
            emit startedAgain(paths);
            socket->disconnectFromServer();
        });
    });
}

bool SingleInstance::handOver(const QStringList& paths) const {
    QLocalSocket socket;
    socket.connectToServer(m_name);
    if (!socket.waitForConnected(kWaitMs)) return false;
    QDataStream stream(&socket);
    stream << paths;
    socket.flush();
    socket.waitForDisconnected(kWaitMs);
    return true;
}

void SingleInstance::listen() {
    QLocalServer::removeServer(m_name);  // of one that did not end well
    m_server->listen(m_name);
}

}  // namespace asterism
