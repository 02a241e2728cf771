#pragma once

#include <vector>

#include <QAbstractListModel>

#include "storage/records.h"

namespace asterism {

class Library;

// The projects there are, by name.
class ProjectListModel : public QAbstractListModel {
    Q_OBJECT

  public:
    explicit ProjectListModel(Library& library, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

    const ProjectRecord& project(int row) const;
    // -1: there is none of this id.
    int rowOf(std::int64_t project) const;

  private:
    void read();

    Library& m_library;
    std::vector<ProjectRecord> m_projects;
};

}  // namespace asterism
