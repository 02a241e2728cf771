#pragma once

#include <QMainWindow>

#include "ui/library.h"

class QDockWidget;

namespace asterism {

class ActivityBar;
class Appearance;
class ChatPanel;
class CommandSet;
class ConversationsPanel;
class EngineBridge;
class ProjectFlow;
class ProjectsPanel;
class Settings;
class SourceFlow;
class SourceViewPanel;
class SourceWatch;
class SourcesPanel;
class TimingView;
class WarningBar;
struct DesktopParts;
struct DialogParts;

// The window: composes panels, menus and the bars, and connects them; nothing else.
class MainWindow : public QMainWindow {
    Q_OBJECT

  public:
    struct Parts {
        const DesktopParts& desktop;
        Settings& settings;
        Appearance& appearance;
        Library& library;
        EngineBridge& bridge;
    };

    explicit MainWindow(const Parts& parts);
    ~MainWindow() override;

    // Opens the project that was used last, or the first-run dialog, then what was given.
    void begin(const QStringList& paths);
    void openPaths(const QStringList& paths);
    void bringToFront();

  protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    void makeSidebar();
    QWidget* makeCentre();
    void makeDocks();
    void makeBars();
    void addPanel(QWidget* panel, const QString& title, const QString& name);
    DialogParts dialogParts();
    void connectCommands();
    void connectPanels();
    void connectBridge();
    void showSource(const CitationRecord& citation);
    void showDocument(const QString& name);
    void showHit(const ChatHit& hit);

    Parts m_parts;
    CommandSet* m_commands;
    SourceFlow* m_flow;
    ProjectFlow* m_projectFlow;
    SourceWatch* m_watch;
    ProjectsPanel* m_projects = nullptr;
    ConversationsPanel* m_conversations = nullptr;
    SourcesPanel* m_sources = nullptr;
    ChatPanel* m_chat = nullptr;
    WarningBar* m_warnings = nullptr;
    SourceViewPanel* m_sourceView = nullptr;
    TimingView* m_timing = nullptr;
    ActivityBar* m_activity = nullptr;
    QDockWidget* m_sidebar = nullptr;
    QList<QDockWidget*> m_docks;
};

}  // namespace asterism
