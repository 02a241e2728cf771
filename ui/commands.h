#pragma once

#include <cstdint>
#include <map>

#include <QObject>

class QAction;

namespace asterism {

class Settings;

// What can be done from the keyboard and the menus.
enum class Command : std::uint8_t {
    newChat,
    newProject,
    addFiles,
    addFolder,
    searchChats,
    find,
    toggleSidebar,
    focusQuestion,
    stop,
    copyAnswer,
    rescan,
    summarize,
    exportMarkdown,
    exportJson,
    models,
    settings,
    keys,
    zoomIn,
    zoomOut,
    zoomReset,
    fullScreen,
    openDataFolder,
    quit,
};

// The commands' actions, with keys that a person can change (one table: commands.cpp). Owned by
// the window, whose actions they are.
class CommandSet : public QObject {
    Q_OBJECT

  public:
    CommandSet(Settings& settings, QWidget* window);

    QAction* action(Command command) const { return m_actions.at(command); }
    // In the order of the table.
    const std::map<Command, QAction*>& all() const { return m_actions; }
    // The keys a command has unless they are changed.
    static QString standardKeys(Command command);
    static QString nameOf(Command command);

  private:
    void applyKeys();

    Settings& m_settings;
    std::map<Command, QAction*> m_actions;
};

}  // namespace asterism
