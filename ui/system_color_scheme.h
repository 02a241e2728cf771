#pragma once

#include <QObject>

#include "ui/theme.h"

class QDBusPendingCallWatcher;

namespace asterism {

// Whether the desktop asks for light or dark, from the desktop portal's setting
// org.freedesktop.appearance color-scheme. Never waits: until the portal has answered, and where
// there is none, the scheme is that of the palette the program was started with. GUI thread. Make
// it before applyTheme() replaces that palette.
class SystemColorScheme : public QObject {
    Q_OBJECT

  public:
    explicit SystemColorScheme(QObject* parent = nullptr);

    ColorScheme scheme() const { return m_scheme; }

    // The portal's figure (0 no preference, 1 dark, 2 light) as a scheme.
    static ColorScheme fromPortal(uint value, ColorScheme fallback);

  signals:
    void changed(asterism::ColorScheme scheme);

  private slots:
    void askPortal();
    void takeAnswer(QDBusPendingCallWatcher* watcher);

  private:
    ColorScheme m_fallback;
    ColorScheme m_scheme;
};

}  // namespace asterism
