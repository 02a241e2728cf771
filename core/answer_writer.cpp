#include "core/answer_writer.h"

#include <algorithm>
#include <utility>

namespace asterism {

namespace {

constexpr std::int64_t kCandidates = 256;  // of which a draw seldom needs more

}  // namespace

AnswerWriter::AnswerWriter(const Tokenizer& tokenizer, const Conversation& conversation,
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

void AnswerWriter::queryRead(std::span<const float> logits, Rank& rank) {
    m_rank = &rank;
    rank.takeOpSeconds();
    m_answer.querySeconds = seconds();
    m_answer.firstLogits = topLogits(logits, m_options.topLogits);
    if (m_events) m_events(QueryEncoded{m_answer.queryTokens, m_answer.querySeconds});
}

void AnswerWriter::waited() {
    m_leftOut += seconds() - m_lastToken;
    m_rank = nullptr;
}

bool AnswerWriter::profiles(std::int64_t tokens) const {
    const std::int64_t every = m_options.profiledEvery;
    return m_events && every > 0 && tokens % every == 2 % every;
}

TokenId AnswerWriter::next(std::span<const float> logits) {
    if (static_cast<std::int64_t>(m_answer.tokens.size()) >= m_options.maxTokens)
        return complete(AnswerEnd::maxTokens, kNoToken);
    TokenId token = kNoToken;
    {
        const AddedTime timed(m_samplingSeconds);
        token = m_sampler.next(logits, m_history);
    }
    return take(token);
}

TokenId AnswerWriter::next(Decoder& decoder, const TensorView& hidden) {
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

TokenId AnswerWriter::take(TokenId token) {
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

void AnswerWriter::flush(TokenId token) {
    const std::string rest = m_stream.finish();
    if (!rest.empty() || token != kNoToken) stream(token, rest);
    const double now = seconds();
    m_answer.decodeSeconds = std::max(0.0, m_lastToken - m_answer.firstTokenSeconds);
    if (m_answer.tokens.empty()) m_answer.firstTokenSeconds = now;
}

TokenId AnswerWriter::complete(AnswerEnd end, TokenId token) {
    m_answer.end = end;
    flush(token);
    return kNoToken;
}

void AnswerWriter::stream(TokenId token, std::string text) {
    const double now = seconds();
    if (m_answer.firstTokenSeconds == 0) m_answer.firstTokenSeconds = now;
    m_answer.text += text;
    if (m_events)
        m_events(TokenDecoded{token, std::move(text), now - m_lastToken, partsOf(now - m_lastToken),
                              blockMassOf(token)});
    m_lastToken = now;
}

std::vector<float> AnswerWriter::blockMassOf(TokenId token) const {
    if (token == kNoToken || !m_options.recordsTokenMass) return {};
    return m_conversation.blockMass(m_answer.mass.back());
}

std::optional<StepParts> AnswerWriter::partsOf(double seconds) {
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

void endTurn(Conversation& conversation, std::span<const TokenId> query, std::int64_t completed,
             Answer& answer) {
    answer.tokensRun = std::max<std::int64_t>(0, completed - std::ssize(query));
    std::vector<TokenId> tokens(query.begin(), query.end());
    tokens.insert(tokens.end(), answer.tokens.begin(), answer.tokens.begin() + answer.tokensRun);
    tokens.resize(static_cast<std::size_t>(completed));
    conversation.endTurn(tokens);
}

}  // namespace asterism
