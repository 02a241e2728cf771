#include "ui/panels/projects_panel.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QMenu>
#include <QToolButton>

#include "core/base/error.h"
#include "ui/dialogs.h"
#include "ui/figures.h"
#include "ui/icons.h"
#include "ui/library.h"
#include "ui/models/project_list_model.h"
#include "ui/theme.h"
#include "ui/widgets/panel_header.h"

namespace asterism {

ProjectsPanel::ProjectsPanel(Library& library, QWidget* parent)
    : QWidget(parent),
      m_library(library),
      m_model(new ProjectListModel(library, this)),
      m_projectComboBox(new QComboBox(this)) {
    m_projectComboBox->setObjectName(QStringLiteral("projectComboBox"));
    m_projectComboBox->setAccessibleName(tr("Project"));
    m_projectComboBox->setModel(m_model);
    m_projectComboBox->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_projectComboBox->setMinimumContentsLength(10);
    auto* newButton =
        makeIconButton("project-new", tr("New project"), QStringLiteral("newProjectButton"), this);
    auto* menuButton = makeIconButton("overflow-menu", tr("More for this project"),
                                      QStringLiteral("projectMenuButton"), this);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(kGridUnit, kGridUnit, kGridUnit / 2, kGridUnit / 2);
    layout->setSpacing(kGridUnit / 2);
    layout->addWidget(m_projectComboBox, 1);
    layout->addWidget(newButton);
    layout->addWidget(menuButton);

    connect(m_projectComboBox, &QComboBox::activated, this, [this](int row) {
        emit projectChosen(QString::fromStdString(m_model->project(row).name));
    });
    connect(newButton, &QToolButton::clicked, this, &ProjectsPanel::newProjectAsked);
    connect(menuButton, &QToolButton::clicked, this, &ProjectsPanel::openMenu);
    connect(&library, &Library::projectOpened, this, &ProjectsPanel::showOpenProject);
    connect(m_model, &ProjectListModel::modelReset, this, &ProjectsPanel::showOpenProject);
    showOpenProject();
}

void ProjectsPanel::showOpenProject() {
    const bool hasProjects = m_model->rowCount() > 0;
    m_projectComboBox->setPlaceholderText(hasProjects ? tr("Choose a project")
                                                      : tr("No project yet"));
    m_projectComboBox->setCurrentIndex(m_model->rowOf(m_library.project().id));
    m_projectComboBox->setEnabled(hasProjects);
}

// Another program may have made projects while its window was in front.
bool ProjectsPanel::event(QEvent* event) {
    if (event->type() == QEvent::WindowActivate || event->type() == QEvent::Show)
        m_library.noteProjects();
    return QWidget::event(event);
}

void ProjectsPanel::openMenu() {
    auto* menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("projectMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    QAction* rename =
        menu->addAction(icon("document-edit"), tr("Rename…"), this, &ProjectsPanel::askName);
    QAction* remove =
        menu->addAction(icon("edit-delete"), tr("Delete…"), this, &ProjectsPanel::askRemoval);
    rename->setEnabled(m_library.hasProject());
    remove->setEnabled(m_library.hasProject());
    menu->popup(mapToGlobal(rect().bottomRight()) - QPoint(menu->sizeHint().width(), 0));
}

void ProjectsPanel::askName() {
    const QString name = QString::fromStdString(m_library.project().name);
    const auto rename = [this](const QString& text) {
        try {
            m_library.projects().rename(m_library.project().id, text.trimmed().toStdString());
            m_library.noteProjects();
        } catch (const Error& error) {
            dialogs::showError(this, tr("The project keeps its name"),
                               QString::fromUtf8(error.what()));
        }
    };
    dialogs::askText(this, tr("Rename Project"), tr("Name:"), name, rename);
}

void ProjectsPanel::askRemoval() {
    const std::int64_t project = m_library.project().id;
    std::int64_t tokens = 0;
    for (const DocumentRecord& document : m_library.openDocuments()) tokens += document.tokens;
    const auto chats =
        static_cast<int>(m_library.attempt([&] { return m_library.chats().list(project); }).size());
    const QString name = QString::fromStdString(m_library.project().name);
    dialogs::Question question{
        tr("Delete Project"), tr("Delete the project “%1” with its chats?").arg(name),
        tr("%n chat(s) go for good. Reading its %1 tokens again would take time. Your files stay "
           "as they are.",
           nullptr, chats)
            .arg(countText(tokens)),
        tr("Delete"), true};
    dialogs::ask(this, question, [this, name] { emit removalAsked(name); });
}

}  // namespace asterism
