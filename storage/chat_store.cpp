#include "storage/chat_store.h"

#include <algorithm>
#include <string_view>

#include "core/base/error.h"
#include "storage/column_values.h"

namespace asterism {

namespace {

constexpr std::size_t kTitleBytes = 60;
constexpr int kSearchWords = 100;  // the time a search takes grows with their square
constexpr const char* kConversationColumns =
    "id, project, title, is_pinned, is_archived, created_at, changed_at, room, leaf_message";
constexpr const char* kMessageColumns =
    "message.id, conversation, ifnull(parent, 0), role, text, created_at, scope, tokens, ending, "
    "model, tokens_read, tokens_in_scope, encode_seconds, query_seconds, first_token_seconds, "
    "tokens_per_second, blocks_restored, blocks_encoded, block_mass, selected_blocks, "
    "context_hash, placement, placement_window";

ConversationRecord conversationAt(const Statement& row) {
    ConversationRecord conversation;
    int column = 0;
    conversation.id = row.integer(column++);
    conversation.projectId = row.integer(column++);
    conversation.title = row.text(column++);
    conversation.isPinned = row.integer(column++) != 0;
    conversation.isArchived = row.integer(column++) != 0;
    conversation.createdAt = row.integer(column++);
    conversation.changedAt = row.integer(column++);
    conversation.room = row.integer(column++);
    conversation.leafMessage = row.integer(column++);
    return conversation;
}

MessageRecord messageAt(const Statement& row) {
    MessageRecord message;
    int column = 0;
    message.id = row.integer(column++);
    message.conversationId = row.integer(column++);
    message.parentId = row.integer(column++);
    message.role = enumeratorAt(row, column++, MessageRole::answer);
    message.text = row.text(column++);
    message.createdAt = row.integer(column++);
    message.scope = textsAt(row, column++);
    message.tokens = tokensAt(row, column++);
    message.end = enumeratorAt(row, column++, MessageEnd::failed);
    message.model = row.text(column++);
    message.tokensRead = row.integer(column++);
    message.tokensInScope = row.integer(column++);
    message.encodeSeconds = row.real(column++);
    message.querySeconds = row.real(column++);
    message.firstTokenSeconds = row.real(column++);
    message.tokensPerSecond = row.real(column++);
    message.blocksRestored = row.integer(column++);
    message.blocksEncoded = row.integer(column++);
    message.blockMass = floatsAt(row, column++);
    message.selectedBlocks = tokensAt(row, column++);
    message.contextHash = static_cast<std::uint64_t>(row.integer(column++));
    message.placement = enumeratorAt(row, column++, Placement::squeeze);
    message.placementWindow = row.integer(column++);
    return message;
}

bool isSpace(char character) {
    const auto byte = static_cast<unsigned char>(character);
    return byte <= ' ' || byte == 0x7f;
}

// The beginning of a question on one line, cut between words where that is possible.
std::string titleOf(std::string_view question) {
    std::string title;
    std::size_t lastWordEnd = 0;
    for (const char character : question) {
        if (!isSpace(character)) {
            title += character;
        } else if (!title.empty() && title.back() != ' ') {
            if (title.size() <= kTitleBytes) lastWordEnd = title.size();
            title += ' ';
        }
        if (title.size() > 2 * kTitleBytes) break;
    }
    if (!title.empty() && title.back() == ' ') title.pop_back();
    if (title.size() <= kTitleBytes) return title;
    std::size_t end = lastWordEnd ? lastWordEnd : kTitleBytes;
    while (end > 0 && (static_cast<unsigned char>(title[end]) & 0xc0) == 0x80) --end;
    return title.substr(0, end) + "…";
}

// The words as FTS5 reads them: each in quotes, so that nothing in it is an operator, and as the
// beginning of a word. Empty if there are none.
std::string searchOf(std::string_view words) {
    std::string search;
    bool isInWord = false;
    int count = 0;
    for (const char character : words) {
        const bool isOfWord = !isSpace(character) && character != '"';
        if (isOfWord && !isInWord && ++count > kSearchWords) break;
        if (isOfWord && !isInWord) search += '"';
        if (!isOfWord && isInWord) search += "\"* ";
        if (isOfWord) search += character;
        isInWord = isOfWord;
    }
    if (isInWord) search += "\"*";
    return search;
}

}  // namespace

ConversationRecord ChatStore::create(std::int64_t project, std::int64_t room) {
    ConversationRecord conversation;
    conversation.projectId = project;
    conversation.room = room;
    conversation.createdAt = conversation.changedAt = timeNow();
    m_database
        .prepare(
            "INSERT INTO conversation (project, created_at, changed_at, room) VALUES (?, ?, ?, ?)")
        .bind(project)
        .bind(conversation.createdAt)
        .bind(conversation.changedAt)
        .bind(room)
        .run();
    conversation.id = m_database.lastInsertId();
    return conversation;
}

std::vector<ConversationRecord> ChatStore::list(std::int64_t project) const {
    Statement rows = m_database.prepare(std::string("SELECT ") + kConversationColumns +
                                        " FROM conversation WHERE ? IN (0, project) "
                                        "ORDER BY changed_at DESC, id DESC");
    rows.bind(project);
    std::vector<ConversationRecord> conversations;
    while (rows.step()) conversations.push_back(conversationAt(rows));
    return conversations;
}

std::optional<ConversationRecord> ChatStore::find(std::int64_t conversation) const {
    Statement rows = m_database.prepare(std::string("SELECT ") + kConversationColumns +
                                        " FROM conversation WHERE id = ?");
    rows.bind(conversation);
    if (!rows.step()) return std::nullopt;
    return conversationAt(rows);
}

void ChatStore::rename(std::int64_t conversation, const std::string& title) {
    m_database.prepare("UPDATE conversation SET title = ? WHERE id = ?")
        .bind(title)
        .bind(conversation)
        .runOn("the chat");
}

void ChatStore::setPinned(std::int64_t conversation, bool isPinned) {
    m_database.prepare("UPDATE conversation SET is_pinned = ? WHERE id = ?")
        .bind(isPinned)
        .bind(conversation)
        .runOn("the chat");
}

void ChatStore::setArchived(std::int64_t conversation, bool isArchived) {
    m_database.prepare("UPDATE conversation SET is_archived = ? WHERE id = ?")
        .bind(isArchived)
        .bind(conversation)
        .runOn("the chat");
}

void ChatStore::setRoom(std::int64_t conversation, std::int64_t room) {
    m_database.prepare("UPDATE conversation SET room = ? WHERE id = ?")
        .bind(room)
        .bind(conversation)
        .runOn("the chat");
}

void ChatStore::remove(std::int64_t conversation) {
    m_database.prepare("DELETE FROM conversation WHERE id = ?")
        .bind(conversation)
        .runOn("the chat");
}

std::int64_t ChatStore::add(const MessageRecord& message) {
    Transaction transaction(m_database);
    const std::int64_t now = message.createdAt ? message.createdAt : timeNow();
    Statement row = m_database.prepare(
        "INSERT INTO message (conversation, parent, role, text, created_at, scope, tokens, ending, "
        "model, tokens_read, tokens_in_scope, encode_seconds, query_seconds, first_token_seconds, "
        "tokens_per_second, blocks_restored, blocks_encoded, block_mass, selected_blocks, "
        "context_hash, placement, placement_window) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    row.bind(message.conversationId);
    bindReference(row, message.parentId);
    row.bind(message.role).bind(message.text).bind(now).bind(jsonOf(message.scope));
    row.bind(bytesOf(message.tokens)).bind(message.end).bind(message.model);
    row.bind(message.tokensRead).bind(message.tokensInScope);
    row.bind(message.encodeSeconds).bind(message.querySeconds).bind(message.firstTokenSeconds);
    row.bind(message.tokensPerSecond).bind(message.blocksRestored).bind(message.blocksEncoded);
    row.bind(bytesOf(message.blockMass)).bind(bytesOf(message.selectedBlocks));
    row.bind(message.contextHash).bind(message.placement).bind(message.placementWindow).run();
    const std::int64_t id = m_database.lastInsertId();
    const bool isQuestion = message.role == MessageRole::question;
    m_database
        .prepare(
            "UPDATE conversation SET leaf_message = ?, changed_at = ?, "
            "title = CASE title WHEN '' THEN ? ELSE title END WHERE id = ?")
        .bind(id)
        .bind(now)
        .bind(isQuestion ? titleOf(message.text) : std::string())
        .bind(message.conversationId)
        .runOn("the chat");
    transaction.commit();
    return id;
}

std::optional<MessageRecord> ChatStore::message(std::int64_t message) const {
    Statement rows =
        m_database.prepare(std::string("SELECT ") + kMessageColumns + " FROM message WHERE id = ?");
    rows.bind(message);
    if (!rows.step()) return std::nullopt;
    return messageAt(rows);
}

std::vector<MessageRecord> ChatStore::messages(std::int64_t conversation) const {
    Statement rows = m_database.prepare(std::string("SELECT ") + kMessageColumns +
                                        " FROM message WHERE conversation = ? ORDER BY id");
    rows.bind(conversation);
    std::vector<MessageRecord> messages;
    while (rows.step()) messages.push_back(messageAt(rows));
    return messages;
}

std::vector<MessageRecord> ChatStore::branch(std::int64_t leaf) const {
    Statement rows = m_database.prepare(
        std::string("WITH RECURSIVE branch (step, above) AS (SELECT id, parent FROM message "
                    "WHERE id = ? UNION ALL SELECT id, parent FROM message JOIN branch "
                    "ON id = above) SELECT ") +
        kMessageColumns + " FROM branch JOIN message ON message.id = step ORDER BY step");
    rows.bind(leaf);
    std::vector<MessageRecord> messages;
    while (rows.step()) messages.push_back(messageAt(rows));
    return messages;
}

std::vector<std::int64_t> ChatStore::siblings(std::int64_t message) const {
    Statement rows = m_database.prepare(
        "SELECT sibling.id FROM message JOIN message AS sibling "
        "ON sibling.conversation = message.conversation AND sibling.parent IS message.parent "
        "WHERE message.id = ? ORDER BY sibling.id");
    rows.bind(message);
    std::vector<std::int64_t> ids;
    while (rows.step()) ids.push_back(rows.integer(0));
    return ids;
}

std::int64_t ChatStore::leafBelow(std::int64_t message) const {
    // A child is newer than its parent, so the newest of all has no children.
    Statement rows = m_database.prepare(
        "WITH RECURSIVE below (chat, step) AS (SELECT conversation, id FROM message WHERE id = ? "
        "UNION ALL SELECT conversation, id FROM message JOIN below "
        "ON conversation = chat AND parent = step) SELECT ifnull(max(step), 0) FROM below");
    rows.bind(message);
    return rows.step() ? rows.integer(0) : 0;
}

void ChatStore::showBranch(std::int64_t conversation, std::int64_t leaf) {
    m_database
        .prepare(
            "UPDATE conversation SET leaf_message = message.id FROM message "
            "WHERE conversation.id = ? AND message.conversation = conversation.id "
            "AND message.id = ?")
        .bind(conversation)
        .bind(leaf)
        .runOn("the message");
}

void ChatStore::setCitations(std::int64_t message, std::span<const CitationRecord> citations) {
    Transaction transaction(m_database);
    m_database.prepare("DELETE FROM citation WHERE message = ?").bind(message).run();
    Statement row = m_database.prepare(
        "INSERT INTO citation VALUES (?, ?, ?, (SELECT id FROM document WHERE id = ?), ?, ?, ?, ?, "
        "?, ?, ?, ?, ?, ?)");
    for (std::size_t i = 0; i < citations.size(); ++i) {
        const CitationRecord& citation = citations[i];
        row.bind(message).bind(i).bind(citation.document).bind(citation.documentId);
        row.bind(citation.sentence).bind(citation.lineBegin).bind(citation.lineEnd);
        if (citation.page)
            row.bind(*citation.page);
        else
            row.bindNull();
        row.bind(citation.place).bind(citation.textBegin).bind(citation.textEnd);
        row.bind(citation.quote).bind(citation.mass).bind(citation.isVerified).run();
    }
    transaction.commit();
}

std::vector<CitationRecord> ChatStore::citations(std::int64_t message) const {
    Statement rows = m_database.prepare(
        "SELECT name, document, sentence, line_begin, line_end, page, place, text_begin, text_end, "
        "quote, mass, is_verified FROM citation WHERE message = ? ORDER BY position");
    rows.bind(message);
    std::vector<CitationRecord> citations;
    while (rows.step()) {
        CitationRecord& citation = citations.emplace_back();
        citation.document = rows.text(0);
        citation.documentId = rows.integer(1);
        citation.sentence = static_cast<int>(rows.integer(2));
        citation.lineBegin = rows.integer(3);
        citation.lineEnd = rows.integer(4);
        if (!rows.isNull(5)) citation.page = static_cast<int>(rows.integer(5));
        citation.place = rows.text(6);
        citation.textBegin = static_cast<std::size_t>(rows.integer(7));
        citation.textEnd = static_cast<std::size_t>(rows.integer(8));
        citation.quote = rows.text(9);
        citation.mass = rows.real(10);
        citation.isVerified = rows.integer(11) != 0;
    }
    return citations;
}

void ChatStore::setQuotations(std::int64_t message, std::span<const QuotationRecord> quotations) {
    Transaction transaction(m_database);
    m_database.prepare("DELETE FROM quotation WHERE message = ?").bind(message).run();
    Statement row = m_database.prepare(
        "INSERT INTO quotation VALUES (?, ?, ?, ?, ?, ?, (SELECT id FROM document WHERE id = ?), "
        "?, ?, ?, ?)");
    for (std::size_t i = 0; i < quotations.size(); ++i) {
        const QuotationRecord& quotation = quotations[i];
        row.bind(message).bind(i).bind(quotation.answerBegin).bind(quotation.answerEnd);
        row.bind(quotation.isFound).bind(quotation.document).bind(quotation.documentId);
        row.bind(quotation.lineBegin).bind(quotation.lineEnd);
        row.bind(quotation.textBegin).bind(quotation.textEnd).run();
    }
    transaction.commit();
}

std::vector<QuotationRecord> ChatStore::quotations(std::int64_t message) const {
    Statement rows = m_database.prepare(
        "SELECT answer_begin, answer_end, is_found, name, document, line_begin, line_end, "
        "text_begin, text_end FROM quotation WHERE message = ? ORDER BY position");
    rows.bind(message);
    std::vector<QuotationRecord> quotations;
    while (rows.step()) {
        QuotationRecord& quotation = quotations.emplace_back();
        quotation.answerBegin = static_cast<std::size_t>(rows.integer(0));
        quotation.answerEnd = static_cast<std::size_t>(rows.integer(1));
        quotation.isFound = rows.integer(2) != 0;
        quotation.document = rows.text(3);
        quotation.documentId = rows.integer(4);
        quotation.lineBegin = rows.integer(5);
        quotation.lineEnd = rows.integer(6);
        quotation.textBegin = static_cast<std::size_t>(rows.integer(7));
        quotation.textEnd = static_cast<std::size_t>(rows.integer(8));
    }
    return quotations;
}

void ChatStore::setSummary(std::int64_t project, const SummaryRecord& summary) {
    Statement row = m_database.prepare(
        "INSERT INTO summary (project, document, content_hash, text, tokens_read, created_at, "
        "message) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (project, ifnull(document, 0)) "
        "DO UPDATE SET content_hash = excluded.content_hash, text = excluded.text, "
        "tokens_read = excluded.tokens_read, created_at = excluded.created_at, "
        "message = excluded.message");
    row.bind(project);
    bindReference(row, summary.documentId);
    row.bind(summary.contentHash).bind(summary.text).bind(summary.tokensRead);
    row.bind(summary.createdAt ? summary.createdAt : timeNow());
    bindReference(row, summary.messageId);
    row.run();
}

std::vector<SummaryRecord> ChatStore::summaries(std::int64_t project) const {
    Statement rows = m_database.prepare(
        "SELECT document, content_hash, text, tokens_read, created_at, message FROM summary "
        "WHERE project = ? ORDER BY document");
    rows.bind(project);
    std::vector<SummaryRecord> summaries;
    while (rows.step())
        summaries.push_back({rows.integer(0), static_cast<std::uint64_t>(rows.integer(1)),
                             rows.text(2), rows.integer(3), rows.integer(4), rows.integer(5)});
    return summaries;
}

std::vector<ChatHit> ChatStore::search(const std::string& words, std::int64_t project,
                                       std::int64_t limit) const {
    const std::string search = searchOf(words);
    if (search.empty()) return {};
    Statement rows = m_database.prepare(
        "SELECT conversation.project, conversation.id, message.id, title, "
        "snippet(message_search, 0, char(2), char(3), '…', 24) "
        "FROM message_search JOIN message ON message.id = message_search.rowid "
        "JOIN conversation ON conversation.id = message.conversation "
        "WHERE message_search MATCH ? AND ? IN (0, conversation.project) "
        "ORDER BY message_search.rank, message.id DESC LIMIT ?");
    rows.bind(search).bind(project).bind(limit);
    std::vector<ChatHit> hits;
    while (rows.step())
        hits.push_back(
            {rows.integer(0), rows.integer(1), rows.integer(2), rows.text(3), rows.text(4)});
    return hits;
}

}  // namespace asterism
