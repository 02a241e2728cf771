#include "ui/window_state.h"

#include <QMainWindow>
#include <QSettings>
#include <QSplitter>

#include "ui/desktop_folders.h"

namespace asterism {

void restoreWindow(QMainWindow& window) {
    const QSettings state(stateFile(), QSettings::IniFormat);
    window.restoreGeometry(state.value(QStringLiteral("geometry")).toByteArray());
    window.restoreState(state.value(QStringLiteral("layout")).toByteArray());
    for (QSplitter* splitter : window.findChildren<QSplitter*>())
        if (!splitter->objectName().isEmpty())
            splitter->restoreState(state.value(splitter->objectName()).toByteArray());
}

void keepWindow(const QMainWindow& window) {
    QSettings state(stateFile(), QSettings::IniFormat);
    state.setValue(QStringLiteral("geometry"), window.saveGeometry());
    state.setValue(QStringLiteral("layout"), window.saveState());
    for (const QSplitter* splitter : window.findChildren<QSplitter*>())
        if (!splitter->objectName().isEmpty())
            state.setValue(splitter->objectName(), splitter->saveState());
}

}  // namespace asterism
