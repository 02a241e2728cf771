#pragma once

#include <type_traits>
#include <vector>

#include <QObject>
#include <QString>

#include "core/base/error.h"
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
    const Database& database() const { return m_workspace.database(); }

    // What a slot, which may not throw, does with them: if that fails its result is an empty one,
    // and failed() says why.
    template <typename Work>
    std::invoke_result_t<const Work&> attempt(const Work& work) {
        try {
            return work();
        } catch (const Error& error) {
            tell(error);
            return std::invoke_result_t<const Work&>();
        }
    }

    // The open project; id 0: none.
    const ProjectRecord& project() const { return m_project; }
    bool hasProject() const { return m_project.id != 0; }
    // Opens a project, or none (empty name). One that is not there any more or cannot be read
    // counts as none.
    void openProject(const QString& name);

    // Of the open project, by name, as they were when documentsChanged() was sent last.
    const std::vector<DocumentRecord>& openDocuments() const { return m_documents; }
    // Names of files that are left out because a person did not want them, as they were then.
    const std::vector<std::string>& unwantedFiles() const { return m_unwanted; }

    // The open chat; 0: a new one that has no message yet.
    std::int64_t conversation() const { return m_conversation; }
    void openConversation(std::int64_t conversation);

    // Others changed something: reads the open project again and tells. What cannot be read stays
    // as it was.
    void noteProjects();
    void noteDocuments();
    void noteChats();

  signals:
    void projectsChanged();
    void projectOpened();
    void documentsChanged();
    void chatsChanged();
    void conversationOpened(qint64 conversation);
    // Something could not be read or written; sent from the event loop.
    void failed(const QString& reason);

  private:
    void tell(const Error& error);
    void readDocuments(std::int64_t project);

    Workspace m_workspace;
    ProjectRecord m_project;
    std::vector<DocumentRecord> m_documents;
    std::vector<std::string> m_unwanted;
    std::int64_t m_conversation = 0;
};

}  // namespace asterism
