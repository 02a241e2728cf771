#pragma once

#include <QWidget>

class QComboBox;

namespace asterism {

class Library;
class ProjectListModel;

// Chooses the open project; makes, renames and removes projects.
class ProjectsPanel : public QWidget {
    Q_OBJECT

  public:
    explicit ProjectsPanel(Library& library, QWidget* parent = nullptr);

  signals:
    void projectChosen(const QString& name);
    void newProjectAsked();
    void removalAsked(const QString& name);  // of the open project

  protected:
    bool event(QEvent* event) override;

  private:
    void showOpenProject();
    void openMenu();
    void askName();
    void askRemoval();

    Library& m_library;
    ProjectListModel* m_model;
    QComboBox* m_projectComboBox;
};

}  // namespace asterism
