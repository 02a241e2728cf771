#include "cuda/step_recorder.h"

#include <utility>

#include "core/base/check.h"
#include "cuda/check.h"
#include "cuda/kernels/step_kernels.h"

namespace asterism::cuda {

StepRecorder::StepRecorder(std::shared_ptr<Stream> stream, const OpTimes& times, std::int64_t steps)
    : m_stream(std::move(stream)),
      m_times(times),
      m_mostSteps(steps),
      m_state(m_stream, sizeof(State)) {
    check(cudaMemsetAsync(m_state.data(), 0, sizeof(State), m_stream->handle()), "recording");
    void* host = nullptr;
    check(cudaHostAlloc(&host, sizeof(TokenId), cudaHostAllocDefault),
          "taking page-locked host memory");
    m_host = static_cast<TokenId*>(host);
    check(cudaEventCreateWithFlags(&m_done, cudaEventDisableTiming), "making an event");
}

StepRecorder::~StepRecorder() {
    if (cudaSetDevice(m_stream->device().index) != cudaSuccess) return;
    // The graph may still be running.
    m_stream->drain();
    if (m_graph) (void)cudaGraphExecDestroy(m_graph);
    if (m_done) (void)cudaEventDestroy(m_done);
    if (m_host) (void)cudaFreeHost(m_host);
}

void StepRecorder::record(std::function<void()> step) {
    m_step = std::move(step);
    m_step();
    uploadMoves();
    m_isRepeating = true;
    capture();
}

void StepRecorder::uploadMoves() {
    std::vector<TableMove> moves;
    for (const Table& table : m_tables)
        moves.push_back({static_cast<SegmentEntry*>(table.memory.data()), table.segments});
    const auto bytes = static_cast<std::int64_t>(moves.size() * sizeof(TableMove));
    m_moves = DeviceMemory(m_stream, bytes);
    check(cudaMemcpyAsync(m_moves.data(), moves.data(), static_cast<std::size_t>(bytes),
                          cudaMemcpyHostToDevice, m_stream->handle()),
          "recording");
    // The list is on this function's stack.
    m_stream->synchronize();
}

void StepRecorder::capture() {
    cudaGraph_t graph = nullptr;
    // Other ranks' threads go on with what they do.
    check(cudaStreamBeginCapture(m_stream->handle(), cudaStreamCaptureModeThreadLocal),
          "recording");
    try {
        repeat();
    } catch (...) {
        if (cudaStreamEndCapture(m_stream->handle(), &graph) == cudaSuccess)
            (void)cudaGraphDestroy(graph);
        throw;
    }
    check(cudaStreamEndCapture(m_stream->handle(), &graph), "recording");
    const cudaError_t made = cudaGraphInstantiate(&m_graph, graph, 0);
    (void)cudaGraphDestroy(graph);
    check(made, "recording");
}

// Puts the ops on the stream again, for the token behind the last one.
void StepRecorder::repeat() {
    m_next = 0;
    putToken();
    moveOn({static_cast<const TableMove*>(m_moves.data()),
            static_cast<std::int64_t>(m_tables.size()), &state()->steps},
           m_stream->handle());
    m_step();
}

void StepRecorder::putToken() {
    check(cudaMemcpyAsync(&state()->token, m_host, sizeof(TokenId), cudaMemcpyHostToDevice,
                          m_stream->handle()),
          "copying to the GPU");
}

void StepRecorder::run(TokenId token) {
    m_stream->enter();
    // The last run has read its token before the next one is written.
    m_stream->wait(m_done);
    *m_host = token;
    if (m_times.areTaken())
        repeat();
    else
        check(cudaGraphLaunch(m_graph, m_stream->handle()), "generating");
    check(cudaEventRecord(m_done, m_stream->handle()), "generating");
}

const TokenId* StepRecorder::token(TokenId now) {
    if (!m_isRepeating) {
        *m_host = now;
        putToken();
        check(cudaEventRecord(m_done, m_stream->handle()), "recording");
    }
    return &state()->token;
}

const void* StepRecorder::keep(std::span<const std::byte> table, std::int64_t segments) {
    if (!m_isRepeating) {
        const auto bytes = static_cast<std::int64_t>(table.size());
        m_tables.push_back({DeviceMemory(m_stream, bytes), bytes, segments});
        // From ordinary memory, so the bytes are taken before this returns.
        check(cudaMemcpyAsync(m_tables.back().memory.data(), table.data(), table.size(),
                              cudaMemcpyHostToDevice, m_stream->handle()),
              "copying to the GPU");
        return m_tables.back().memory.data();
    }
    ASTERISM_CHECK(m_next < m_tables.size());
    const Table& kept = m_tables[m_next++];
    ASTERISM_CHECK(kept.segments == segments &&
                   kept.bytes == static_cast<std::int64_t>(table.size()));
    return kept.memory.data();
}

}  // namespace asterism::cuda
