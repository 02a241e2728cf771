#pragma once

#include <memory>

#include <QObject>
#include <QStringList>
#include <QTranslator>

#include "ui/appearance.h"
#include "ui/desktop_parts.h"
#include "ui/engine_bridge.h"
#include "ui/library.h"
#include "ui/main_window.h"
#include "ui/settings.h"

namespace asterism {

// Everything the desktop is made of, in the order it depends on each other. A change of language
// makes the window anew.
class Desktop : public QObject {
    Q_OBJECT

  public:
    // Throws Error if the database of projects cannot be opened.
    explicit Desktop(DesktopParts parts);
    ~Desktop() override;

    void show(const QStringList& paths);
    // Another start of the program: brings the window to the front, with what was given to it.
    void raise(const QStringList& paths);

    MainWindow& window() { return *m_window; }
    Library& library() { return m_library; }
    EngineBridge& bridge() { return m_bridge; }
    Settings& settings() { return m_settings; }

  private:
    void translate();
    void makeWindow();

    bool m_isReversed;  // right to left was asked for when the program was started (-reverse)
    Settings m_settings;
    DesktopParts m_parts;
    QTranslator m_translator;
    QTranslator m_qtTranslator;
    Appearance m_appearance;
    Library m_library;
    EngineBridge m_bridge;
    std::unique_ptr<MainWindow> m_window;
};

}  // namespace asterism
