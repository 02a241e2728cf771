#include "cuda/op_times.h"

#include <utility>

#include "cuda/check.h"

namespace asterism::cuda {
namespace {

double secondsBetween(cudaEvent_t begin, cudaEvent_t end) {
    float milliseconds = 0;
    check(cudaEventElapsedTime(&milliseconds, begin, end), "measuring");
    return double{milliseconds} * 1e-3;
}

}  // namespace

OpTimes::OpTimes(std::shared_ptr<Stream> stream) : m_stream(std::move(stream)) {}

OpTimes::~OpTimes() {
    if (cudaSetDevice(m_stream->device().index) != cudaSuccess) return;
    for (cudaEvent_t event : m_events) (void)cudaEventDestroy(event);
}

void OpTimes::start() {
    m_events.reserve(kMostMarks);
    m_kinds.reserve(kMostMarks);
    m_kinds.clear();
    m_areTaken = true;
}

void OpTimes::mark(Kind kind) noexcept {
    if (!m_areTaken) return;
    if (m_kinds.size() == kMostMarks) return drop();
    if (m_kinds.size() == m_events.size()) {
        cudaEvent_t event = nullptr;
        if (cudaEventCreate(&event) != cudaSuccess) return drop();
        m_events.push_back(event);
    }
    if (cudaEventRecord(m_events[m_kinds.size()], m_stream->handle()) != cudaSuccess) return drop();
    m_kinds.push_back(kind);
}

std::optional<OpSeconds> OpTimes::take() {
    if (!std::exchange(m_areTaken, false) || m_kinds.size() < 2) return std::nullopt;
    m_stream->wait(m_events[m_kinds.size() - 1]);
    OpSeconds sums;
    sums.isProfiled = true;
    for (std::size_t i = 0; i + 1 < m_kinds.size(); ++i) {
        if (m_kinds[i] == Kind::other) continue;
        const double seconds = secondsBetween(m_events[i], m_events[i + 1]);
        if (m_kinds[i] == Kind::linear) sums.linear += seconds;
        if (m_kinds[i] == Kind::attention) sums.attention += seconds;
        if (m_kinds[i] == Kind::merge) sums.merge += seconds;
        if (m_kinds[i] == Kind::sampling) sums.sampling += seconds;
    }
    return sums;
}

StreamTimer::StreamTimer(std::shared_ptr<Stream> stream) : m_stream(std::move(stream)) {
    m_stream->enter();
    check(cudaEventCreate(&m_begin), "making an event");
    check(cudaEventCreate(&m_end), "making an event");
    check(cudaEventRecord(m_begin, m_stream->handle()), "measuring");
}

StreamTimer::~StreamTimer() {
    if (cudaSetDevice(m_stream->device().index) != cudaSuccess) return;
    if (m_begin) (void)cudaEventDestroy(m_begin);
    if (m_end) (void)cudaEventDestroy(m_end);
}

double StreamTimer::seconds() {
    m_stream->enter();
    check(cudaEventRecord(m_end, m_stream->handle()), "measuring");
    m_stream->wait(m_end);
    return secondsBetween(m_begin, m_end);
}

}  // namespace asterism::cuda
