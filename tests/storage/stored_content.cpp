#include "tests/storage/stored_content.h"

#include "storage/chat_store.h"
#include "storage/document_store.h"
#include "storage/project_store.h"

namespace asterism::test {

namespace {

template <typename Value>
void append(std::vector<Value>& all, std::vector<Value> more) {
    all.insert(all.end(), more.begin(), more.end());
}

}  // namespace

StoredContent contentOf(const Database& database) {
    const ProjectStore projects(database);
    const DocumentStore documents(database);
    const ChatStore chats(database);
    StoredContent content;
    content.projects = projects.list();
    for (const ProjectRecord& project : content.projects) {
        append(content.sources, projects.sources(project.id));
        append(content.documents, documents.list(project.id));
        append(content.blocks, documents.plan(project.id));
        append(content.summaries, chats.summaries(project.id));
    }
    for (const DocumentRecord& document : content.documents) {
        content.texts.push_back(documents.text(document.id));
        content.tokens.push_back(documents.tokens(document.id, "f"));
    }
    content.conversations = chats.list(0);
    for (const ConversationRecord& conversation : content.conversations)
        append(content.messages, chats.branch(conversation.leafMessage));
    for (const MessageRecord& message : content.messages)
        append(content.citations, chats.citations(message.id));
    content.hits = chats.search("word", 0);
    return content;
}

void addContent(const Database& database, const std::string& name, std::size_t textBytes) {
    ProjectStore projects(database);
    DocumentStore documents(database);
    ChatStore chats(database);
    std::string text;
    while (text.size() < textBytes) text += "word" + std::to_string(text.size()) + " ";
    Transaction transaction(database);
    const std::int64_t project = projects.create(name, "model", {}).id;
    DocumentRecord document;
    document.sourceId = projects.addSource(project, "/" + name, true).id;
    document.name = "a.md";
    document.path = "/" + name + "/a.md";
    document.marks = {{Mark::Kind::heading, 0, 1, "Title"}};
    document.id =
        documents.save(project, document, text, {"f", std::vector<TokenId>(textBytes / 4, 7)});
    documents.setPlan(project, std::vector<PlannedBlock>(3));
    MessageRecord message;
    message.conversationId = chats.create(project, 2048).id;
    message.text = text;
    message.parentId = chats.add(message);
    message.role = MessageRole::answer;
    message.id = chats.add(message);
    CitationRecord citation;
    citation.documentId = document.id;
    citation.quote = text;
    chats.setCitations(message.id, {&citation, 1});
    chats.setSummary(project, {document.id, 1, text, 2, 3, message.id});
    transaction.commit();
}

}  // namespace asterism::test
