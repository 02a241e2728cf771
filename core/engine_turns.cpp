#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/error.h"
#include "core/engine.h"
#include "core/star/query_decoder.h"

// Turns of conversations: kept, taken up again, and weighed.

namespace asterism {

namespace {

// Rows of logits at a time: those of a long answer would take more memory than the model.
constexpr std::int64_t kRows = 64;

double logSumExp(std::span<const float> logits) {
    const float top = *std::max_element(logits.begin(), logits.end());
    const double sum = std::accumulate(
        logits.begin(), logits.end(), 0.0,
        [&](double part, float logit) { return part + std::exp(double{logit} - top); });
    return top + std::log(sum);
}

}  // namespace

std::vector<float> logProbabilities(Decoder& decoder, const TensorView& hidden,
                                    std::span<const TokenId> next) {
    ASTERISM_CHECK(hidden.rows() == std::ssize(next));
    const auto vocabulary = static_cast<std::size_t>(decoder.config().vocabulary);
    std::vector<float> figures;
    figures.reserve(next.size());
    for (std::int64_t row = 0; row < hidden.rows(); row += kRows) {
        const std::int64_t end = std::min(hidden.rows(), row + kRows);
        const std::vector<float> logits = decoder.logits(hidden.slice(row, end));
        for (std::int64_t i = row; i < end; ++i) {
            const auto line = std::span(logits).subspan(
                static_cast<std::size_t>(i - row) * vocabulary, vocabulary);
            const auto token = static_cast<std::size_t>(next[static_cast<std::size_t>(i)]);
            if (token >= vocabulary)
                throw Error("token ", token, " is not one of the model's ", vocabulary);
            figures.push_back(static_cast<float>(line[token] - logSumExp(line)));
        }
    }
    return figures;
}

// Turns are kept in bf16, unless everything is asked for as it is.
KvType Engine::turnType(const Conversation& conversation) const {
    return conversation.context().options.kv == KvType::f32 ? KvType::f32 : KvType::bf16;
}

BlockKey Engine::turnKeyOf(const Conversation& conversation, std::span<const TokenId> tokens,
                           std::int64_t begin) const {
    const EncodedContext& context = conversation.context();
    const std::vector<BlockKey> blocks = blockKeys(context);
    std::vector<TokenRange> passages;
    passages.reserve(conversation.passages().size());
    for (const Passage& passage : conversation.passages()) passages.push_back(passage.tokens);
    BlockKeyBase base = keyBase();
    base.options = context.options;
    base.anchor = context.options.fixedAnchor;
    const PlacedBlocks& placed = conversation.placed();
    return turnKey(base, turnType(conversation),
                   {blocks, passages, placed.starts, placed.step, placed.queryStart}, tokens,
                   begin);
}

BlockKey Engine::keyOfTurn(const Conversation& conversation) const {
    const std::int64_t begin = conversation.turnTokens() - conversation.turn().tokens();
    return turnKeyOf(conversation, conversation.tokens(), begin);
}

void Engine::keepTurn(const Conversation& conversation) {
    ASTERISM_CHECK(m_store);
    const KeyValueBlock& turn = conversation.turn();
    if (turn.tokens() == 0) return;
    m_store->save(keyOfTurn(conversation), {turn.layout(), turn.tokens()},
                  turn.packed(*m_backends.back()));
}

bool Engine::resumeTurn(Conversation& conversation, std::span<const TokenId> tokens,
                        const std::stop_token& stop) {
    if (tokens.empty()) return true;
    if (m_store) {
        std::vector<TokenId> all(conversation.tokens().begin(), conversation.tokens().end());
        all.insert(all.end(), tokens.begin(), tokens.end());
        const KvLayout layout = kvLayout(m_config, turnType(conversation));
        auto turn = takeFromStore(*m_store, turnKeyOf(conversation, all, conversation.turnTokens()),
                                  {layout, std::ssize(tokens)}, *m_backends.back());
        if (turn) {
            conversation.addTurn(std::move(turn), tokens);
            return true;
        }
    }
    runTurnAgain(conversation, tokens, stop);
    return false;
}

void Engine::runTurnAgain(Conversation& conversation, std::span<const TokenId> tokens,
                          const std::stop_token& stop) {
    conversation.beginTurn(*m_backends.back(), kvLayout(m_config, turnType(conversation)),
                           std::ssize(tokens));
    try {
        runOnRanks([&](Rank& rank) { QueryDecoder(rank, conversation, stop).run(tokens); });
    } catch (...) {
        conversation.dropTurn();
        throw;
    }
    conversation.endTurn(tokens);
}

std::vector<float> Engine::answerLogProbabilities(Conversation& conversation,
                                                  std::span<const TokenId> query,
                                                  std::span<const TokenId> answer,
                                                  const std::stop_token& stop) {
    if (query.empty() || answer.empty()) return {};
    std::vector<TokenId> tokens(query.begin(), query.end());
    tokens.insert(tokens.end(), answer.begin(), answer.end() - 1);
    conversation.beginTurn(*m_backends.back(), kvLayout(m_config, turnType(conversation)),
                           std::ssize(tokens));
    std::vector<float> figures;
    const auto run = [&](Rank& rank) {
        QueryDecoder decoder(rank, conversation, stop);
        const TensorView hidden = decoder.runForAll(tokens);
        if (rank.isLast())
            figures = logProbabilities(
                rank.decoder(), hidden.slice(std::ssize(query) - 1, std::ssize(tokens)), answer);
    };
    try {
        runOnRanks(run);
    } catch (...) {
        conversation.dropTurn();
        throw;
    }
    conversation.dropTurn();
    return figures;
}

}  // namespace asterism
