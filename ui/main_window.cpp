#include "ui/main_window.h"

#include <QAction>
#include <QCloseEvent>
#include <QDesktopServices>
#include <QDockWidget>
#include <QMimeData>
#include <QSplitter>
#include <QStatusBar>
#include <QToolBar>
#include <QUrl>
#include <QVBoxLayout>

#include "ui/appearance.h"
#include "ui/chat_export.h"
#include "ui/commands.h"
#include "ui/desktop_folders.h"
#include "ui/desktop_parts.h"
#include "ui/dialogs/dialog_list.h"
#include "ui/engine_bridge.h"
#include "ui/icons.h"
#include "ui/menus.h"
#include "ui/models/document_tree_model.h"
#include "ui/panels/chat_panel.h"
#include "ui/panels/conversations_panel.h"
#include "ui/panels/projects_panel.h"
#include "ui/panels/source_view_panel.h"
#include "ui/panels/sources_panel.h"
#include "ui/project_flow.h"
#include "ui/settings.h"
#include "ui/source_flow.h"
#include "ui/source_watch.h"
#include "ui/theme.h"
#include "ui/timing_view.h"
#include "ui/widgets/activity_bar.h"
#include "ui/widgets/warning_bar.h"
#include "ui/window_state.h"

namespace asterism {

MainWindow::MainWindow(const Parts& parts)
    : m_parts(parts),
      m_commands(new CommandSet(parts.settings, this)),
      m_flow(new SourceFlow(parts.desktop, parts.library, parts.bridge, parts.settings, this)),
      m_projectFlow(new ProjectFlow(parts.library, parts.bridge, parts.settings, this)),
      m_watch(new SourceWatch(parts.library, this)) {
    setObjectName(QStringLiteral("mainWindow"));
    setWindowTitle(QStringLiteral("Asterism"));
    setWindowIcon(programIcon());
    setAcceptDrops(true);
    setDockNestingEnabled(true);
    makeSidebar();
    setCentralWidget(makeCentre());
    makeDocks();
    makeBars();
    makeMenus(*this, *m_commands, m_docks);
    connectCommands();
    connectPanels();
    connectBridge();
    resize(1280, 800);
    resizeDocks({m_sidebar, m_docks.first()}, {300, 420}, Qt::Horizontal);
    restoreWindow(*this);
}

MainWindow::~MainWindow() = default;

void MainWindow::makeSidebar() {
    m_projects = new ProjectsPanel(m_parts.library, this);
    m_conversations = new ConversationsPanel(m_parts.library, this);
    m_sources = new SourcesPanel(m_parts.library, this);
    auto* lists = new QSplitter(Qt::Vertical, this);
    lists->setObjectName(QStringLiteral("sidebarSplitter"));
    lists->setChildrenCollapsible(false);
    lists->addWidget(m_conversations);
    lists->addWidget(m_sources);
    lists->setStretchFactor(0, 2);
    lists->setStretchFactor(1, 3);
    auto* content = new QWidget(this);
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_projects);
    layout->addWidget(lists, 1);
    m_sidebar = new QDockWidget(tr("Side Bar"), this);
    m_sidebar->setObjectName(QStringLiteral("sidebarDock"));
    m_sidebar->setFeatures(QDockWidget::NoDockWidgetFeatures);
    m_sidebar->setTitleBarWidget(new QWidget(m_sidebar));
    m_sidebar->setWidget(content);
    m_sidebar->setMinimumWidth(220);
    addDockWidget(isRightToLeft() ? Qt::RightDockWidgetArea : Qt::LeftDockWidgetArea, m_sidebar);
}

QWidget* MainWindow::makeCentre() {
    auto* centre = new QWidget(this);
    m_warnings = new WarningBar(centre);
    m_chat = new ChatPanel(m_parts.library, m_parts.bridge, m_parts.settings, m_sources->model(),
                           centre);
    m_chat->setMinimumWidth(38 * kGridUnit);  // of a question and an answer
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_warnings);
    layout->addWidget(m_chat, 1);
    return centre;
}

void MainWindow::addPanel(QWidget* panel, const QString& title, const QString& name) {
    auto* dock = new QDockWidget(title, this);
    dock->setObjectName(name);
    dock->setWidget(panel);
    dock->setMinimumWidth(36 * kGridUnit);  // of the four tabs
    dock->setAllowedAreas(Qt::AllDockWidgetAreas);
    addDockWidget(isRightToLeft() ? Qt::LeftDockWidgetArea : Qt::RightDockWidgetArea, dock);
    if (!m_docks.isEmpty()) tabifyDockWidget(m_docks.first(), dock);
    m_docks.append(dock);
}

