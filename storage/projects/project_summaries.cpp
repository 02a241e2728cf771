#include "storage/projects/project_summaries.h"

#include <xxhash.h>

#include <algorithm>
#include <map>
#include <optional>

#include "core/base/error.h"
#include "core/model/decoder.h"

namespace asterism {

namespace {

constexpr const char* kConversationTitle = "Summaries";

// A change of these words makes all summaries out of date: they are part of what is hashed.
constexpr const char* kDocumentPrompt =
    "Summarise this document in at most five sentences: what it is about, what it says that "
    "matters most, and what follows from that. Say only what the document says.";
constexpr const char* kOverallPrompt =
    "Summarise all of these documents together in at most eight sentences: what they are about, "
    "what they have in common and where they differ. Say only what the documents say. These are "
    "summaries of the single documents:";

// Positions of a chat that its own words need: role marks and the like.
constexpr std::int64_t kFrameTokens = 64;

std::uint64_t hashOf(const std::string& text) {
    return XXH3_64bits(text.data(), text.size());
}

class SummaryRun {
  public:
    SummaryRun(Workspace& workspace, ProjectSession& session, const Tokenizer& tokenizer,
               const SummaryRequest& request, const EventSink& events, const std::stop_token& stop)
        : m_workspace(workspace),
          m_session(session),
          m_tokenizer(tokenizer),
          m_request(request),
          m_events(events),
          m_stop(stop),
          m_conversation(conversation()) {
        for (SummaryRecord& summary : workspace.chats().summaries(projectId()))
            m_kept.emplace(summary.documentId, std::move(summary));
    }

    ProjectSummary run() {
        const std::vector<SharedDocument> documents = chosenDocuments();
        ProjectSummary result;
        for (std::size_t i = 0; i < documents.size(); ++i) {
            result.documents.push_back(summarize(documents[i]->record));
            if (m_request.onSummary)
                m_request.onSummary(i, documents.size(), result.documents.back());
        }
        summarizeAll(result);
        return result;
    }

  private:
    std::int64_t projectId() const { return m_session.project().id; }

    std::vector<SharedDocument> chosenDocuments() const {
        const ProjectContext& context = m_session.context();
        if (context.isEmpty())
            throw Error(m_session.project().name,
                        ": the project has no documents to summarise; add some with "
                        "`asterism-cli ingest`");
        const std::vector<bool> isChosen = context.matching(m_request.only);
        std::vector<SharedDocument> documents;
        for (std::size_t i = 0; i < isChosen.size(); ++i)
            if (isChosen[i]) documents.push_back(context.documents()[i]);
        return documents;
    }

    // Longer summaries may have needed more.
    ConversationRecord withUsualRoom(ConversationRecord known) {
        const std::int64_t usual = AskRequest().placement.room;
        if (known.room != usual) m_workspace.chats().setRoom(known.id, usual);
        known.room = usual;
        return known;
    }

    // Throws Error if the model's window does not hold a block beside it.
    void growRoom(std::int64_t room) {
        if (room <= m_conversation.room) return;
        std::int64_t longest = m_session.encoded()->fixedAnchorTokens();
        for (const TokenRange& block : m_session.context().blocks())
            longest = std::max(longest, m_session.encoded()->fixedAnchorTokens() + block.tokens());
        const std::int64_t most = m_session.modelWindow() - longest - 1;
        if (room > most)
            throw Error(m_session.project().name, ": summaries of up to ",
                        m_request.answer.maxTokens, " tokens need a chat of ", room,
                        " positions, and the model's window of ", m_session.modelWindow(), " has ",
                        most, " beside a block; give a smaller --max-tokens");
        m_workspace.chats().setRoom(m_conversation.id, room);
        m_conversation.room = room;
    }

    // Positions for a question of so many tokens and its answer.
    std::int64_t roomFor(std::int64_t tokens) const {
        return tokens + kFrameTokens + m_request.answer.maxTokens;
    }

    ConversationRecord conversation() {
        ChatStore& chats = m_workspace.chats();
        for (const ConversationRecord& known : chats.list(projectId()))
            if (known.isArchived && known.title == kConversationTitle) return withUsualRoom(known);
        ConversationRecord made = chats.create(projectId(), AskRequest().placement.room);
        chats.rename(made.id, kConversationTitle);
        chats.setArchived(made.id, true);
        return made;
    }

    AskResult ask(const std::string& question, std::vector<std::string> only) {
        growRoom(roomFor(tokensOf(question)));
        AskRequest request;
        request.question = question;
        request.only = std::move(only);
        request.conversation = m_conversation.id;
        request.parent = 0;  // no summary sees another one's turn
        request.answer = m_request.answer;
        AskResult result = m_session.ask(request, m_events, m_stop);
        if (result.message.end == MessageEnd::stopped) throw Stopped();
        return result;
    }

    std::string modelAndLength() const {
        return m_session.project().modelFingerprint + '\n' +
               std::to_string(m_request.answer.maxTokens) + '\n';
    }

    std::optional<SummaryRecord> kept(std::int64_t document, std::uint64_t contentHash) const {
        const auto known = m_kept.find(document);
        if (known == m_kept.end() || known->second.contentHash != contentHash) return std::nullopt;
        return known->second;
    }

