#pragma once

#include <string>
#include <vector>

#include <QStringList>
#include <QWidget>

#include "storage/records.h"

class QMenu;
class QTreeView;

namespace asterism {

class DocumentTreeModel;
class EmptyState;
class Library;
class NoticeBar;
class PanelHeader;

// The sources of the open project: what is ticked is read by the next question. Files and folders
// can be dropped on it (the window takes them).
class SourcesPanel : public QWidget {
    Q_OBJECT

  public:
    explicit SourcesPanel(Library& library, QWidget* parent = nullptr);

    DocumentTreeModel& model() { return *m_model; }
    // What differs from the files on disk, as one line; empty: nothing.
    void showChanges(const QString& summary);
    // Why the files could not be looked at; empty: they could.
    void showProblem(const QString& reason);
    // While documents are being read or encoded nothing is offered to begin that.
    void setBusy(bool isBusy);

  signals:
    void addFilesAsked();
    void addFolderAsked();
    void rescanAsked();
    void encodeAsked();  // what is waiting, changed or failed
    void documentOpened(const QString& name);
    void sourceRemovalAsked(qint64 source, const QString& path);
    // Files that were left out, by name, are to be read after all.
    void readingAsked(const std::vector<std::string>& names);

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    void showFigures();
    void showNotice();
    void addDocumentActions(QMenu& menu, const DocumentRecord& document);
    void openMenu(const QPoint& position);
    void showLeftOut();
    void keepExpanded();
    void restoreExpanded();

    Library& m_library;
    DocumentTreeModel* m_model;
    PanelHeader* m_header;
    QTreeView* m_sourcesTree;
    EmptyState* m_emptyState;
    NoticeBar* m_noticeBar;
    QStringList m_expanded;
    QString m_changes;
    QString m_problem;
    void (SourcesPanel::*m_noticeSignal)() = nullptr;  // what the notice's button asks for
    bool m_isBusy = false;
};

}  // namespace asterism
