#include <algorithm>
#include <optional>
#include <utility>

#include "core/answer_stream.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/engine.h"
#include "core/star/query_decoder.h"

namespace asterism {

double Answer::tokensPerSecond() const {
    const auto steps = static_cast<double>(tokens.size()) - 1;
    return steps > 0 && decodeSeconds > 0 ? steps / decodeSeconds : 0;
}

namespace {

constexpr TokenId kNoToken = -1;
constexpr std::int64_t kCandidates = 256;  // of which a draw seldom needs more

// What the last rank does between two steps: draws the next token and streams its text.
class AnswerWriter {
  public:
    AnswerWriter(const Tokenizer& tokenizer, const Conversation& conversation,
                 const AnswerOptions& options, const EventSink& events,
                 std::span<const TokenId> query, Answer& answer)
        : m_tokenizer(tokenizer),
          m_conversation(conversation),
          m_options(options),
          m_events(events),
          m_answer(answer),
          m_sampler(options.sampling),
          m_stream(options.stopTexts),
          m_history(query.begin(), query.end()) {}

    void queryRead(std::span<const float> logits, Rank& rank) {
        m_rank = &rank;
        rank.takeOpSeconds();
        m_answer.querySeconds = m_clock.seconds();
        m_answer.firstLogits = topLogits(logits, m_options.topLogits);
        if (m_events) m_events(QueryEncoded{m_answer.queryTokens, m_answer.querySeconds});
    }

    // Whether to measure the step that is next: an early one, and some later ones. The very first
    // is the one that backends record.
    bool profilesNext() const {
        const std::int64_t every = m_options.profiledEvery;
        return m_events && every > 0 && std::ssize(m_answer.tokens) % every == 2 % every;
    }

    // The token to run next; kNoToken once the answer is complete.
    TokenId next(std::span<const float> logits) {
        if (static_cast<std::int64_t>(m_answer.tokens.size()) >= m_options.maxTokens)
            return complete(AnswerEnd::maxTokens, kNoToken);
        TokenId token = kNoToken;
        {
            const AddedTime timed(m_samplingSeconds);
            token = m_sampler.next(logits, m_history);
        }
        return take(token);
    }

    // The same of the logits that the decoder makes of a hidden state: the likeliest ones, with
    // which the draw is nearly always made, are found where they are.
    TokenId next(Decoder& decoder, const TensorView& hidden) {
        const SamplingOptions& sampling = m_options.sampling;
        const std::vector<TokenId> seen = m_sampler.penalizedOf(m_history);
        const Penalty penalty{seen, sampling.repetitionPenalty};
        if (sampling.temperature == 0) return take(decoder.likeliest(hidden, penalty));
        const std::int64_t count =
            sampling.topK > 0 ? std::min(sampling.topK, kCandidates) : kCandidates;
        const TopValues top = decoder.topLogits(hidden, penalty, count, sampling.temperature);
        std::optional<TokenId> token;
        {
            const AddedTime timed(m_samplingSeconds);
            token = m_sampler.next(top);
            if (!token) token = m_sampler.next(decoder.allLogits(), {});
        }
        return take(*token);
    }

    // Hands out what is held back; also when the answer was stopped.
    void flush(TokenId token) {
        const std::string rest = m_stream.finish();
        if (!rest.empty() || token != kNoToken) stream(token, rest);
        const double now = m_clock.seconds();
        m_answer.decodeSeconds = std::max(0.0, m_lastToken - m_answer.firstTokenSeconds);
        if (m_answer.tokens.empty()) m_answer.firstTokenSeconds = now;
    }

  private:
    // Takes what was drawn.
    TokenId take(TokenId token) {
        m_answer.tokens.push_back(token);
        m_history.push_back(token);
        if (m_tokenizer.endsAnswer(token) && !m_options.ignoresEnd)
            return complete(AnswerEnd::endToken, token);
        stream(token, m_stream.add(m_tokenizer.bytesOf(token)));
        if (m_stream.hasStopped()) return complete(AnswerEnd::stopText, kNoToken);
        if (static_cast<std::int64_t>(m_answer.tokens.size()) >= m_options.maxTokens)
            return complete(AnswerEnd::maxTokens, kNoToken);
        return token;
    }

    TokenId complete(AnswerEnd end, TokenId token) {
        m_answer.end = end;
        flush(token);
        return kNoToken;
    }

    void stream(TokenId token, std::string text) {
        const double now = m_clock.seconds();
        if (m_answer.firstTokenSeconds == 0) m_answer.firstTokenSeconds = now;
        m_answer.text += text;
        if (m_events)
            m_events(TokenDecoded{token, std::move(text), now - m_lastToken,
                                  partsOf(now - m_lastToken), blockMassOf(token)});
        m_lastToken = now;
    }

