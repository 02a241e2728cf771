#pragma once

#include <QString>

namespace asterism {

// Where the desktop keeps its own files, by the XDG rules; a variable that is empty or no absolute
// path counts as unset. The folders need not exist.
QString configFile();  // settings and keys: $XDG_CONFIG_HOME/asterism/desktop.ini
QString stateFile();   // sizes and places of windows: $XDG_STATE_HOME/asterism/window.ini
QString dataFolder();  // projects, chats, models: $XDG_DATA_HOME/asterism

}  // namespace asterism
