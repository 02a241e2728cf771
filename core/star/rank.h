#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/backend.h"
#include "core/comm/communicator.h"
#include "core/model/decoder.h"
#include "core/star/kv_block.h"

namespace asterism {

// A run of cached keys and where it stands for the query at hand.
struct KeyRun {
    const KeyValueBlock* block = nullptr;
    std::int64_t begin = 0;  // tokens [begin, end) of the block
    std::int64_t end = 0;
    double start = 0;  // position of token `begin`; step from one token to the next
    double step = 1;
    std::int64_t token = 0;     // true index of token `begin`
    std::int64_t onlyRow = -1;  // see AttentionSegment
};

// Where query row 0 stands; row t follows at distance t, or, if `rows` is not empty, stands rows[t]
// behind it.
struct QueryPlace {
    double position = 0;
    std::int64_t token = 0;
    std::span<const std::int32_t> rows = {};
};

// Which earlier tokens are visible (0: all) beside the model's own sliding-window layers.
struct VisibleWindow {
    std::int64_t tokens = 0;
    std::int64_t sinkTokens = 0;
};

// One worker: a backend with its share of the blocks, its way to talk to the other ranks, and the
// layer loop. Used by one thread at a time.
class Rank {
  public:
    // All must outlive the rank.
    Rank(const ModelConfig& config, const ModelWeights& weights, Backend& backend);

    // For the runs that follow.
    void setCommunicator(Communicator& communicator) {
        m_communicator = &communicator;
        m_index = communicator.rank();
        m_count = communicator.size();
    }
    Communicator& communicator() const { return *m_communicator; }
    // The same for data that ops have computed: waits for them unless collectives follow them.
    Communicator& communicatorBehindOps();
    Backend& backend() const { return m_backend; }
    Decoder& decoder() { return m_decoder; }
    const Decoder& decoder() const { return m_decoder; }
    const ModelConfig& config() const { return m_decoder.config(); }
    int index() const { return m_index; }
    // Of all ranks.
    int count() const { return m_count; }
    // The rank that keeps the keys of query and answer, and draws the tokens.
    bool isLast() const { return m_index == m_count - 1; }

    // The backend's call for `queries` over `runs` in one layer: sliding-window layers use true
    // token distances, the others the placement. `partial` receives the result; `runLogSumExp`,
    // [runs, heads] in f32 if it has data, the log-sum-exps of the last query row over each run.
    void attendRuns(std::int64_t layer, const TensorView& queries, std::span<const KeyRun> runs,
                    const QueryPlace& place, const Partial& partial,
                    const TensorView& runLogSumExp = {});
    // The same over the runs of all ranks: partials are gathered and merged in rank order, so that
    // every rank gets the same bits. `runLogSumExp`, [layers, runs, heads] in f32 if it has data,
    // receives this layer's log-sum-exps of the last query row over each of this rank's runs.
    void attendAllRanks(std::int64_t layer, const TensorView& queries, std::span<const KeyRun> runs,
                        const QueryPlace& place, const TensorView& output,
                        const TensorView& runLogSumExp = {});

    void setVisibleWindow(const VisibleWindow& window) { m_window = window; }
    // KV type that holds activations as finely as ops take them: f32, or bf16 where they compute
    // with less.
    KvType activationKvType() const;
    // Where the time of the ops since the last call went, waiting for other ranks included; none
    // where the backend cannot tell. One that measures ops measures collectives that follow them.
    std::optional<OpSeconds> takeOpSeconds();
    // A partial as large as `queries`, in work space that the next call overwrites.
    Partial workPartial(const TensorView& queries);
    // Log-sum-exps alone, likewise.
    TensorView workLogSumExp(const TensorView& queries);

  private:
    void gatherAndMerge(const Partial& mine, const Partial& merged);

    Backend& m_backend;
    Decoder m_decoder;
    double m_gatherSeconds = 0;  // of collectives that do not follow the ops
    Communicator* m_communicator = nullptr;
    int m_index = 0;
    int m_count = 0;
    int m_rope;
    int m_slidingRope;
    VisibleWindow m_window;
    std::vector<AttentionSegment> m_segments;
    Tensor m_partial;      // [capacity, heads, headDim], then [capacity, heads], f32
    Tensor m_logSumExp;    // [capacity, heads], f32
    Tensor m_allPartials;  // m_partial of every rank
};

}  // namespace asterism