    std::vector<float> blockMassOf(TokenId token) const {
        if (token == kNoToken || !m_options.recordsTokenMass) return {};
        return m_conversation.blockMass(m_answer.mass.back());
    }

    std::optional<StepParts> partsOf(double seconds) {
        const double sampling = std::exchange(m_samplingSeconds, 0);
        const auto ops = m_rank ? m_rank->takeOpSeconds() : std::nullopt;
        if (!ops || m_answer.tokens.size() < 2) return std::nullopt;  // the query's own step
        StepParts parts;
        parts.attention = ops->attention;
        parts.linear = ops->linear;
        parts.merge = ops->merge;
        parts.sampling = sampling + ops->sampling;
        parts.isProfiled = ops->isProfiled;
        parts.other = std::max(0.0, seconds - parts.seconds());
        return parts;
    }

    const Tokenizer& m_tokenizer;
    const Conversation& m_conversation;
    const AnswerOptions& m_options;
    const EventSink& m_events;
    Answer& m_answer;
    Sampler m_sampler;
    AnswerStream m_stream;
    std::vector<TokenId> m_history;
    Stopwatch m_clock;
    double m_lastToken = 0;
    double m_samplingSeconds = 0;
    Rank* m_rank = nullptr;  // the one that draws the tokens
};

// One rank's part of a turn. `completed` counts the tokens that ran through all layers.
void runTurn(Rank& rank, Conversation& conversation, std::span<const TokenId> query,
             const AnswerOptions& options, AnswerWriter& writer, Answer& answer,
             std::int64_t& completed, const std::stop_token& stop) {
    QueryDecoder decoder(rank, conversation, stop);
    TensorView hidden = decoder.run(query);
    if (rank.isLast()) completed += static_cast<std::int64_t>(query.size());
    const int last = rank.communicator().size() - 1;
    for (bool isFirst = true;; isFirst = false) {
        if (isFirst || options.recordsTokenMass) {
            AttentionMass mass = decoder.attentionMass();
            if (rank.isLast()) {
                answer.mass.push_back(std::move(mass.all));
                answer.lateMass.push_back(std::move(mass.late));
            }
        }
        TokenId token = kNoToken;
        if (rank.isLast() && isFirst) {
            const std::vector<float> logits = rank.decoder().logits(hidden);
            writer.queryRead(logits, rank);
            token = writer.next(logits);
        } else if (rank.isLast()) {
            token = writer.next(rank.decoder(), hidden);
        }
        token = static_cast<TokenId>(rank.communicator().broadcast(token, last));
        if (token == kNoToken) return;
        if (rank.isLast() && writer.profilesNext()) rank.backend().measureOps();
        hidden = decoder.run({&token, 1});
        if (rank.isLast()) ++completed;
    }
}

}  // namespace

Answer Engine::answer(Conversation& conversation, std::span<const TokenId> query,
                      const AnswerOptions& options, const EventSink& events, std::stop_token stop) {
    if (query.empty()) throw Error("the query is empty; give it at least one token");
    if (options.maxTokens < 0)
        throw Error("an answer of ", options.maxTokens, " tokens is not possible; use 0 or more");
    checkSampling(options.sampling);
    conversation.beginTurn(*m_backends.back(), kvLayout(m_config, turnType(conversation)),
                           std::ssize(query) + options.maxTokens);
    Answer answer;
    answer.queryTokens = static_cast<std::int64_t>(query.size());
    AnswerWriter writer(*m_tokenizer, conversation, options, events, query, answer);
    std::int64_t completed = 0;
    const auto endTurn = [&] {
        answer.tokensRun = std::max<std::int64_t>(0, completed - std::ssize(query));
        std::vector<TokenId> tokens(query.begin(), query.end());
        tokens.insert(tokens.end(), answer.tokens.begin(),
                      answer.tokens.begin() + answer.tokensRun);
        tokens.resize(static_cast<std::size_t>(completed));
        conversation.endTurn(tokens);
    };
    try {
        if (conversation.awaitedSelection()) selectBlocks(conversation, query, stop);
        runOnRanks([&](Rank& rank) {
            runTurn(rank, conversation, query, options, writer, answer, completed, stop);
        });
    } catch (const Stopped&) {
        answer.end = AnswerEnd::stopped;
        writer.flush(kNoToken);
    } catch (...) {
        endTurn();
        throw;
    }
    endTurn();
    return answer;
}

}  // namespace asterism
