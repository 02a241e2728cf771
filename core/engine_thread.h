#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

namespace asterism {

// How a job ended. A stopped job is a normal result.
enum class JobEnd : std::uint8_t { done, stopped, failed };

// A piece of work for the engine's thread.
struct Job {
    std::function<void(const std::stop_token&)> work;
    // Hears once how it ended; `message` says why it failed. On the engine's thread, or on the one
    // that takes the job out of the queue. Must be quick and must not throw.
    std::function<void(JobEnd end, const std::string& message)> onEnd;
    // Urgent jobs (questions) come before others, and run inside those that let them in.
    bool isUrgent = false;
};

using JobId = std::int64_t;

// The thread that owns the engine and everything that belongs to it: front ends post jobs, which
// run one after the other, and hear of them through events and onEnd. Errors of a job end here.
// Every method may be called from any thread, runUrgentJobs() only from a job.
class EngineThread {
  public:
    EngineThread();
    // Stops the job at work, takes the others out of the queue and waits.
    ~EngineThread();
    EngineThread(const EngineThread&) = delete;
    EngineThread& operator=(const EngineThread&) = delete;

    JobId post(Job job);
    // Asks a job to stop, or takes it out of the queue. Unknown jobs have ended: nothing happens.
    void stop(JobId job);
    void stopAll();
    // True while a job is at work or waiting.
    bool isBusy() const;

    // Runs the urgent jobs that wait, from within a job that can be interrupted here.
    void runUrgentJobs();

  private:
    struct Entry {
        JobId id = 0;
        Job job;
        std::stop_source stop;
    };

    void run();
    void runOne(Entry& entry);
    // The next entry, urgent ones first; false if there is none.
    bool take(Entry& entry, bool onlyUrgent);
    static void endUnrun(std::deque<Entry>& entries);

    mutable std::mutex m_mutex;
    std::condition_variable m_hasWork;
    std::deque<Entry> m_queue;
    // Jobs at work: one, and inside it at most one urgent one.
    std::deque<std::pair<JobId, std::stop_source>> m_running;
    JobId m_lastId = 0;
    bool m_isEnding = false;
    std::thread m_thread;
};

}  // namespace asterism
