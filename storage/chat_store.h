#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage/database.h"
#include "storage/records.h"

namespace asterism {

// Conversations, messages and what they cite, summaries, and the search over all of them. As
// Database: one thread at a time, Error if it fails or what is to be changed is gone. Every call is
// made as a whole or not at all; calls inside a Transaction of the caller's are kept or taken back
// together.
class ChatStore {
  public:
    explicit ChatStore(const Database& database) : m_database(database) {}

    ConversationRecord create(std::int64_t project, std::int64_t room);
    // Newest change first; those of one project, or of all (project 0).
    std::vector<ConversationRecord> list(std::int64_t project) const;
    std::optional<ConversationRecord> find(std::int64_t conversation) const;
    void rename(std::int64_t conversation, const std::string& title);
    void setPinned(std::int64_t conversation, bool isPinned);
    void setArchived(std::int64_t conversation, bool isArchived);
    void setRoom(std::int64_t conversation, std::int64_t room);
    void remove(std::int64_t conversation);

    // Keeps a message and makes it the end of the branch that is shown; returns its id. The
    // record's own id is not looked at; createdAt 0: now. A question names a conversation without a
    // title. Throws Error if the parent is no message of the conversation.
    std::int64_t add(const MessageRecord& message);
    std::optional<MessageRecord> message(std::int64_t message) const;
    // All messages of a conversation, of every branch, oldest first.
    std::vector<MessageRecord> messages(std::int64_t conversation) const;
    // From the first message to this one; none if it is 0 or gone.
    std::vector<MessageRecord> branch(std::int64_t leaf) const;
    // The children of this message's parent, with itself, oldest first: the ways it was edited.
    std::vector<std::int64_t> siblings(std::int64_t message) const;
    // The newest end of the branches that go through this message; 0 if it is gone.
    std::int64_t leafBelow(std::int64_t message) const;
    void showBranch(std::int64_t conversation, std::int64_t leaf);

    // In place of what was there. A document that is gone meanwhile is kept by its name.
    void setCitations(std::int64_t message, std::span<const CitationRecord> citations);
    std::vector<CitationRecord> citations(std::int64_t message) const;
    void setQuotations(std::int64_t message, std::span<const QuotationRecord> quotations);
    std::vector<QuotationRecord> quotations(std::int64_t message) const;

    // Keeps a summary in place of the document's last one; createdAt 0: now.
    void setSummary(std::int64_t project, const SummaryRecord& summary);
    // That of all documents first.
    std::vector<SummaryRecord> summaries(std::int64_t project) const;

    // Messages that hold all of the words (each as a prefix), best first; of one project, or of
    // all (0). Any text is a search: one without words finds nothing, of a long one the first 100
    // words count.
    std::vector<ChatHit> search(const std::string& words, std::int64_t project,
                                std::int64_t limit = 50) const;

  private:
    const Database& m_database;
};

}  // namespace asterism
