#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "core/comm/communicator.h"
#include "core/events.h"
#include "core/model/config.h"
#include "core/model/model_file.h"
#include "core/options.h"
#include "core/star/block_key.h"
#include "core/star/context_encoder.h"
#include "core/star/conversation.h"
#include "core/star/query_decoder.h"
#include "core/text/tokenizer.h"

namespace asterism {

// The parts an engine is put together from (app/engine_factory.h).
struct EngineParts {
    std::unique_ptr<ModelFile> file;
    // One per rank. Ranks whose backends stand on the same device share its weights.
    std::vector<std::unique_ptr<Backend>> backends;
    std::vector<int> deviceOf;
    // Makes the communicators of all ranks; called again after a run was aborted.
    std::function<std::vector<std::unique_ptr<Communicator>>()> connectRanks;
};

enum class AnswerEnd : std::uint8_t { endToken, stopText, maxTokens, stopped };

// One turn: what was asked and what came out.
struct Answer {
    std::vector<TokenId> tokens;  // with the token that ended it
    std::string text;             // without it
    AnswerEnd end = AnswerEnd::maxTokens;
    std::vector<std::pair<TokenId, float>> firstLogits;  // after the query, best first
    // Attention mass after the query and after every token run since; see Conversation::massCount.
    std::vector<std::vector<double>> mass;
    std::vector<std::vector<double>> lateMass;  // the same of the last layers; see AttentionMass
    std::int64_t tokensRun = 0;  // of `tokens`, the first ones, that ran and are part of the turn
    std::int64_t queryTokens = 0;
    double querySeconds = 0;       // query encoding
    double firstTokenSeconds = 0;  // from the call to the first token
    double decodeSeconds = 0;      // of all steps after the first token
    double tokensPerSecond() const;
};

// One of several questions that are answered at once; see Engine::answerAll.
struct BatchedQuestion {
    Conversation& conversation;
    std::span<const TokenId> query;
    AnswerOptions options;
    EventSink events;
    std::stop_token stop;  // ends this answer alone, between two steps
};

// A text's cost under the model.
struct Score {
    std::int64_t tokens = 0;
    double meanNegativeLogLikelihood = 0;  // nats, over tokens 1..n-1
    std::vector<float> tokenNll;           // n - 1 figures
};

// The engine: a model on one or more ranks that encodes contexts and answers questions over them.
// One thread at a time (see EngineThread). Every long call takes a stop token and ends within a
// layer when asked: encode() and score() then throw Stopped, answer() returns what it has.
class Engine {
  public:
    // Loads the model. Throws Error if it cannot be read or does not fit.
    explicit Engine(EngineParts parts);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    const ModelConfig& config() const { return m_config; }
    const Tokenizer& tokenizer() const { return *m_tokenizer; }
    int ranks() const { return static_cast<int>(m_ranks.size()); }
    std::string description() const;

    // Keeps the blocks of star contexts in a store from now on, and takes those it has from there.
    // The store must outlive the engine; fingerprint names the model's weights and settings.
    void setBlockStore(BlockStore& store, std::string modelFingerprint);

    // Cuts the context as the options say; cuts may be empty (and are ignored by the fixed plan).
    // Throws Error for an empty context or a block size below 1.
    std::vector<TokenRange> plan(std::span<const TokenId> context, std::span<const CutPoint> cuts,
                                 const ContextOptions& options) const;
    // Phase 1. Throws Error for contradicting options, Stopped when asked to stop.
    std::unique_ptr<EncodedContext> encode(std::vector<TokenId> context,
                                           std::span<const CutPoint> cuts,
                                           const ContextOptions& options, const EventSink& events,
                                           const std::stop_token& stop);

    // Phase 1 in parts, so that questions can be asked in between: a context without any block,
    std::unique_ptr<EncodedContext> layOut(std::vector<TokenId> context,
                                           std::vector<TokenRange> blocks,
                                           const ContextOptions& options) const;
    // what there is to say when work on it begins,
    EncodingStarted describe(const EncodedContext& context) const;
    // and those of its blocks at `indices` (in rising order) that are not there yet, from the store
    // or encoded; star mode only. Stopped, it keeps the blocks that are finished.
    void encode(EncodedContext& context, std::span<const std::size_t> indices,
                const EventSink& events, const std::stop_token& stop);
    // The keys of a star context's blocks in the store. Throws Error without a store.
    std::vector<BlockKey> blockKeys(const EncodedContext& context) const;
    // All keys under which the store has, or may come to have, a part of a star context: its
    // blocks, also those under which they are kept if they are encoded anew, and its anchor. Throws
    // Error without a store.
    std::vector<BlockKey> storeKeys(const EncodedContext& context) const;

