#include "ui/library.h"

namespace asterism {

namespace {

WorkspaceOptions withoutBlocks(WorkspaceOptions options) {
    options.keepsBlocks = false;
    return options;
}

}  // namespace

Library::Library(const WorkspaceOptions& options, QObject* parent)
    : QObject(parent), m_workspace(withoutBlocks(options)) {}

void Library::openProject(const QString& name) {
    m_project = projects().find(name.toStdString()).value_or(ProjectRecord());
    m_conversation = 0;
    m_documents.clear();
    m_unwanted.clear();
    emit projectOpened();
    noteDocuments();
    emit chatsChanged();
    emit conversationOpened(0);
}

void Library::openConversation(std::int64_t conversation) {
    m_conversation = conversation;
    emit conversationOpened(conversation);
}

void Library::noteProjects() {
    if (hasProject())
        for (const ProjectRecord& project : projects().list())
            if (project.id == m_project.id) m_project = project;
    emit projectsChanged();
}

void Library::noteDocuments() {
    m_documents.clear();
    m_unwanted.clear();
    if (hasProject()) {
        m_documents = documents().list(m_project.id);
        m_unwanted = documents().unwanted(m_project.id);
    }
    emit documentsChanged();
}

void Library::noteChats() {
    emit chatsChanged();
}

}  // namespace asterism
