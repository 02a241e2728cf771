#include "ui/menus.h"

#include <QAction>
#include <QCoreApplication>
#include <QDockWidget>
#include <QMainWindow>
#include <QMenuBar>

#include "ui/commands.h"
#include "ui/dialogs/dialog_list.h"

namespace asterism {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("Menus", text);
}

}  // namespace

void makeMenus(QMainWindow& window, const CommandSet& commands, const QList<QDockWidget*>& docks) {
    const auto fill = [&](QMenu* menu, std::initializer_list<Command> list) {
        for (const Command command : list) menu->addAction(commands.action(command));
    };
    QMenu* file = window.menuBar()->addMenu(tr(QT_TRANSLATE_NOOP("Menus", "&File")));
    fill(file, {Command::newProject, Command::addFiles, Command::addFolder, Command::rescan});
    file->addSeparator();
    fill(file, {Command::exportMarkdown, Command::exportJson});
    file->addSeparator();
    fill(file, {Command::models, Command::settings, Command::openDataFolder});
    file->addSeparator();
    fill(file, {Command::quit});
    QMenu* chat = window.menuBar()->addMenu(tr(QT_TRANSLATE_NOOP("Menus", "&Chat")));
    fill(chat, {Command::newChat, Command::searchChats, Command::focusQuestion, Command::copyAnswer,
                Command::stop});
    chat->addSeparator();
    fill(chat, {Command::summarize});
    QMenu* view = window.menuBar()->addMenu(tr(QT_TRANSLATE_NOOP("Menus", "&View")));
    fill(view, {Command::toggleSidebar});
    for (QDockWidget* dock : docks) view->addAction(dock->toggleViewAction());
    view->addSeparator();
    fill(view, {Command::find, Command::zoomIn, Command::zoomOut, Command::zoomReset,
                Command::fullScreen});
    QMenu* help = window.menuBar()->addMenu(tr(QT_TRANSLATE_NOOP("Menus", "&Help")));
    fill(help, {Command::keys});
    help->addAction(tr(QT_TRANSLATE_NOOP("Menus", "&About Asterism")), &window,
                    [&window] { showAbout(window); });
}

}  // namespace asterism
