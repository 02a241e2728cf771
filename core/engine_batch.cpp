#include <algorithm>
#include <deque>
#include <utility>

#include "core/answer_writer.h"
#include "core/engine.h"
#include "core/star/batch_decoder.h"
#include "core/star/query_decoder.h"

// Questions that are answered at once.

namespace asterism {

namespace {

// A question while it is answered with others. What is not collective is the last rank's.
struct BatchedTurn {
    BatchedTurn(const Tokenizer& tokenizer, const BatchedQuestion& asked)
        : question(asked),
          writer(tokenizer, asked.conversation, asked.options, asked.events, asked.query, answer) {
        answer.queryTokens = std::ssize(asked.query);
    }

    // The token to run; kNoToken if the answer is complete or was asked to stop.
    TokenId takeNext() {
        if (next != AnswerWriter::kNoToken && question.stop.stop_requested()) stop();
        return next;
    }
    bool isOpen() const { return completed == 0 || next != AnswerWriter::kNoToken; }
    void stop() {
        answer.end = AnswerEnd::stopped;
        writer.flush(AnswerWriter::kNoToken);
        next = AnswerWriter::kNoToken;
    }

    const BatchedQuestion& question;
    Answer answer;
    AnswerWriter writer;
    std::int64_t completed = 0;  // tokens that ran
    TokenId next = AnswerWriter::kNoToken;
};

// One rank's part of a query, with the answer's first token.
void readQuery(Rank& rank, BatchedTurn& turn, const std::stop_token& stop) {
    QueryDecoder decoder(rank, turn.question.conversation, stop);
    const TensorView hidden = decoder.run(turn.question.query);
    AttentionMass mass = decoder.attentionMass();
    if (!rank.isLast()) return;
    turn.completed = std::ssize(turn.question.query);
    turn.answer.mass.push_back(std::move(mass.all));
    turn.answer.lateMass.push_back(std::move(mass.late));
    const std::vector<float> logits = rank.decoder().logits(hidden);
    turn.writer.queryRead(logits, rank);
    turn.next = turn.writer.next(logits);
}

// Those that are not complete, with those that see the same of the context next to each other.
std::vector<BatchedTurn*> openTurns(std::deque<BatchedTurn>& turns) {
    std::vector<BatchedTurn*> open;
    for (BatchedTurn& turn : turns) {
        if (turn.takeNext() == AnswerWriter::kNoToken) continue;
        const auto same = std::find_if(open.rbegin(), open.rend(), [&](const BatchedTurn* other) {
            return other->question.conversation.seesTheSameAs(turn.question.conversation);
        });
        open.insert(same.base(), &turn);
    }
    return open;
}

// Draws the tokens behind those that ran at `rows`.
void drawNext(Rank& rank, const TensorView& hidden, std::span<BatchedTurn* const> turns,
              std::span<const std::size_t> rows) {
    const bool areGreedy = std::all_of(
        rows.begin(), rows.end(), [&](std::size_t row) { return turns[row]->writer.isGreedy(); });
    std::vector<TokenId> likeliest;
    std::vector<float> logits;
    if (areGreedy)
        likeliest = rank.decoder().likeliestOfEach(hidden);
    else
        logits = rank.decoder().logits(hidden);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        BatchedTurn& turn = *turns[rows[i]];
        ++turn.completed;
        const std::size_t each = logits.size() / rows.size();
        turn.next = areGreedy ? turn.writer.take(likeliest[i])
                              : turn.writer.next(std::span(logits).subspan(i * each, each));
    }
}

// One rank's part of generating all answers to their ends.
void generate(Rank& rank, std::span<BatchedTurn* const> turns, const std::stop_token& stop) {
    std::vector<BatchDecoder::Member> members;
    std::vector<std::size_t> rows;
    for (BatchedTurn* turn : turns) {
        rows.push_back(rows.size());
        members.push_back({turn->question.conversation, std::ssize(turn->question.query)});
    }
    BatchDecoder decoder(rank, std::move(members), stop);
    const int last = rank.count() - 1;
    for (;;) {
        std::vector<std::size_t> open;
        std::vector<TokenId> tokens;
        for (const std::size_t row : rows) {
            const std::int64_t mine = rank.isLast() ? turns[row]->takeNext() : 0;
            const auto token = static_cast<TokenId>(rank.communicator().broadcast(mine, last));
            if (token == AnswerWriter::kNoToken) continue;
            open.push_back(row);
            tokens.push_back(token);
        }
        if (open.empty()) return;
        const TensorView hidden = decoder.run(open, tokens);
        if (rank.isLast()) drawNext(rank, hidden, turns, open);
        rows = std::move(open);
    }
}

// Asks one question alone, which back ends may record.
std::vector<Answer> answerOne(Engine& engine, const BatchedQuestion& question,
                              const std::stop_token& stop) {
    std::stop_source either;
    const auto end = [&] { either.request_stop(); };
    const std::stop_callback onStop(stop, end);
    const std::stop_callback onOwnStop(question.stop, end);
    std::vector<Answer> answers;
    answers.push_back(engine.answer(question.conversation, question.query, question.options,
                                    question.events, either.get_token()));
    return answers;
}

}  // namespace

std::vector<Answer> Engine::answerAll(std::span<const BatchedQuestion> questions,
                                      const std::stop_token& stop) {
    if (questions.size() == 1) return answerOne(*this, questions.front(), stop);
    std::deque<BatchedTurn> turns;
    const auto endTurns = [&] {
        for (BatchedTurn& turn : turns)
            endTurn(turn.question.conversation, turn.question.query, turn.completed, turn.answer);
    };
    try {
        for (const BatchedQuestion& question : questions) {
            ASTERISM_CHECK(!question.options.recordsTokenMass);
            beginTurn(question.conversation, question.query, question.options);
            turns.emplace_back(*m_tokenizer, question);
        }
        for (BatchedTurn& turn : turns) {
            turn.writer.waited();
            Conversation& conversation = turn.question.conversation;
            if (conversation.awaitedSelection())
                selectBlocks(conversation, turn.question.query, stop);
            runOnRanks([&](Rank& rank) { readQuery(rank, turn, stop); });
        }
        const std::vector<BatchedTurn*> open = openTurns(turns);
        for (BatchedTurn* turn : open) turn->writer.waited();
        if (!open.empty()) runOnRanks([&](Rank& rank) { generate(rank, open, stop); });
    } catch (const Stopped&) {
        for (BatchedTurn& turn : turns)
            if (turn.isOpen()) turn.stop();
    } catch (...) {
        endTurns();
        throw;
    }
    endTurns();
    std::vector<Answer> answers;
    answers.reserve(turns.size());
    for (BatchedTurn& turn : turns) answers.push_back(std::move(turn.answer));
    return answers;
}

}  // namespace asterism
