#pragma once

#include <string>

#include "storage/chat_store.h"
#include "storage/database.h"
#include "storage/document_store.h"
#include "storage/project_store.h"
#include "tests/support/failure_of.h"

namespace asterism::test {

// The stores over a database in memory, with a project of one source.
struct StoredProject {
    Database database;
    ProjectStore projects{database};
    DocumentStore documents{database};
    ChatStore chats{database};
    ProjectRecord project = projects.create("papers", "model", {});
    SourceRecord source = projects.addSource(project.id, "/papers", true);

    std::int64_t addDocument(const std::string& name, const std::string& text = "text") {
        DocumentRecord record;
        record.sourceId = source.id;
        record.name = name;
        record.path = source.path / name;
        return documents.save(project.id, record, text, {});
    }
    // A message behind another one (0: the first).
    std::int64_t addMessage(std::int64_t conversation, std::int64_t parent, const std::string& text,
                            MessageRole role = MessageRole::question) {
        MessageRecord message;
        message.conversationId = conversation;
        message.parentId = parent;
        message.role = role;
        message.text = text;
        return chats.add(message);
    }
    std::int64_t rows(const std::string& table) const {
        Statement statement = database.prepare("SELECT count(*) FROM " + table);
        return statement.step() ? statement.integer(0) : -1;
    }
};

}  // namespace asterism::test
