#pragma once

#include <string>
#include <vector>

#include "storage/database.h"
#include "storage/records.h"

namespace asterism::test {

// Everything that a database holds.
struct StoredContent {
    std::vector<ProjectRecord> projects;
    std::vector<SourceRecord> sources;
    std::vector<DocumentRecord> documents;
    std::vector<std::string> texts;
    std::vector<std::vector<TokenId>> tokens;
    std::vector<PlannedBlock> blocks;
    std::vector<ConversationRecord> conversations;
    std::vector<MessageRecord> messages;  // of the branches that are shown
    std::vector<CitationRecord> citations;
    std::vector<SummaryRecord> summaries;
    std::vector<ChatHit> hits;  // of the word "word"
    bool operator==(const StoredContent&) const = default;
};
StoredContent contentOf(const Database& database);

// Something in every table, in one transaction: a project called `name` with a document, a plan and
// a chat of a question and an answer. `textBytes` is the size of the texts.
void addContent(const Database& database, const std::string& name, std::size_t textBytes);

}  // namespace asterism::test
