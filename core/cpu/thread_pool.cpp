#include "core/cpu/thread_pool.h"

#include "core/base/threads.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace asterism::cpu {
namespace {

constexpr std::uint64_t kOpen = std::uint64_t{1} << 31;
constexpr std::uint64_t kJobStep = std::uint64_t{1} << 32;
constexpr std::uint64_t kJoinedMask = kOpen - 1;
constexpr int kSpins = 4000;  // some 50 microseconds

void relax() {
#if defined(__x86_64__)
    _mm_pause();
#else
    std::this_thread::yield();
#endif
}

}  // namespace

ThreadPool::ThreadPool(int threads) : m_threads(threads > 0 ? threads : usableCores()) {
    try {
        for (int worker = 1; worker < m_threads; ++worker)
            m_workers.push_back(startThread([this, worker] { workLoop(worker); }));
    } catch (...) {
        stop();  // those that run are waited for
        throw;
    }
}

ThreadPool::~ThreadPool() {
    stop();
}

void ThreadPool::stop() {
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_wake.notify_all();
}

void ThreadPool::run(std::int64_t items, Call call, void* context) {
    m_call = call;
    m_context = context;
    m_items = items;
    m_next.store(0, std::memory_order_relaxed);
    const std::uint64_t job = (m_state.load() & ~(kJobStep - 1)) + kJobStep;
    m_state.store(job | kOpen);
    if (m_sleepers.load() > 0) {
        // Taking the lock makes sure that a worker about to sleep has either seen the job or waits.
        { const std::lock_guard lock(m_mutex); }
        m_wake.notify_all();
    }
    takeItems(0);
    m_state.fetch_and(~kOpen);
    while (m_state.load(std::memory_order_acquire) & kJoinedMask) relax();
    std::exception_ptr failure;
    {
        const std::lock_guard lock(m_mutex);
        std::swap(failure, m_failure);
    }
    if (failure) std::rethrow_exception(failure);
}

void ThreadPool::takeItems(int worker) {
    try {
        for (;;) {
            const std::int64_t item = m_next.fetch_add(1, std::memory_order_relaxed);
            if (item >= m_items) return;
            m_call(m_context, item, worker);
        }
    } catch (...) {
        m_next.store(m_items, std::memory_order_relaxed);
        const std::lock_guard lock(m_mutex);
        if (!m_failure) m_failure = std::current_exception();
    }
}

bool ThreadPool::hasNews(std::uint64_t seen) const {
    const std::uint64_t state = m_state.load();
    return (state & kOpen) && (state / kJobStep) != seen;
}

bool ThreadPool::join(std::uint64_t& seen) {
    std::uint64_t state = m_state.load();
    while ((state & kOpen) && state / kJobStep != seen) {
        if (m_state.compare_exchange_weak(state, state + 1)) {
            seen = state / kJobStep;
            return true;
        }
    }
    return false;
}

void ThreadPool::leave() {
    m_state.fetch_sub(1, std::memory_order_release);
}

void ThreadPool::workLoop(int worker) {
    std::uint64_t seen = 0;
    for (;;) {
        for (int spin = 0; spin < kSpins && !hasNews(seen) && !m_stopping; ++spin) relax();
        if (!hasNews(seen)) {
            std::unique_lock lock(m_mutex);
            m_sleepers.fetch_add(1);
            m_wake.wait(lock, [&] { return m_stopping || hasNews(seen); });
            m_sleepers.fetch_sub(1);
        }
        if (m_stopping) return;
        if (join(seen)) {
            takeItems(worker);
            leave();
        }
    }
}

}  // namespace asterism::cpu