void MainWindow::makeDocks() {
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    m_sourceView = new SourceViewPanel(m_parts.library, this);
    addPanel(m_sourceView, tr("Source"), QStringLiteral("sourceDock"));
    m_timing = new TimingView(m_parts.library, m_parts.bridge, m_parts.desktop, this);
    addPanel(m_timing->blocksPanel(), tr("Blocks"), QStringLiteral("blocksDock"));
    addPanel(m_timing->timelinePanel(), tr("Timeline"), QStringLiteral("timelineDock"));
    addPanel(m_timing->memoryPanel(), tr("Memory"), QStringLiteral("memoryDock"));
    m_docks.first()->raise();
}

void MainWindow::makeBars() {
    auto* stripBar = new QToolBar(tr("Project Strip"), this);
    stripBar->setObjectName(QStringLiteral("stripBar"));
    stripBar->setMovable(false);
    stripBar->addWidget(m_timing->strip());
    addToolBar(Qt::BottomToolBarArea, stripBar);
    stripBar->hide();
    connect(m_timing, &TimingView::blocksChanged, stripBar, &QToolBar::setVisible);
    m_activity = new ActivityBar(this);
    statusBar()->setObjectName(QStringLiteral("statusBar"));
    statusBar()->setSizeGripEnabled(false);
    statusBar()->addWidget(m_activity, 1);
}

void MainWindow::connectCommands() {
    const auto on = [this](Command command, const auto& action) {
        connect(m_commands->action(command), &QAction::triggered, this, action);
    };
    on(Command::newChat, [this] { m_chat->startChat(); });
    on(Command::newProject, [this] { m_flow->askProjectName(); });
    on(Command::addFiles, [this] { m_flow->chooseFiles(); });
    on(Command::addFolder, [this] { m_flow->chooseFolder(); });
    on(Command::rescan, [this] { m_parts.bridge.rescan(); });
    on(Command::focusQuestion, [this] { m_chat->focusQuestion(); });
    on(Command::stop, [this] { m_chat->stop(); });
    on(Command::copyAnswer, [this] { m_chat->copyLastAnswer(); });
    on(Command::find, [this] {
        m_docks.first()->show();
        m_docks.first()->raise();
        m_sourceView->find();
    });
    on(Command::searchChats,
       [this] { openSearch(dialogParts(), [this](const ChatHit& hit) { showHit(hit); }); });
    on(Command::settings, [this] { openSettings(dialogParts()); });
    on(Command::keys, [this] { openKeys(dialogParts()); });
    on(Command::models, [this] {
        openModels(dialogParts(), [this] { m_projectFlow->open(m_projectFlow->current()); });
    });
    on(Command::summarize, [this] {
        openSummaries(dialogParts(), [this](const CitationRecord& source) { showSource(source); });
    });
    on(Command::exportMarkdown,
       [this] { exportChat(*this, m_parts.library, ExportFormat::markdown); });
    on(Command::exportJson, [this] { exportChat(*this, m_parts.library, ExportFormat::json); });
    on(Command::zoomIn, [this] { m_parts.appearance.zoom(1); });
    on(Command::zoomOut, [this] { m_parts.appearance.zoom(-1); });
    on(Command::zoomReset, [this] { m_parts.appearance.zoom(0); });
    on(Command::toggleSidebar, [this](bool isOn) { m_sidebar->setVisible(isOn); });
    on(Command::fullScreen, [this](bool isOn) { isOn ? showFullScreen() : showNormal(); });
    on(Command::openDataFolder,
       [] { QDesktopServices::openUrl(QUrl::fromLocalFile(dataFolder())); });
    on(Command::quit, [this] { close(); });
    connect(m_sidebar, &QDockWidget::visibilityChanged, m_commands->action(Command::toggleSidebar),
            &QAction::setChecked);
}

