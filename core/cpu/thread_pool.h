#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

namespace asterism::cpu {

// Runs the work items of one op on a fixed set of threads, the calling one included. Items are
// handed out one by one, so uneven items balance. Idle workers spin for some microseconds, because
// ops follow each other closely, then sleep.
//
// One thread at a time calls parallelFor(), never from inside an item.
class ThreadPool {
  public:
    // `threads` counts the caller; 0 means all cores the process may use. Throws Error if the
    // system does not give so many.
    explicit ThreadPool(int threads);
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    int threads() const { return m_threads; }

    // Calls work(item, worker) for every item in [0, items); worker in [0, threads()) says whose
    // scratch memory may be used. Returns when all are done. If an item throws, the rest is
    // dropped and the first exception is thrown here.
    template <typename Work>
    void parallelFor(std::int64_t items, Work&& work) {
        if (items <= 0) return;
        if (m_threads == 1 || items == 1) {
            for (std::int64_t item = 0; item < items; ++item) work(item, 0);
            return;
        }
        using Body = std::remove_reference_t<Work>;
        run(
            items,
            [](void* context, std::int64_t item, int worker) {
                (*static_cast<Body*>(context))(item, worker);
            },
            &work);
    }

  private:
    using Call = void (*)(void* context, std::int64_t item, int worker);

    void stop();
    void run(std::int64_t items, Call call, void* context);
    void workLoop(int worker);
    void takeItems(int worker);
    bool join(std::uint64_t& seen);
    void leave();
    bool hasNews(std::uint64_t seen) const;

    int m_threads;
    // The current job; written while no worker has joined, read by those that have.
    Call m_call = nullptr;
    void* m_context = nullptr;
    std::int64_t m_items = 0;
    std::atomic<std::int64_t> m_next{0};
    // Job number << 32 | open << 31 | workers that joined. Workers join only an open job, so a
    // worker that wakes late costs the caller nothing.
    std::atomic<std::uint64_t> m_state{0};
    std::atomic<int> m_sleepers{0};
    std::atomic<bool> m_stopping{false};
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::exception_ptr m_failure;  // guarded by m_mutex
    std::vector<std::jthread> m_workers;
};

}  // namespace asterism::cpu
