#include "ui/commands.h"

#include <array>

#include <QAction>
#include <QCoreApplication>
#include <QWidget>

#include "ui/icons.h"
#include "ui/settings.h"

namespace asterism {

namespace {

struct CommandInfo {
    Command command;
    const char* name;  // in the settings file, and the action's objectName
    const char* text;
    const char* keys;  // separated by "; "
    const char* icon;
};

constexpr std::array<CommandInfo, 23> kCommands = {{
    {Command::newChat, "newChat", QT_TRANSLATE_NOOP("Commands", "&New Chat"), "Ctrl+N", "chat-new"},
    {Command::newProject, "newProject", QT_TRANSLATE_NOOP("Commands", "New &Project…"),
     "Ctrl+Shift+N", "project-new"},
    {Command::addFiles, "addFiles", QT_TRANSLATE_NOOP("Commands", "&Add Files…"), "Ctrl+O",
     "document-open"},
    {Command::addFolder, "addFolder", QT_TRANSLATE_NOOP("Commands", "Add &Folder…"), "Ctrl+Shift+O",
     "folder-open"},
    {Command::searchChats, "searchChats", QT_TRANSLATE_NOOP("Commands", "&Search Chats…"), "Ctrl+K",
     "edit-find"},
    {Command::find, "find", QT_TRANSLATE_NOOP("Commands", "&Find in Document…"), "Ctrl+F",
     "edit-find"},
    {Command::toggleSidebar, "toggleSidebar", QT_TRANSLATE_NOOP("Commands", "Side &Bar"), "Ctrl+B",
     "sidebar-show"},
    {Command::focusQuestion, "focusQuestion", QT_TRANSLATE_NOOP("Commands", "Go to the &Question"),
     "Ctrl+L", ""},
    {Command::stop, "stop", QT_TRANSLATE_NOOP("Commands", "S&top"), "Esc", "media-playback-stop"},
    {Command::copyAnswer, "copyAnswer", QT_TRANSLATE_NOOP("Commands", "&Copy Last Answer"),
     "Ctrl+Shift+C", "edit-copy"},
    {Command::rescan, "rescan", QT_TRANSLATE_NOOP("Commands", "&Look for Changes"), "F5",
     "view-refresh"},
    {Command::summarize, "summarize", QT_TRANSLATE_NOOP("Commands", "S&ummarise…"), "Ctrl+Shift+S",
     "view-list-text"},
    {Command::exportMarkdown, "exportMarkdown",
     QT_TRANSLATE_NOOP("Commands", "Export Chat as &Markdown…"), "Ctrl+E", "document-save"},
    {Command::exportJson, "exportJson", QT_TRANSLATE_NOOP("Commands", "Export Chat as &JSON…"), "",
     "document-save"},
    {Command::models, "models", QT_TRANSLATE_NOOP("Commands", "&Models…"), "Ctrl+M", "cpu"},
    {Command::settings, "settings", QT_TRANSLATE_NOOP("Commands", "&Settings…"), "Ctrl+,",
     "preferences-system"},
    {Command::keys, "keys", QT_TRANSLATE_NOOP("Commands", "&Keys…"), "F1; Ctrl+/",
     "input-keyboard"},
    {Command::zoomIn, "zoomIn", QT_TRANSLATE_NOOP("Commands", "&Larger Text"),
     "Ctrl++; Ctrl+=", "zoom-in"},
    {Command::zoomOut, "zoomOut", QT_TRANSLATE_NOOP("Commands", "S&maller Text"), "Ctrl+-",
     "zoom-out"},
    {Command::zoomReset, "zoomReset", QT_TRANSLATE_NOOP("Commands", "&Normal Text"), "Ctrl+0", ""},
    {Command::fullScreen, "fullScreen", QT_TRANSLATE_NOOP("Commands", "F&ull Screen"), "F11", ""},
    {Command::openDataFolder, "openDataFolder", QT_TRANSLATE_NOOP("Commands", "Open &Data Folder"),
     "", "folder-open"},
    {Command::quit, "quit", QT_TRANSLATE_NOOP("Commands", "&Quit"), "Ctrl+Q", "window-close"},
}};

const CommandInfo& infoOf(Command command) {
    return kCommands[static_cast<std::size_t>(command)];
}

QList<QKeySequence> sequences(const QString& keys) {
    QList<QKeySequence> list;
    for (const QString& one : keys.split(QStringLiteral("; "), Qt::SkipEmptyParts))
        list.append(QKeySequence(one, QKeySequence::PortableText));
    return list;
}

}  // namespace

CommandSet::CommandSet(Settings& settings, QWidget* window)
    : QObject(window), m_settings(settings) {
    for (const CommandInfo& info : kCommands) {
        auto* action = new QAction(QCoreApplication::translate("Commands", info.text), window);
        action->setObjectName(QLatin1String(info.name) + QLatin1String("Action"));
        if (*info.icon != '\0') action->setIcon(icon(info.icon));
        window->addAction(action);
        m_actions[info.command] = action;
    }
    action(Command::toggleSidebar)->setCheckable(true);
    action(Command::fullScreen)->setCheckable(true);
    connect(&settings, &Settings::keysChanged, this, &CommandSet::applyKeys);
    applyKeys();
}

QString CommandSet::standardKeys(Command command) {
    return QString::fromLatin1(infoOf(command).keys);
}

QString CommandSet::nameOf(Command command) {
    return QString::fromLatin1(infoOf(command).name);
}

void CommandSet::applyKeys() {
    for (const auto& [command, action] : m_actions) {
        const QString kept = m_settings.keys(nameOf(command));
        action->setShortcuts(sequences(kept.isEmpty() ? standardKeys(command) : kept));
    }
}

}  // namespace asterism