void MainWindow::connectPanels() {
    connect(m_projects, &ProjectsPanel::projectChosen, m_projectFlow, &ProjectFlow::open);
    connect(m_projects, &ProjectsPanel::removalAsked, m_projectFlow, &ProjectFlow::remove);
    connect(m_projects, &ProjectsPanel::newProjectAsked, m_flow, &SourceFlow::askProjectName);
    connect(m_conversations, &ConversationsPanel::newChatAsked, m_chat, &ChatPanel::startChat);
    connect(m_conversations, &ConversationsPanel::searchAsked,
            m_commands->action(Command::searchChats), &QAction::trigger);
    connect(m_sources, &SourcesPanel::addFilesAsked, m_flow, &SourceFlow::chooseFiles);
    connect(m_sources, &SourcesPanel::addFolderAsked, m_flow, &SourceFlow::chooseFolder);
    connect(m_sources, &SourcesPanel::rescanAsked, &m_parts.bridge, &EngineBridge::rescan);
    connect(m_sources, &SourcesPanel::encodeAsked, m_flow, &SourceFlow::encode);
    connect(m_sources, &SourcesPanel::readingAsked, m_flow, &SourceFlow::readLeftOut);
    connect(m_sources, &SourcesPanel::sourceRemovalAsked, m_flow, &SourceFlow::removeSource);
    connect(m_sources, &SourcesPanel::documentOpened, this, &MainWindow::showDocument);
    connect(m_chat, &ChatPanel::citationActivated, this, &MainWindow::showSource);
    connect(m_timing, &TimingView::documentChosen, this, &MainWindow::showDocument);
    connect(m_timing, &TimingView::cacheSettingsAsked, m_commands->action(Command::settings),
            &QAction::trigger);
    connect(m_chat, &ChatPanel::addSourcesAsked, m_flow, &SourceFlow::chooseFolder);
    connect(m_chat, &ChatPanel::modelsAsked, m_commands->action(Command::models),
            &QAction::trigger);
    connect(m_chat, &ChatPanel::settingsAsked, m_commands->action(Command::settings),
            &QAction::trigger);
    connect(m_chat, &ChatPanel::longTextPasted, m_flow, &SourceFlow::addPastedText);
    connect(m_chat, &ChatPanel::explainAsked, this,
            [this](qint64 message) { m_parts.bridge.explain(message, 8); });
    connect(m_flow, &SourceFlow::projectChosen, m_projectFlow, &ProjectFlow::open);
    connect(m_flow, &SourceFlow::pausedChanged, m_activity, &ActivityBar::setPaused);
    connect(m_flow, &SourceFlow::said, m_activity, &ActivityBar::setIdleText);
    connect(m_projectFlow, &ProjectFlow::readinessChanged, m_chat, &ChatPanel::setReadiness);
    connect(m_activity, &ActivityBar::pauseAsked, m_flow, &SourceFlow::pause);
    connect(m_activity, &ActivityBar::resumeAsked, m_flow, &SourceFlow::encode);
    connect(m_activity, &ActivityBar::stopAsked, &m_parts.bridge, &EngineBridge::stopWork);
    connect(m_watch, &SourceWatch::changed, m_flow, &SourceFlow::lookForChanges);
    const auto watch = [this] { m_watch->setOn(m_parts.settings.isOn(Setting::watchesSources)); };
    connect(&m_parts.settings, &Settings::changed, m_watch, watch);
    watch();
}

void MainWindow::connectBridge() {
    EngineBridge& bridge = m_parts.bridge;
    connect(&bridge, &EngineBridge::activityChanged, m_activity, &ActivityBar::show);
    connect(&bridge, &EngineBridge::activityChanged, this,
            [this](const Activity& activity) { m_sources->setBusy(!activity.isIdle()); });
    connect(&bridge, &EngineBridge::changesFound, this, [this](const ProjectChanges& changes) {
        m_parts.library.noteDocuments();
        m_sources->showChanges(SourceFlow::summaryOf(changes));
        m_sources->showProblem(SourceFlow::problemOf(changes));
    });
    connect(&bridge, &EngineBridge::rescanFailed, m_sources, &SourcesPanel::showProblem);
    connect(&bridge, &EngineBridge::ingestFinished, m_sources,
            [this] { m_sources->showChanges({}); });
    connect(&bridge, &EngineBridge::removalFailed, m_warnings, &WarningBar::add);
    connect(&bridge, &EngineBridge::warned, m_warnings, &WarningBar::add);
    connect(&m_parts.library, &Library::failed, m_warnings, &WarningBar::add);
    connect(
        &bridge, &EngineBridge::explanationReady, this,
        [this](qint64, const Explanation& explanation) { showExplanation(*this, explanation); });
}

void MainWindow::begin(const QStringList& paths) {
    if (!m_projectFlow->openLast() && !m_parts.settings.isOn(Setting::hasSeenFirstRun))
        openFirstRun(dialogParts(), [this] { m_flow->openSample(); });
    if (!paths.isEmpty()) openPaths(paths);
}

DialogParts MainWindow::dialogParts() {
    return {m_parts.desktop, m_parts.settings, m_parts.library, m_parts.bridge, *m_commands, *this};
}

void MainWindow::openPaths(const QStringList& paths) {
    m_flow->addPaths(paths);
}

void MainWindow::bringToFront() {
    setWindowState(windowState() & ~Qt::WindowMinimized);
    show();
    raise();
    activateWindow();
}

void MainWindow::showSource(const CitationRecord& citation) {
    m_docks.first()->show();
    m_docks.first()->raise();
    m_sourceView->showCitation(citation);
}

void MainWindow::showDocument(const QString& name) {
    CitationRecord whole;
    whole.document = name.toStdString();
    showSource(whole);
}

void MainWindow::showHit(const ChatHit& hit) {
    m_projectFlow->openWithId(hit.projectId);
    m_parts.library.openConversation(hit.conversationId);
    m_chat->showMessage(hit.messageId);
}

void MainWindow::closeEvent(QCloseEvent* event) {
    keepWindow(*this);
    QMainWindow::closeEvent(event);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (event->mimeData()->hasUrls()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    QStringList paths;
    for (const QUrl& url : event->mimeData()->urls())
        if (url.isLocalFile()) paths << url.toLocalFile();
    if (paths.isEmpty()) return;
    event->acceptProposedAction();
    openPaths(paths);
}

}  // namespace asterism
