#include <xxhash.h>

#include <algorithm>
#include <numeric>

#include "core/base/error.h"
#include "core/star/conversation.h"
#include "storage/projects/answer_sources.h"
#include "storage/projects/open_conversation.h"
#include "storage/projects/project_lock.h"
#include "storage/projects/project_session.h"

// How a session answers questions.

namespace asterism {

namespace {

// The last token of an answer that did not come to its end was shown, but never ran.
bool hasUnreadToken(const MessageRecord& answer) {
    return answer.end != MessageEnd::complete && !answer.tokens.empty();
}

std::span<const TokenId> tokensRun(const MessageRecord& answer) {
    return std::span(answer.tokens).first(answer.tokens.size() - hasUnreadToken(answer));
}

MessageEnd endOf(AnswerEnd end) {
    switch (end) {
        case AnswerEnd::maxTokens:
            return MessageEnd::maxTokens;
        case AnswerEnd::stopped:
            return MessageEnd::stopped;
        case AnswerEnd::endToken:
        case AnswerEnd::stopText:
            break;
    }
    return MessageEnd::complete;
}

// Of what an answer is made over: tokens, blocks and a pinned anchor.
std::uint64_t hashOf(const EncodedContext& context) {
    std::uint64_t hash = 0;
    const auto add = [&hash](const auto& values) {
        const auto bytes = std::as_bytes(std::span(values));
        hash = XXH3_64bits_withSeed(bytes.data(), bytes.size(), hash);
    };
    add(context.tokens);
    add(context.blocks);
    add(context.options.fixedAnchor);
    return hash;
}

void checkQuestion(const std::string& question) {
    if (question.find_first_not_of(" \t\r\n") == std::string::npos)
        throw Error("the question is empty; ask something about the text");
}

void checkRoom(const Conversation& conversation, std::int64_t query, const AskRequest& request) {
    const std::int64_t turns = conversation.turnTokens();
    const std::int64_t room = request.placement.room;
    const std::int64_t needed = turns + query + request.answer.maxTokens;
    if (needed <= room) return;
    throw ConversationFull(room, needed, "the chat has ", room, " positions, and needs ", needed,
                           ": ", turns, " for its earlier turns, ", query, " for the question and ",
                           request.answer.maxTokens,
                           " for the answer; begin a new chat, or give it more room with --room ",
                           needed, " (its turns are then read again)");
}

bool samePlacement(const PlacementOptions& a, const PlacementOptions& b) {
    return a.placement == b.placement && a.window == b.window && a.room == b.room &&
           a.selectBlocks == b.selectBlocks;
}

}  // namespace

// While a project is being encoded its blocks come bit by bit; those that are kept can be used.
std::int64_t ProjectSession::bringInFor(const AskRequest& request, const EventSink& events,
                                        const std::stop_token& stop) {
    if (!m_encoded || !(m_isEncoding || request.onlyReady)) return load(events, stop);
    return bringIn(readyBlocks(), {}, stop);
}

// Once a session, or every summary would say it.
void ProjectSession::warnOfReader(const EventSink& events) {
    if (m_isIngesting || m_hasToldOfReader || !events) return;
    try {
        if (ProjectLock::tryTake(m_workspace.lockFolder(), m_project.id)) return;
    } catch (const Error&) {
        return;  // what is wrong there is said when the answer is stored
    }
    m_hasToldOfReader = true;
    events(Warning{m_project.name +
                   ": another process is reading this project; what it has not read yet is not "
                   "part of the answer"});
}

std::vector<std::size_t> ProjectSession::partsToRead(std::span<const std::string> only) const {
    std::vector<bool> isRead = m_context->matching(only);
    const std::vector<DocumentState> now = states();
    bool hasAny = false;
    for (std::size_t i = 0; i < isRead.size(); ++i) {
        isRead[i] = isRead[i] && now[i] == DocumentState::ready;
        hasAny = hasAny || isRead[i];
    }
    if (!hasAny)
        throw Error(m_project.name,
                    ": none of the documents that the question is about has been encoded yet; "
                    "have them encoded, or wait for the first of them");
    return m_context->input().partsInScope([&](std::size_t i) { return isRead[i]; });
}

ConversationRecord ProjectSession::conversationOf(const AskRequest& request) const {
    ConversationRecord fresh;
    fresh.projectId = m_project.id;
    fresh.room = request.placement.room;
    if (request.conversation == 0) return fresh;
    const auto found = m_workspace.chats().find(request.conversation);
    if (!found || found->projectId != m_project.id)
        throw Error(m_project.name, ": has no chat ", request.conversation,
                    "; `asterism-cli export` lists its chats");
    return *found;
}

std::unique_ptr<ProjectSession::OpenConversation> ProjectSession::openConversation(
    const AskRequest& request, std::span<const MessageRecord> branch, const EventSink& events,
    const std::stop_token& stop) {
    const std::int64_t leaf = branch.empty() ? 0 : branch.back().id;
    std::vector<std::size_t> parts = partsToRead(request.only);
    const bool goesOn = m_open && leaf != 0 && m_open->leaf == leaf && m_open->parts == parts &&
                        samePlacement(m_open->placement, request.placement) && !m_isEncoding;
    if (goesOn) return std::move(m_open);
    m_open.reset();
    std::vector<Passage> passages;
    passages.reserve(parts.size());
    for (const std::size_t part : parts)
        passages.push_back({m_context->input().parts[part].tokens});
    auto open = std::make_unique<OpenConversation>(OpenConversation{
        leaf, request.placement, std::move(parts),
        m_engine.engine.startConversation(*m_encoded, request.placement, std::move(passages))});
    resumeTurns(open->conversation, branch, events, stop);
    return open;
}

void ProjectSession::resumeTurns(Conversation& conversation, std::span<const MessageRecord> branch,
                                 const EventSink& events, const std::stop_token& stop) {
    bool isAllKept = true;
    for (std::size_t i = 0; i + 1 < branch.size(); i += 2) {
        if (m_engine.engine.resumeTurn(conversation, turnOf(branch, i), stop)) continue;
        isAllKept = false;
        keepTurn(conversation, events);
    }
    if (!isAllKept && events && m_workspace.blocks())
        events(
            Warning{"the earlier turns of this chat were read again: what they saw has changed, "
                    "or their keys were no longer in the KV cache"});
}

// In the KV cache, if there is one; in the project's list first. A turn that it cannot take is read
// again next time.
void ProjectSession::keepTurn(const Conversation& conversation, const EventSink& events) {
    if (!m_workspace.blocks() || conversation.turn().tokens() == 0) return;
    try {
        const BlockKey key = m_engine.engine.keyOfTurn(conversation);
        m_workspace.projects().addKeptBlocks(m_project.id, {&key, 1});
        m_engine.engine.keepTurn(conversation);
    } catch (const Error& error) {
        if (events) events(Warning{error.what()});
    }
}

// The tokens of a question and its answer as they ran. Those of another model are gone: the same
// words in this one's.
std::vector<TokenId> ProjectSession::turnOf(std::span<const MessageRecord> branch,
                                            std::size_t question) const {
    const MessageRecord& answer = branch[question + 1];
    if (!branch[question].tokens.empty()) {
        std::vector<TokenId> turn = branch[question].tokens;
        const auto run = tokensRun(answer);
        turn.insert(turn.end(), run.begin(), run.end());
        return turn;
    }
    std::vector<TokenId> turn = queryOf(branch[question].text, branch.first(question));
    const auto words = m_engine.engine.tokenizer().encode(answer.text, ControlTokens::asText);
    turn.insert(turn.end(), words.begin(), words.end());
    return turn;
}

std::vector<TokenId> ProjectSession::queryOf(const std::string& question,
                                             std::span<const MessageRecord> branch) const {
    const Tokenizer& tokenizer = m_engine.engine.tokenizer();
    if (branch.empty()) return buildQuery(tokenizer, m_frame, question);
    std::vector<TokenId> unread;
    if (hasUnreadToken(branch.back())) unread.push_back(branch.back().tokens.back());
    return buildFollowUp(tokenizer, m_frame, unread, question);
}

AskResult ProjectSession::ask(const AskRequest& asked, const EventSink& events,
                              const std::stop_token& stop) {
    checkQuestion(asked.question);
    refresh();
    warnOfReader(events);
    const std::int64_t restoredBefore = m_encoded ? m_encoded->restoredBlocks : 0;
    const double encodedBefore = m_encoded ? m_encoded->encodeSeconds : 0;
    const std::int64_t blocksEncoded = bringInFor(asked, events, stop);

    AskRequest request = asked;
    const ConversationRecord conversation = conversationOf(request);
    request.placement.room = conversation.room;
    const std::int64_t parent = request.parent.value_or(conversation.leafMessage);
    std::vector<MessageRecord> branch;
    if (parent != 0) branch = m_workspace.chats().branch(parent);
    if (!branch.empty() && request.placement.selectBlocks > 0)
        throw Error(
            "blocks are selected by the first question of a chat only; begin a new chat, "
            "or leave --select-blocks out");
    MessageRecord question;
    question.role = MessageRole::question;
    question.text = request.question;
    question.scope = request.only;
    question.parentId = branch.empty() ? 0 : branch.back().id;
    question.tokens = queryOf(request.question, branch);
    m_open = openConversation(request, branch, events, stop);
    m_open->leaf = 0;  // until the answer is stored, no question follows it
    checkRoom(m_open->conversation, std::ssize(question.tokens), request);

    const Answer answer =
        m_engine.engine.answer(m_open->conversation, question.tokens, request.answer, events, stop);
    keepTurn(m_open->conversation, events);
    MessageRecord message = answerRecord(request, answer);
    message.encodeSeconds = m_encoded->encodeSeconds - encodedBefore;
    message.blocksRestored = m_encoded->restoredBlocks - restoredBefore;
    message.blocksEncoded = blocksEncoded;
    return keepAnswer(request, conversation, std::move(question), answer, std::move(message));
}

MessageRecord ProjectSession::answerRecord(const AskRequest& request, const Answer& answer) const {
    MessageRecord record;
    record.role = MessageRole::answer;
    record.text = answer.text;
    record.model = m_engine.model;
    record.end = endOf(answer.end);
    const bool isCut = record.end != MessageEnd::complete;
    const auto shown = isCut ? std::ssize(answer.tokens) : answer.tokensRun;
    record.tokens.assign(answer.tokens.begin(), answer.tokens.begin() + shown);
    record.querySeconds = answer.querySeconds;
    record.firstTokenSeconds = answer.firstTokenSeconds;
    record.tokensPerSecond = answer.tokensPerSecond();
    record.contextHash = hashOf(*m_encoded);
    record.placement = request.placement.placement;
    record.placementWindow = request.placement.window;
    record.tokensRead = m_open->conversation.tokensAttended();
    const std::vector<bool> matching = m_context->matching(request.only);
    for (const std::size_t part :
         m_context->input().partsInScope([&](std::size_t i) { return matching[i]; }))
        record.tokensInScope += m_context->input().parts[part].tokens.tokens();
    const auto selection = m_open->conversation.selection();
    if (selection && !selection->firstMass.empty())
        record.selectedBlocks.assign(selection->blocks.begin(), selection->blocks.end());
    return record;
}

AskResult ProjectSession::keepAnswer(const AskRequest& request, ConversationRecord conversation,
                                     MessageRecord question, const Answer& answer,
                                     MessageRecord message) {
    ChatStore& chats = m_workspace.chats();
    AskResult result;
    result.note = m_open->conversation.note();
    result.selection = m_open->conversation.selection();
    CitedSources sources =
        findSources(*m_context, m_open->parts, m_engine.engine.tokenizer(), answer);
    result.message = std::move(message);
    result.message.blockMass = std::move(sources.blockMass);
    result.citations = std::move(sources.citations);
    result.quotations = std::move(sources.quotations);

    Transaction transaction(m_workspace.database());
    const bool isOfModel =
        m_workspace.projects().get(m_project.id).modelFingerprint == m_engine.fingerprint;
    if (!isOfModel) {  // another process has changed it meanwhile: that one cannot use these
        question.tokens.clear();
        result.message.tokens.clear();
    }
    if (conversation.id == 0) conversation = chats.create(m_project.id, request.placement.room);
    question.conversationId = result.message.conversationId = conversation.id;
    result.message.parentId = chats.add(question);
    result.message.id = chats.add(result.message);
    chats.setCitations(result.message.id, result.citations);
    chats.setQuotations(result.message.id, result.quotations);
    transaction.commit();
    m_open->leaf = result.message.id;
    // A stopped run may have left the turn short of what was stored: it is opened anew.
    if (result.message.end == MessageEnd::stopped) m_open.reset();
    return result;
}

Explanation ProjectSession::explain(std::int64_t message, std::size_t count,
                                    const EventSink& events, const std::stop_token& stop) {
    ChatStore& chats = m_workspace.chats();
    const auto answer = chats.message(message);
    if (!answer || answer->role != MessageRole::answer)
        throw Error(m_project.name, ": has no answer ", message,
                    "; `asterism-cli export --format json` shows the numbers");
    const auto question = chats.message(answer->parentId);
    const auto conversation = chats.find(answer->conversationId);
    if (!question || !conversation || conversation->projectId != m_project.id)
        throw Error("answer ", message, " does not belong to project ", m_project.name);
    if (answer->tokens.empty())
        throw Error("answer ", message, " has no tokens to weigh; ask again");
    load(events, stop);
    checkStands(*answer);

    Explanation explanation;
    explanation.tokens = std::ssize(answer->tokens);
    const BlockEffect whole = effectOf(m_encoded->blocks.size(), *question, *answer, {}, stop);
    explanation.logProbability = whole.logProbability;
    // The first block holds the chat header, without which nothing makes sense.
    std::vector<std::size_t> blocks(answer->selectedBlocks.begin(), answer->selectedBlocks.end());
    if (blocks.empty()) {
        blocks.resize(m_encoded->blocks.size());
        std::iota(blocks.begin(), blocks.end(), 0);
    }
    std::stable_sort(blocks.begin(), blocks.end(), [&](std::size_t a, std::size_t b) {
        return answer->blockMass[a] > answer->blockMass[b];
    });
    blocks.resize(std::min(count, blocks.size()));
    for (const std::size_t block : blocks)
        explanation.blocks.push_back(effectOf(block, *question, *answer, explanation, stop));
    return explanation;
}

// Throws Error if what the answer was made over is no longer what there is.
void ProjectSession::checkStands(const MessageRecord& answer) const {
    const bool isSame = answer.contextHash == 0 || answer.contextHash == hashOf(*m_encoded);
    const bool stands = answer.blockMass.size() == m_encoded->blocks.size();
    const bool hasSelected = std::all_of(
        answer.selectedBlocks.begin(), answer.selectedBlocks.end(),
        [&](auto block) { return block >= 0 && block < std::ssize(m_encoded->blocks); });
    if (!isSame || !stands || !hasSelected)
        throw Error("the documents have changed since answer ", answer.id,
                    "; ask the question again to have it explained");
}

// The answer's log-probability with all blocks that it attended to but one; with all of them if
// `block` is none.
BlockEffect ProjectSession::effectOf(std::size_t block, const MessageRecord& question,
                                     const MessageRecord& answer, const Explanation& whole,
                                     const std::stop_token& stop) {
    const bool hasBlock = block < m_encoded->blocks.size();
    std::vector<Passage> passages;
    for (const std::size_t part : partsToRead(question.scope)) {
        TokenRange tokens = m_context->input().parts[part].tokens;
        const bool isDocument = m_context->input().parts[part].document.has_value();
        if (hasBlock && isDocument) {
            const TokenRange& out = m_encoded->blocks[block];
            if (tokens.begin < out.begin && tokens.end > out.begin) {
                passages.push_back({{tokens.begin, out.begin}});
                tokens.begin = out.begin;
            }
            if (tokens.begin >= out.begin)
                tokens.begin = std::max(tokens.begin, std::min(tokens.end, out.end));
        }
        if (tokens.tokens() > 0) passages.push_back({tokens});
    }
    PlacementOptions placement;
    placement.placement = answer.placement;
    placement.window = answer.placementWindow;
    placement.room = m_workspace.chats().find(answer.conversationId)->room;
    Conversation conversation =
        m_engine.engine.startConversation(*m_encoded, placement, std::move(passages));
    if (!answer.selectedBlocks.empty())
        m_engine.engine.attendTo(conversation, placement,
                                 {answer.selectedBlocks.begin(), answer.selectedBlocks.end()});
    std::vector<MessageRecord> branch;
    if (question.parentId != 0) branch = m_workspace.chats().branch(question.parentId);
    // Turns that see less than the chat does are nobody else's: they are not kept.
    for (std::size_t i = 0; i + 1 < branch.size(); i += 2)
        m_engine.engine.resumeTurn(conversation, turnOf(branch, i), stop);
    const std::vector<float> figures =
        m_engine.engine.answerLogProbabilities(conversation, question.tokens, answer.tokens, stop);

    BlockEffect effect;
    effect.block = block;
    effect.logProbability = std::accumulate(figures.begin(), figures.end(), 0.0);
    if (!hasBlock) return effect;
    effect.mass = answer.blockMass[block];
    effect.drop = whole.logProbability - effect.logProbability;
    for (const std::size_t document : m_context->documentsIn(block))
        effect.documents.push_back(m_context->documents()[document]->record.name);
    return effect;
}

}  // namespace asterism
