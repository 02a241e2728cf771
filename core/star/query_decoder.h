#pragma once

#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "core/star/conversation.h"
#include "core/star/rank.h"

namespace asterism {

// Attention mass of a token run's last token, mean over heads: Conversation::massCount() figures
// that sum to 1.
struct AttentionMass {
    std::vector<double> all;  // mean over all layers
    std::vector<double>
        late;  // over the last quarter of the layers, which look at what is said next
};

// Query encoding and token generation, phase 2 of Star Attention, on one rank: every rank runs the
// same tokens, attends over the keys it holds, and the partials of all ranks are merged in every
// layer. Collective: all ranks make the same calls.
class QueryDecoder {
  public:
    // Both must outlive the decoder; Conversation::beginTurn has been called.
    QueryDecoder(Rank& rank, Conversation& conversation, std::stop_token stop);
    ~QueryDecoder();

    // Runs the next tokens of the turn (the whole query, or one token of the answer) and returns
    // the hidden state of the last one, [1, hidden].
    TensorView run(std::span<const TokenId> tokens);
    // The same with the hidden states of all of them, [tokens, hidden].
    TensorView runForAll(std::span<const TokenId> tokens);

    // Of the last token run. Collective.
    AttentionMass attentionMass();

  private:
    class Attention;

    void reserveFigures();
    TensorView runOps(std::span<const TokenId> tokens, KeyValueBlock* turn, std::int64_t first);
    TensorView runRecorded(TokenId token);
    bool canRecord() const;
    std::vector<float> totalLogSumExps(std::span<const float> runs);
    std::vector<float> gather(std::span<const float> mine);

    Rank& m_rank;
    Conversation& m_conversation;
    std::stop_token m_stop;
    QueryPlace m_place;  // of the next token
    std::int64_t m_tokensRun = 0;
    std::vector<KeyRun> m_runs;
    std::vector<std::size_t> m_figures;  // of every run
    std::size_t m_figureRuns = 0;        // runs that m_runLogSumExp has room for
    Tensor m_runLogSumExp;               // [layers, runs, heads]
    // One token's run, which a backend may record and then ask for again.
    TokenId m_token = 0;
    std::unique_ptr<Attention> m_attention;
    TensorView m_hidden;
    std::unique_ptr<RecordedStep> m_recorded;  // null: not yet, or never
};

}  // namespace asterism
