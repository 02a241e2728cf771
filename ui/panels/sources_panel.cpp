#include "ui/panels/sources_panel.h"

#include <QHeaderView>
#include <QMenu>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

#include "ui/dialogs.h"
#include "ui/figures.h"
#include "ui/icons.h"
#include "ui/library.h"
#include "ui/models/document_tree_model.h"
#include "ui/theme.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/panel_header.h"

namespace asterism {

namespace {

constexpr int kNarrowCharacters = 46;  // less than that would leave file names a few letters

}  // namespace

SourcesPanel::SourcesPanel(Library& library, QWidget* parent)
    : QWidget(parent),
      m_library(library),
      m_model(new DocumentTreeModel(library, this)),
      m_header(new PanelHeader(tr("Sources"), this)),
      m_sourcesTree(new QTreeView(this)),
      m_emptyState(new EmptyState(this)),
      m_noticeBar(new NoticeBar(this)) {
    QToolButton* rescanButton =
        m_header->addButton("view-refresh", tr("Look for changes"), QStringLiteral("rescanButton"));
    QToolButton* folderButton =
        m_header->addButton("folder-open", tr("Add a folder"), QStringLiteral("addFolderButton"));
    QToolButton* filesButton =
        m_header->addButton("document-open", tr("Add files"), QStringLiteral("addFilesButton"));
    m_sourcesTree->setObjectName(QStringLiteral("sourcesTree"));
    m_sourcesTree->setAccessibleName(tr("Sources"));
    m_sourcesTree->setModel(m_model);
    m_sourcesTree->setFrameShape(QFrame::NoFrame);
    m_sourcesTree->setUniformRowHeights(true);
    m_sourcesTree->setIndentation(2 * kGridUnit);
    m_sourcesTree->setTextElideMode(Qt::ElideMiddle);
    m_sourcesTree->setContextMenuPolicy(Qt::CustomContextMenu);
    QHeaderView* columns = m_sourcesTree->header();
    columns->setStretchLastSection(false);
    columns->setSectionResizeMode(DocumentTreeModel::nameColumn, QHeaderView::Stretch);
    columns->setSectionResizeMode(DocumentTreeModel::stateColumn, QHeaderView::ResizeToContents);
    columns->setSectionResizeMode(DocumentTreeModel::tokensColumn, QHeaderView::ResizeToContents);
    m_emptyState->setObjectName(QStringLiteral("sourcesEmptyState"));
    m_noticeBar->setObjectName(QStringLiteral("sourcesNoticeBar"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_header);
    layout->addWidget(m_sourcesTree, 1);
    layout->addWidget(m_emptyState, 1);
    layout->addWidget(m_noticeBar);

    connect(filesButton, &QToolButton::clicked, this, &SourcesPanel::addFilesAsked);
    connect(folderButton, &QToolButton::clicked, this, &SourcesPanel::addFolderAsked);
    connect(rescanButton, &QToolButton::clicked, this, &SourcesPanel::rescanAsked);
    connect(m_emptyState, &EmptyState::activated, this, &SourcesPanel::addFolderAsked);
    connect(m_noticeBar, &NoticeBar::activated, this, [this] { emit(this->*m_noticeSignal)(); });
    connect(m_sourcesTree, &QTreeView::activated, this, [this](const QModelIndex& index) {
        if (const DocumentRecord* document = m_model->document(index))
            emit documentOpened(QString::fromStdString(document->name));
    });
    connect(m_sourcesTree, &QTreeView::customContextMenuRequested, this, &SourcesPanel::openMenu);
    connect(m_model, &DocumentTreeModel::figuresChanged, this, &SourcesPanel::showFigures);
    connect(m_model, &DocumentTreeModel::scopeNotKept, this, [this](const QString& reason) {
        m_noticeBar->show(NoticeBar::Kind::warning,
                          tr("The ticks will be lost at the next start: %1").arg(reason));
    });
    connect(m_model, &DocumentTreeModel::modelAboutToBeReset, this, &SourcesPanel::keepExpanded);
    connect(m_model, &DocumentTreeModel::modelReset, this, &SourcesPanel::restoreExpanded);
    connect(&library, &Library::projectOpened, this, [this] {
        m_problem.clear();
        showChanges({});
    });
    showFigures();
}

void SourcesPanel::showChanges(const QString& summary) {
    m_changes = summary;
    showNotice();
}

void SourcesPanel::showProblem(const QString& reason) {
    m_problem = reason;
    showNotice();
}

void SourcesPanel::setBusy(bool isBusy) {
    m_isBusy = isBusy;
    showNotice();
}

void SourcesPanel::showFigures() {
    const DocumentTreeModel::Figures& figures = m_model->figures();
    const bool isEmpty = figures.documents + figures.leftOut == 0;
    m_sourcesTree->setVisible(!isEmpty);
    m_emptyState->setVisible(isEmpty);
    if (!m_library.hasProject())
        m_emptyState->show("project", tr("No project is open"),
                           tr("Drop files or a folder on the window, or choose a folder to read."),
                           tr("Choose a Folder"));
    else if (isEmpty)
        m_emptyState->show("folder", tr("This project has no sources"),
                           tr("Drop files or a folder here. You see what would be read first."),
                           tr("Choose a Folder"));
    m_header->setFigures(isEmpty ? QString()
                                 : tr("%1 · %2 tokens")
                                       .arg(countText(figures.documents))
                                       .arg(compactText(figures.tokens)));
    showNotice();
}

void SourcesPanel::showNotice() {
    const DocumentTreeModel::Figures& figures = m_model->figures();
    using Kind = NoticeBar::Kind;
    m_noticeSignal = &SourcesPanel::encodeAsked;
    if (m_isBusy) {
        m_noticeBar->show(Kind::information, {});
    } else if (!m_problem.isEmpty()) {
        m_noticeSignal = &SourcesPanel::rescanAsked;
        m_noticeBar->show(Kind::warning,
                          tr("Not all sources could be looked at: %1").arg(m_problem), tr("Retry"));
    } else if (!m_changes.isEmpty()) {
        m_noticeBar->show(Kind::warning, tr("Files have changed: %1").arg(m_changes), tr("Encode"));
    } else if (figures.waiting > 0) {
        m_noticeBar->show(
            Kind::information,
            tr("%n source(s) are not encoded yet; what is done is kept.", nullptr, figures.waiting),
            tr("Resume"));
    } else if (figures.failed > 0) {
        m_noticeBar->show(
            Kind::error,
            tr("%n source(s) could not be read; point at one to see why.", nullptr, figures.failed),
            tr("Retry"));
    } else {
        m_noticeBar->show(Kind::information, {});
    }
}

// Where there is little room the state is its sign alone; its word is in the tool tip.
void SourcesPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    QHeaderView* columns = m_sourcesTree->header();
    const bool isNarrow = width() < kNarrowCharacters * fontMetrics().averageCharWidth();
    columns->setSectionResizeMode(DocumentTreeModel::stateColumn,
                                  isNarrow ? QHeaderView::Fixed : QHeaderView::ResizeToContents);
    if (isNarrow)
        columns->resizeSection(DocumentTreeModel::stateColumn,
                               columns->sectionSizeHint(DocumentTreeModel::stateColumn));
}

void SourcesPanel::addDocumentActions(QMenu& menu, const DocumentRecord& document) {
    menu.addAction(
        icon("text-x-generic"), tr("Show"), this,
        [this, name = QString::fromStdString(document.name)] { emit documentOpened(name); });
    if (document.state == DocumentState::failed)
        menu.addAction(icon("view-refresh"), tr("Retry"), this, &SourcesPanel::encodeAsked);
    const auto sources =
        m_library.attempt([this] { return m_library.projects().sources(m_library.project().id); });
    for (const SourceRecord& source : sources) {
        if (source.id != document.sourceId) continue;
        const QString path = QString::fromStdString(source.path.string());
        menu.addAction(icon("edit-delete"),
                       source.isFolder ? tr("Remove the Folder “%1”…").arg(path) : tr("Remove…"),
                       this, [this, source, path] { emit sourceRemovalAsked(source.id, path); });
    }
    menu.addSeparator();
}

void SourcesPanel::openMenu(const QPoint& position) {
    const QModelIndex index = m_sourcesTree->indexAt(position).siblingAtColumn(0);
    auto* menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("sourceMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    if (const DocumentRecord* document = m_model->document(index))
        addDocumentActions(*menu, *document);
    const std::vector<std::string> leftOut = m_model->leftOut(index);
    if (index.isValid() && !leftOut.empty()) {
        QAction* read = menu->addAction(
            icon("document-open"),
            m_model->rowCount(index) == 0 ? tr("Read This File") : tr("Read What Was Left Out"),
            this, [this, leftOut] { emit readingAsked(leftOut); });
        read->setObjectName(QStringLiteral("readLeftOutAction"));
        read->setEnabled(!m_isBusy);
    }
    if (index.flags() & Qt::ItemIsUserCheckable)
        menu->addAction(tr("Ask Only This"), this, [this, path = m_model->pathOf(index)] {
            const QModelIndex now = m_model->indexOf(path.toStdString());
            if (now.isValid()) m_model->tickOnly(now);
        });
    menu->addAction(tr("Tick All"), m_model, &DocumentTreeModel::tickAll);
    menu->addAction(icon("dialog-information"), tr("What Was Left Out…"), this,
                    &SourcesPanel::showLeftOut);
    menu->popup(m_sourcesTree->viewport()->mapToGlobal(position));
}

void SourcesPanel::showLeftOut() {
    const auto leftOut =
        m_library.attempt([this] { return m_library.documents().leftOut(m_library.project().id); });
    QStringList lines;
    constexpr std::size_t kMostLines = 30;
    for (std::size_t i = 0; i < leftOut.size() && i < kMostLines; ++i)
        lines << tr("%1: %2").arg(QString::fromStdString(leftOut[i].name),
                                  QString::fromStdString(leftOut[i].reason));
    if (leftOut.size() > kMostLines)
        lines << tr("and %n more", nullptr, static_cast<int>(leftOut.size() - kMostLines));
    dialogs::showError(this, tr("Left Out"),
                       leftOut.empty() ? tr("Everything in the sources was taken.")
                                       : lines.join(QLatin1Char('\n')));
}

void SourcesPanel::keepExpanded() {
    m_expanded.clear();
    const auto keep = [this](const QModelIndex& index, const auto& self) -> void {
        if (m_sourcesTree->isExpanded(index)) m_expanded << m_model->pathOf(index);
        for (int row = 0; row < m_model->rowCount(index); ++row)
            self(m_model->index(row, 0, index), self);
    };
    for (int row = 0; row < m_model->rowCount(); ++row) keep(m_model->index(row, 0), keep);
}

void SourcesPanel::restoreExpanded() {
    const auto restore = [this](const QModelIndex& index, const auto& self) -> void {
        if (m_expanded.contains(m_model->pathOf(index))) m_sourcesTree->expand(index);
        for (int row = 0; row < m_model->rowCount(index); ++row)
            self(m_model->index(row, 0, index), self);
    };
    for (int row = 0; row < m_model->rowCount(); ++row) restore(m_model->index(row, 0), restore);
    bool hasFolders = false;
    for (int row = 0; row < m_model->rowCount(); ++row)
        hasFolders |= m_model->rowCount(m_model->index(row, 0)) > 0;
    m_sourcesTree->setRootIsDecorated(hasFolders);
    if (m_model->rowCount() == 1) m_sourcesTree->expand(m_model->index(0, 0));
}

}  // namespace asterism
