#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/backend.h"
#include "cuda/kernels/attention_args.h"
#include "cuda/op_times.h"
#include "cuda/stream.h"

namespace asterism::cuda {

// Turns the ops of one token into a CUDA graph (Backend::record). They are called twice: once for
// real, when whatever they need is allocated and their tables get memory of their own, and once to
// be captured. What changes from token to token stands in GPU memory: the token itself, how many
// were stored since, and the attention tables, which the graph's first kernel moves on by one.
// While op times are taken, the ops are called again instead: what they put on the stream is what
// the graph holds, with events in between.
class StepRecorder final : public RecordedStep {
  public:
    // `steps` more tokens at most. `times` outlives the recorder.
    StepRecorder(std::shared_ptr<Stream> stream, const OpTimes& times, std::int64_t steps);
    ~StepRecorder() override;

    void record(std::function<void()> step);
    void run(TokenId token) override;

    // For the ops while they are recorded. The token's place in GPU memory:
    const TokenId* token(TokenId now);
    // How many tokens have been stored since:
    const std::int64_t* storedSince() const { return &state()->steps; }
    // A table of segments, with pieces behind them, that is kept and moved on:
    const void* keep(std::span<const std::byte> table, std::int64_t segments);
    std::int64_t mostSteps() const { return m_mostSteps; }

  private:
    struct State {
        std::int64_t steps;
        TokenId token;
    };
    struct Table {
        DeviceMemory memory;
        std::int64_t bytes;
        std::int64_t segments;
    };

    State* state() const { return static_cast<State*>(m_state.data()); }
    void capture();
    void uploadMoves();
    void repeat();
    void putToken();

    std::shared_ptr<Stream> m_stream;
    const OpTimes& m_times;
    std::int64_t m_mostSteps;
    std::function<void()> m_step;
    DeviceMemory m_state;
    TokenId* m_host = nullptr;     // page-locked, read by the graph
    cudaEvent_t m_done = nullptr;  // recorded behind every run
    cudaGraphExec_t m_graph = nullptr;
    std::vector<Table> m_tables;  // in the order of the ops
    DeviceMemory m_moves;         // a TableMove for each
    std::size_t m_next = 0;       // table of the next op
    bool m_isRepeating = false;   // the tables are there
};

}  // namespace asterism::cuda