    DocumentSummary summarize(const DocumentRecord& document) {
        const std::uint64_t hash =
            hashOf(modelAndLength() + kDocumentPrompt + std::to_string(document.textHash));
        if (const auto known = kept(document.id, hash))
            return {document.name, *known, true, endOf(m_workspace.chats(), *known)};
        const AskResult answer = ask(kDocumentPrompt, {globOf(document.name)});
        const std::int64_t read = answer.message.tokensRead - headerTokens();
        if (read != document.tokens)
            throw Error(document.name, ": only ", read, " of its ", document.tokens,
                        " tokens could be read for the summary; run `asterism-cli ingest` again");
        DocumentSummary made{document.name, keep(document.id, hash, answer), false,
                             answer.message.end};
        made.summary.tokensRead = read;
        m_workspace.chats().setSummary(projectId(), made.summary);
        return made;
    }

    SummaryRecord keep(std::int64_t document, std::uint64_t hash, const AskResult& answer) {
        SummaryRecord summary;
        summary.documentId = document;
        summary.contentHash = hash;
        summary.text = answer.message.text;
        summary.tokensRead = answer.message.tokensRead;
        summary.messageId = answer.message.id;
        return summary;
    }

    // Tokens of the context that every question reads, whatever its scope.
    std::int64_t headerTokens() const {
        std::int64_t tokens = 0;
        for (const DocumentContext::Part& part : m_session.context().input().parts)
            if (!part.document) tokens += part.tokens.tokens();
        return tokens;
    }

    void summarizeAll(ProjectSummary& result) {
        std::string content = modelAndLength() + kOverallPrompt;
        for (const DocumentSummary& document : result.documents)
            content += document.document + '\n' + document.summary.text + '\n';
        const std::uint64_t hash = hashOf(content);
        if (const auto known = kept(0, hash)) {
            result.overall = *known;
            result.isReused = true;
        } else {
            result.overall = overall(result.documents, hash);
            m_workspace.chats().setSummary(projectId(), result.overall);
        }
        result.end = endOf(m_workspace.chats(), result.overall);
        result.citations = m_workspace.chats().citations(result.overall.messageId);
    }

    // The summaries that are asked about together, and the documents they are of.
    struct Group {
        std::string text;
        std::vector<std::string> only;
        std::int64_t tokens = 0;
    };

    SummaryRecord overall(const std::vector<DocumentSummary>& documents, std::uint64_t hash) {
        std::vector<Group> parts;
        parts.reserve(documents.size());
        for (const DocumentSummary& document : documents)
            parts.push_back({"\n\n" + document.document + ": " + document.summary.text,
                             {globOf(document.document)},
                             0});
        for (;;) {
            std::vector<Group> groups = grouped(parts);
            if (groups.size() == parts.size() && parts.size() > 1) {
                growRoom(roomFor(tokensOf(kOverallPrompt) + tokensOf(parts[0].text) +
                                 tokensOf(parts[1].text)));
                groups = grouped(parts);
            }
            if (groups.size() == 1)
                return keep(0, hash, ask(kOverallPrompt + groups.front().text, m_request.only));
            parts.clear();
            for (Group& group : groups) {
                const AskResult answer = ask(kOverallPrompt + group.text, group.only);
                noteCut(answer, group);
                parts.push_back({"\n\n" + answer.message.text, std::move(group.only), 0});
            }
        }
    }

    // Nobody sees the summary of a group.
    void noteCut(const AskResult& answer, const Group& group) const {
        if (answer.message.end != MessageEnd::maxTokens || !m_events) return;
        m_events(Warning{"the summary of a group of " + std::to_string(group.only.size()) +
                         " documents, which the last one is made of, was cut at " +
                         std::to_string(m_request.answer.maxTokens) +
                         " tokens; let answers be longer to have all of it"});
    }

    // Neighbours together, as many as a question has room for.
    std::vector<Group> grouped(const std::vector<Group>& parts) const {
        const std::int64_t room = m_conversation.room - roomFor(tokensOf(kOverallPrompt));
        std::vector<Group> groups;
        for (const Group& part : parts) {
            const std::int64_t tokens = tokensOf(part.text);
            if (groups.empty() || groups.back().tokens + tokens > room) groups.emplace_back();
            Group& group = groups.back();
            group.text += part.text;
            group.only.insert(group.only.end(), part.only.begin(), part.only.end());
            group.tokens += tokens;
        }
        return groups;
    }

    std::int64_t tokensOf(const std::string& text) const {
        return std::ssize(m_tokenizer.encode(text, ControlTokens::asText));
    }

    Workspace& m_workspace;
    ProjectSession& m_session;
    const Tokenizer& m_tokenizer;
    const SummaryRequest& m_request;
    const EventSink& m_events;
    const std::stop_token& m_stop;
    ConversationRecord m_conversation;
    std::map<std::int64_t, SummaryRecord> m_kept;  // by document; 0: of all
};

}  // namespace

MessageEnd endOf(const ChatStore& chats, const SummaryRecord& summary) {
    const auto message = chats.message(summary.messageId);
    return message ? message->end : MessageEnd::complete;
}

std::string globOf(const std::string& name) {
    std::string glob;
    for (const char letter : name) {
        if (letter == '*' || letter == '?' || letter == '[' || letter == ']' || letter == '\\')
            glob += '\\';
        glob += letter;
    }
    return glob;
}

ProjectSummary summarizeProject(Workspace& workspace, ProjectSession& session,
                                const Tokenizer& tokenizer, const SummaryRequest& request,
                                const EventSink& events, const std::stop_token& stop) {
    return SummaryRun(workspace, session, tokenizer, request, events, stop).run();
}

}  // namespace asterism
