#include <algorithm>
#include <utility>

#include "core/answer_writer.h"
#include "core/base/error.h"
#include "core/engine.h"
#include "core/star/query_decoder.h"

namespace asterism {

double Answer::tokensPerSecond() const {
    const auto steps = static_cast<double>(tokens.size()) - 1;
    return steps > 0 && decodeSeconds > 0 ? steps / decodeSeconds : 0;
}

namespace {

// One rank's part of a turn. `completed` counts the tokens that ran through all layers, once what
// came out of them is there.
void runTurn(Rank& rank, Conversation& conversation, std::span<const TokenId> query,
             const AnswerOptions& options, AnswerWriter& writer, Answer& answer,
             std::int64_t& completed, const std::stop_token& stop) {
    QueryDecoder decoder(rank, conversation, stop);
    TensorView hidden = decoder.run(query);
    const int last = rank.count() - 1;
    for (std::int64_t drawn = 0;; ++drawn) {
        const bool isFirst = drawn == 0;
        if (isFirst || options.recordsTokenMass) {
            AttentionMass mass = decoder.attentionMass();
            if (rank.isLast()) {
                answer.mass.push_back(std::move(mass.all));
                answer.lateMass.push_back(std::move(mass.late));
            }
        }
        TokenId token = AnswerWriter::kNoToken;
        if (rank.isLast()) {
            if (isFirst) {
                const std::vector<float> logits = rank.decoder().logits(hidden);
                writer.queryRead(logits, rank);
                token = writer.next(logits);
            } else {
                token = writer.next(rank.decoder(), hidden);
            }
            completed += isFirst ? std::ssize(query) : 1;
        }
        token = static_cast<TokenId>(rank.communicator().broadcast(token, last));
        if (token == AnswerWriter::kNoToken) return;
        const bool isMeasured = writer.profiles(drawn + 1);
        if (isMeasured) rank.backend().measureOps();
        hidden = decoder.run({&token, 1});
        // Ends it: the last rank's figures are those of the step.
        if (isMeasured && !rank.isLast()) rank.takeOpSeconds();
    }
}

}  // namespace

void Engine::beginTurn(Conversation& conversation, std::span<const TokenId> query,
                       const AnswerOptions& options) const {
    if (query.empty()) throw Error("the query is empty; give it at least one token");
    if (options.maxTokens < 0)
        throw Error("an answer of ", options.maxTokens, " tokens is not possible; use 0 or more");
    checkSampling(options.sampling);
    conversation.beginTurn(*m_backends.back(), kvLayout(m_config, turnType(conversation)),
                           std::ssize(query) + options.maxTokens);
}

Answer Engine::answer(Conversation& conversation, std::span<const TokenId> query,
                      const AnswerOptions& options, const EventSink& events, std::stop_token stop) {
    beginTurn(conversation, query, options);
    Answer answer;
    answer.queryTokens = static_cast<std::int64_t>(query.size());
    AnswerWriter writer(*m_tokenizer, conversation, options, events, query, answer);
    std::int64_t completed = 0;
    try {
        if (conversation.awaitedSelection()) selectBlocks(conversation, query, stop);
        runOnRanks([&](Rank& rank) {
            runTurn(rank, conversation, query, options, writer, answer, completed, stop);
        });
    } catch (const Stopped&) {
        answer.end = AnswerEnd::stopped;
        writer.flush(AnswerWriter::kNoToken);
    } catch (...) {
        endTurn(conversation, query, completed, answer);
        throw;
    }
    endTurn(conversation, query, completed, answer);
    return answer;
}

}  // namespace asterism
