#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/answer_stream.h"
#include "core/base/clock.h"
#include "core/engine.h"
#include "core/sampling.h"

namespace asterism {

// What the last rank does between two steps of an answer: draws the next token and streams its
// text. Used by that rank's thread; its clock starts when it is made.
class AnswerWriter {
  public:
    static constexpr TokenId kNoToken = -1;

    // All of them must outlive the writer.
    AnswerWriter(const Tokenizer& tokenizer, const Conversation& conversation,
                 const AnswerOptions& options, const EventSink& events,
                 std::span<const TokenId> query, Answer& answer);

    // Says that the query has run, from the logits behind it.
    void queryRead(std::span<const float> logits, Rank& rank);
    // The time since the last token went into other answers: it does not count. So may the ops of
    // the steps from here on: where their time goes is not told.
    void waited();

    // Whether the likeliest token is always taken, which needs no logits here.
    bool isGreedy() const {
        return m_options.sampling.temperature == 0 && m_options.sampling.repetitionPenalty == 1;
    }
    // Whether to measure the step behind so many tokens, on all ranks: an early one, and some later
    // ones. The very first is the one that backends record.
    bool profiles(std::int64_t tokens) const;

    // The token to run next; kNoToken once the answer is complete.
    TokenId next(std::span<const float> logits);
    // The same of the logits that the decoder makes of a hidden state: the likeliest ones, with
    // which the draw is nearly always made, are found where they are.
    TokenId next(Decoder& decoder, const TensorView& hidden);
    // The same for a token that is already drawn.
    TokenId take(TokenId token);
    // Hands out what is held back; also when the answer was stopped.
    void flush(TokenId token);

  private:
    TokenId complete(AnswerEnd end, TokenId token);
    void stream(TokenId token, std::string text);
    std::vector<float> blockMassOf(TokenId token) const;
    std::optional<StepParts> partsOf(double seconds);
    double seconds() const { return m_clock.seconds() - m_leftOut; }

    const Tokenizer& m_tokenizer;
    const Conversation& m_conversation;
    const AnswerOptions& m_options;
    const EventSink& m_events;
    Answer& m_answer;
    Sampler m_sampler;
    AnswerStream m_stream;
    std::vector<TokenId> m_history;
    Stopwatch m_clock;
    double m_leftOut = 0;  // seconds that do not count
    double m_lastToken = 0;
    double m_samplingSeconds = 0;
    Rank* m_rank = nullptr;  // whose ops are this answer's alone; null: none
};

// Ends a conversation's turn of which the first `completed` tokens ran, those of the query and then
// of the answer.
void endTurn(Conversation& conversation, std::span<const TokenId> query, std::int64_t completed,
             Answer& answer);

}  // namespace asterism
