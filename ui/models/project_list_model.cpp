#include "ui/models/project_list_model.h"

#include <utility>

#include "ui/icons.h"
#include "ui/library.h"

namespace asterism {

ProjectListModel::ProjectListModel(Library& library, QObject* parent)
    : QAbstractListModel(parent), m_library(library) {
    connect(&library, &Library::projectsChanged, this, &ProjectListModel::read);
    read();
}

int ProjectListModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_projects.size());
}

QVariant ProjectListModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const ProjectRecord& record = project(index.row());
    switch (role) {
        case Qt::DisplayRole:
            return QString::fromStdString(record.name);
        case Qt::DecorationRole:
            return icon("project");
        case Qt::ToolTipRole:
            return tr("Model: %1").arg(QString::fromStdString(record.model));
        default:
            return {};
    }
}

const ProjectRecord& ProjectListModel::project(int row) const {
    return m_projects.at(static_cast<std::size_t>(row));
}

int ProjectListModel::rowOf(std::int64_t project) const {
    for (std::size_t row = 0; row < m_projects.size(); ++row)
        if (m_projects[row].id == project) return static_cast<int>(row);
    return -1;
}

void ProjectListModel::read() {
    std::vector<ProjectRecord> projects =
        m_library.attempt([this] { return m_library.projects().list(); });
    if (projects == m_projects) return;
    beginResetModel();
    m_projects = std::move(projects);
    endResetModel();
}

}  // namespace asterism
