#include "ui/library.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace asterism {

namespace {

// The window stands still while another process writes.
constexpr auto kLongestWait = std::chrono::milliseconds(500);

WorkspaceOptions ofWindow(WorkspaceOptions options) {
    options.keepsBlocks = false;
    options.longestWait = std::min(options.longestWait, kLongestWait);
    return options;
}

}  // namespace

Library::Library(const WorkspaceOptions& options, QObject* parent)
    : QObject(parent), m_workspace(ofWindow(options)) {}

void Library::openProject(const QString& name) {
    m_project = {};
    m_conversation = 0;
    m_documents.clear();
    m_unwanted.clear();
    attempt([&] {
        if (const auto found = projects().find(name.toStdString())) {
            readDocuments(found->id);
            m_project = *found;
        }
    });
    emit projectOpened();
    emit documentsChanged();
    emit chatsChanged();
    emit conversationOpened(0);
}

void Library::openConversation(std::int64_t conversation) {
    m_conversation = conversation;
    emit conversationOpened(conversation);
}

void Library::noteProjects() {
    if (hasProject())
        for (const ProjectRecord& project : attempt([this] { return projects().list(); }))
            if (project.id == m_project.id) m_project = project;
    emit projectsChanged();
}

void Library::noteDocuments() {
    attempt([this] { readDocuments(m_project.id); });
    emit documentsChanged();
}

// None of no project.
void Library::readDocuments(std::int64_t project) {
    std::vector<DocumentRecord> records;
    std::vector<std::string> unwanted;
    if (project != 0) {
        records = documents().list(project);
        unwanted = documents().unwanted(project);
    }
    m_documents = std::move(records);
    m_unwanted = std::move(unwanted);
}

void Library::noteChats() {
    emit chatsChanged();
}

void Library::tell(const Error& error) {
    QMetaObject::invokeMethod(
        this, [this, reason = QString::fromUtf8(error.what())] { emit failed(reason); },
        Qt::QueuedConnection);
}

}  // namespace asterism
