#include "ui/desktop_folders.h"

#include <QDir>

namespace asterism {

namespace {

QString baseFolder(const char* variable, const QString& underHome) {
    const QString given = qEnvironmentVariable(variable);
    return QDir::isAbsolutePath(given) ? given : QDir::home().filePath(underHome);
}

}  // namespace

QString configFile() {
    return baseFolder("XDG_CONFIG_HOME", QStringLiteral(".config")) +
           QStringLiteral("/asterism/desktop.ini");
}

QString stateFile() {
    return baseFolder("XDG_STATE_HOME", QStringLiteral(".local/state")) +
           QStringLiteral("/asterism/window.ini");
}

QString dataFolder() {
    return baseFolder("XDG_DATA_HOME", QStringLiteral(".local/share")) +
           QStringLiteral("/asterism");
}

}  // namespace asterism
