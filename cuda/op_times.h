#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/backend.h"
#include "cuda/stream.h"

namespace asterism::cuda {

// Where the time of a step goes: while it measures, an event is put on the stream before and behind
// every op that is told, and read when the step is over.
class OpTimes {
  public:
    enum class Kind : std::uint8_t { other, linear, attention, merge, sampling };

    explicit OpTimes(std::shared_ptr<Stream> stream);
    ~OpTimes();
    OpTimes(const OpTimes&) = delete;
    OpTimes& operator=(const OpTimes&) = delete;

    bool areTaken() const { return m_areTaken; }
    void start();
    // Ends without a result.
    void drop() { m_areTaken = false; }
    // Ends; waits for the last op that was told. None if nothing was measured.
    std::optional<OpSeconds> take();

    // Lives as long as an op's launches.
    class Op {
      public:
        Op(OpTimes& times, Kind kind) : m_times(times) { m_times.mark(kind); }
        ~Op() { m_times.mark(Kind::other); }
        Op(const Op&) = delete;
        Op& operator=(const Op&) = delete;

      private:
        OpTimes& m_times;
    };

  private:
    // More than a step of any model has; what goes on for longer is not a step.
    static constexpr std::size_t kMostMarks = 8192;

    // What follows is of this kind. A failure ends the measurement; the ops themselves report it.
    void mark(Kind kind) noexcept;

    std::shared_ptr<Stream> m_stream;
    bool m_areTaken = false;
    std::vector<cudaEvent_t> m_events;  // as many as were ever needed
    std::vector<Kind> m_kinds;          // of what follows each of the first events
};

// What a run of ops takes, by an event on each side.
class StreamTimer final : public OpTimer {
  public:
    explicit StreamTimer(std::shared_ptr<Stream> stream);
    ~StreamTimer() override;
    StreamTimer(const StreamTimer&) = delete;
    StreamTimer& operator=(const StreamTimer&) = delete;

    double seconds() override;

  private:
    std::shared_ptr<Stream> m_stream;
    cudaEvent_t m_begin = nullptr;
    cudaEvent_t m_end = nullptr;
};

}  // namespace asterism::cuda
