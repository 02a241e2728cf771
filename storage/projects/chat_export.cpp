#include "storage/projects/chat_export.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <sstream>

#include <nlohmann/json.hpp>

namespace asterism {

namespace {

using Json = nlohmann::ordered_json;

// "2026-11-26T14:05:09Z"
std::string timeOf(std::int64_t milliseconds) {
    const std::time_t seconds = milliseconds / 1000;
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text;
}

Json citationJson(const CitationRecord& citation) {
    Json json{{"document", citation.document}};
    if (citation.sentence >= 0) json["sentence"] = citation.sentence;
    if (citation.page) json["page"] = *citation.page;
    json["line_begin"] = citation.lineBegin;
    json["line_end"] = citation.lineEnd;
    json["place"] = citation.place;
    json["quote"] = citation.quote;
    json["mass"] = citation.mass;
    json["verified"] = citation.isVerified;
    return json;
}

Json quotationJson(const QuotationRecord& quotation) {
    Json json{{"begin", quotation.answerBegin},
              {"end", quotation.answerEnd},
              {"found", quotation.isFound}};
    if (!quotation.isFound) return json;
    json["document"] = quotation.document;
    json["line_begin"] = quotation.lineBegin;
    json["line_end"] = quotation.lineEnd;
    return json;
}

void addAnswer(Json& json, const ChatStore& chats, const MessageRecord& answer) {
    json["model"] = answer.model;
    json["end"] = toString(answer.end);
    json["tokens_read"] = answer.tokensRead;
    json["tokens_in_scope"] = answer.tokensInScope;
    json["timings"] = {{"encode_s", answer.encodeSeconds},
                       {"query_s", answer.querySeconds},
                       {"first_token_s", answer.firstTokenSeconds},
                       {"tokens_per_s", answer.tokensPerSecond}};
    json["blocks"] = {{"restored", answer.blocksRestored}, {"encoded", answer.blocksEncoded}};
    json["block_mass"] = answer.blockMass;
    json["sources"] = Json::array();
    for (const CitationRecord& citation : chats.citations(answer.id))
        json["sources"].push_back(citationJson(citation));
    json["quotations"] = Json::array();
    for (const QuotationRecord& quotation : chats.quotations(answer.id))
        json["quotations"].push_back(quotationJson(quotation));
}

Json messageJson(const ChatStore& chats, const MessageRecord& message) {
    Json json{{"id", message.id}, {"parent", nullptr}};
    if (message.parentId != 0) json["parent"] = message.parentId;
    const bool isQuestion = message.role == MessageRole::question;
    json["role"] = isQuestion ? "question" : "answer";
    json["text"] = message.text;
    json["created_at"] = timeOf(message.createdAt);
    if (isQuestion)
        json["scope"] = message.scope;
    else
        addAnswer(json, chats, message);
    return json;
}

std::vector<ConversationRecord> conversationsOf(const ChatStore& chats,
                                                const ProjectRecord& project) {
    std::vector<ConversationRecord> conversations = chats.list(project.id);
    std::reverse(conversations.begin(), conversations.end());
    return conversations;
}

// Every line behind the mark of a quotation.
std::string quoted(const std::string& text, const std::string& indent) {
    std::istringstream lines(text);
    std::string result;
    for (std::string line; std::getline(lines, line);)
        result.append(indent).append("> ").append(line).append("\n");
    return result;
}

void addAnswer(std::ostringstream& text, const ChatStore& chats, const MessageRecord& answer) {
    text << answer.text << "\n\n";
    if (answer.end != MessageEnd::complete) text << "(" << toString(answer.end) << ")\n\n";
    int number = 0;
    for (const CitationRecord& citation : chats.citations(answer.id)) {
        if (citation.sentence >= 0) continue;
        text << ++number << ". **" << citation.document << "**, " << citation.place << " ("
             << 0.1 * static_cast<double>(std::lround(citation.mass * 1000)) << " %"
             << (citation.isVerified ? "" : ", not found in the document") << ")\n"
             << quoted(citation.quote, "   ");
    }
    if (number > 0) text << '\n';
    text << "read " << answer.tokensRead << " of " << answer.tokensInScope
         << " tokens in scope · first token " << answer.firstTokenSeconds << " s · "
         << answer.tokensPerSecond << " tokens/s · " << answer.model << "\n\n";
}

void addConversation(std::ostringstream& text, const ChatStore& chats,
                     const ConversationRecord& conversation) {
    const std::vector<MessageRecord> branch = chats.branch(conversation.leafMessage);
    text << "## " << (conversation.title.empty() ? "Chat" : conversation.title) << " (chat "
         << conversation.id << ", " << timeOf(conversation.changedAt)
         << (conversation.isArchived ? ", archived" : "") << ")\n\n";
    for (const MessageRecord& message : branch) {
        const bool isQuestion = message.role == MessageRole::question;
        text << "### " << (isQuestion ? "Question" : "Answer") << " (message " << message.id
             << ")\n\n";
        if (!isQuestion) {
            addAnswer(text, chats, message);
            continue;
        }
        // As a quotation: it may begin with a sign of Markdown's.
        text << quoted(message.text, "") << '\n';
        if (message.scope.empty()) continue;
        text << "Only:";
        for (const std::string& glob : message.scope) text << " `" << glob << '`';
        text << "\n\n";
    }
    const auto others = std::ssize(chats.messages(conversation.id)) - std::ssize(branch);
    if (others > 0) text << others << " messages of other branches are in the export as JSON.\n\n";
}

Json conversationJson(const ChatStore& chats, const ConversationRecord& conversation) {
    Json messages = Json::array();
    for (const MessageRecord& message : chats.messages(conversation.id))
        messages.push_back(messageJson(chats, message));
    return {{"id", conversation.id},
            {"title", conversation.title},
            {"pinned", conversation.isPinned},
            {"archived", conversation.isArchived},
            {"created_at", timeOf(conversation.createdAt)},
            {"changed_at", timeOf(conversation.changedAt)},
            {"room", conversation.room},
            {"shown_leaf", conversation.leafMessage},
            {"messages", std::move(messages)}};
}

std::string textOf(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string exportJson(Workspace& workspace, const ProjectRecord& project) {
    const ChatStore& chats = workspace.chats();
    Json conversations = Json::array();
    for (const ConversationRecord& conversation : conversationsOf(chats, project))
        conversations.push_back(conversationJson(chats, conversation));
    Json summaries = Json::array();
    for (const SummaryRecord& summary : chats.summaries(project.id)) {
        Json json{{"document", nullptr}, {"text", summary.text}};
        for (const DocumentRecord& document : workspace.documents().list(project.id))
            if (document.id == summary.documentId) json["document"] = document.name;
        json["tokens_read"] = summary.tokensRead;
        json["message_id"] = summary.messageId;
        summaries.push_back(std::move(json));
    }
    const Json json{{"project", project.name},
                    {"model", project.model},
                    {"conversations", std::move(conversations)},
                    {"summaries", std::move(summaries)}};
    return textOf(json);
}

std::string exportJson(const ChatStore& chats, const ProjectRecord& project,
                       const ConversationRecord& conversation) {
    Json json{{"project", project.name}};
    json.update(conversationJson(chats, conversation));
    return textOf(json);
}

std::string exportMarkdown(Workspace& workspace, const ProjectRecord& project) {
    std::ostringstream text;
    text << "# " << project.name << "\n\n";
    const ChatStore& chats = workspace.chats();
    for (const ConversationRecord& conversation : conversationsOf(chats, project))
        addConversation(text, chats, conversation);
    return text.str();
}

std::string exportMarkdown(const ChatStore& chats, const ConversationRecord& conversation) {
    std::ostringstream text;
    addConversation(text, chats, conversation);
    return text.str();
}

}  // namespace asterism