    // Places a context for questions; see Conversation for passages. Where blocks are to be
    // selected, the conversation's first question does it (answer()). Throws Error if the window
    // cannot hold it, or the mode does not allow the placement.
    Conversation startConversation(const EncodedContext& context, const PlacementOptions& options,
                                   std::vector<Passage> passages = {}) const;
    // Lets a conversation without turns attend to these blocks alone, in rising order, as if its
    // first question had chosen them.
    void attendTo(Conversation& conversation, const PlacementOptions& options,
                  std::vector<std::size_t> blocks) const;
    // Phase 2: runs the query, streams the answer. Before it the first pass of a question that
    // selects its blocks, which counts as part of the query's time.
    Answer answer(Conversation& conversation, std::span<const TokenId> query,
                  const AnswerOptions& options, const EventSink& events, std::stop_token stop);
    // Answers questions of conversations over one context, each as answer() would: the queries run
    // one after the other, then every step generates a token of all answers that are not complete,
    // which takes little longer than one. Attention mass is told after the query only. An error
    // ends all of them.
    std::vector<Answer> answerAll(std::span<const BatchedQuestion> questions,
                                  const std::stop_token& stop);

    // Names the last turn's keys and values by all that they depend on: the blocks, scope and
    // placement that the turn saw, and all tokens so far. Needs a store.
    BlockKey keyOfTurn(const Conversation& conversation) const;
    // Keeps them in the store under that name, unless the turn is empty. Throws Error if the store
    // cannot.
    void keepTurn(const Conversation& conversation);
    // Adds a turn that was had before: from the store, else by running its tokens again. Returns
    // true if nothing had to run. Throws Stopped.
    bool resumeTurn(Conversation& conversation, std::span<const TokenId> tokens,
                    const std::stop_token& stop);
    // Log-probability of every token of an answer to a query, nats; the conversation stays as it
    // is. Throws Stopped.
    std::vector<float> answerLogProbabilities(Conversation& conversation,
                                              std::span<const TokenId> query,
                                              std::span<const TokenId> answer,
                                              const std::stop_token& stop);

    // Negative log-likelihood of every token given all before it (dense, unquantised keys).
    Score score(std::span<const TokenId> tokens, std::stop_token stop);

  private:
    PlacementRequest placementRequest(const EncodedContext& context,
                                      const PlacementOptions& options) const;
    std::string placementNote(const Conversation& conversation,
                              const PlacementOptions& options) const;
    void beginTurn(Conversation& conversation, std::span<const TokenId> query,
                   const AnswerOptions& options) const;
    void selectBlocks(Conversation& conversation, std::span<const TokenId> query,
                      const std::stop_token& stop);
    std::vector<double> firstPassMass(const Conversation& conversation, const BlockPieces& pieces,
                                      std::span<const TokenId> query, const std::stop_token& stop);
    BlockKeyBase keyBase() const;
    KvType turnType(const Conversation& conversation) const;
    BlockKey turnKeyOf(const Conversation& conversation, std::span<const TokenId> tokens,
                       std::int64_t begin) const;
    void runTurnAgain(Conversation& conversation, std::span<const TokenId> tokens,
                      const std::stop_token& stop);
    std::unique_ptr<ContextCache> openCache(const EncodedContext& context,
                                            ContextCache::Warn warn) const;
    void encodeWhole(EncodedContext& context, const EventSink& events, const std::stop_token& stop);
    void runOnRanks(const std::function<void(Rank&)>& work);
    void connect();

    std::unique_ptr<ModelFile> m_file;
    ModelConfig m_config;
    std::unique_ptr<Tokenizer> m_tokenizer;
    BlockStore* m_store = nullptr;
    std::string m_fingerprint;
    std::function<std::vector<std::unique_ptr<Communicator>>()> m_connectRanks;
    std::vector<std::unique_ptr<Backend>> m_backends;
    std::vector<std::unique_ptr<ModelWeights>> m_weights;        // one per device
    std::vector<std::unique_ptr<Communicator>> m_communicators;  // none since a run failed
    std::vector<std::unique_ptr<Rank>> m_ranks;
};

// Log-probability, nats, of the token that follows each row of hidden states [rows, hidden].
std::vector<float> logProbabilities(Decoder& decoder, const TensorView& hidden,
                                    std::span<const TokenId> next);

}  // namespace asterism
