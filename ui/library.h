#pragma once

#include <vector>

#include <QObject>
#include <QString>

#include "storage/workspace.h"

namespace asterism {

// What the user keeps, as the GUI thread sees it: a connection of its own to the database, and
// which project and chat are open. Signals tell that something may have changed, so that views
// read it again. GUI thread.
class Library : public QObject {
    Q_OBJECT

  public:
    // Throws Error as Workspace does. No KV cache is opened.
    explicit Library(const WorkspaceOptions& options, QObject* parent = nullptr);

    ProjectStore& projects() { return m_workspace.projects(); }
    DocumentStore& documents() { return m_workspace.documents(); }
    ChatStore& chats() { return m_workspace.chats(); }

    // The open project; id 0: none.
    const ProjectRecord& project() const { return m_project; }
    bool hasProject() const { return m_project.id != 0; }
    // Opens a project, or none (empty name). One that is not there any more counts as none.
    void openProject(const QString& name);

    // Of the open project, by name, as they were when documentsChanged() was sent last.
    const std::vector<DocumentRecord>& openDocuments() const { return m_documents; }
    // Names of files that are left out because a person did not want them, as they were then.
    const std::vector<std::string>& unwantedFiles() const { return m_unwanted; }

    // The open chat; 0: a new one that has no message yet.
    std::int64_t conversation() const { return m_conversation; }
    void openConversation(std::int64_t conversation);

    // Others changed something: reads the open project again and tells.
    void noteProjects();
    void noteDocuments();
    void noteChats();

  signals:
    void projectsChanged();
    void projectOpened();
    void documentsChanged();
    void chatsChanged();
    void conversationOpened(qint64 conversation);

  private:
    Workspace m_workspace;
    ProjectRecord m_project;
    std::vector<DocumentRecord> m_documents;
    std::vector<std::string> m_unwanted;
    std::int64_t m_conversation = 0;
};

}  // namespace asterism
