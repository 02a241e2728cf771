#pragma once

#include <QList>

class QDockWidget;
class QMainWindow;

namespace asterism {

class CommandSet;

// Fills the menu bar with the commands and the panels that can be shown and hidden.
void makeMenus(QMainWindow& window, const CommandSet& commands, const QList<QDockWidget*>& docks);

}  // namespace asterism
