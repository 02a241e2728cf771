#include "core/engine_thread.h"

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

#include "core/model/decoder.h"

namespace asterism {

EngineThread::EngineThread() : m_thread([this] { run(); }) {}

EngineThread::~EngineThread() {
    {
        const std::lock_guard lock(m_mutex);
        m_isEnding = true;
    }
    stopAll();
    m_hasWork.notify_all();
    m_thread.join();
}

JobId EngineThread::post(Job job) {
    JobId id = 0;
    {
        const std::lock_guard lock(m_mutex);
        id = ++m_lastId;
        m_queue.push_back({id, std::move(job), {}});
    }
    m_hasWork.notify_one();
    return id;
}

void EngineThread::stop(JobId job) {
    std::deque<Entry> unrun;
    {
        const std::lock_guard lock(m_mutex);
        for (auto& [id, stop] : m_running)
            if (id == job) stop.request_stop();
        const auto waiting = std::find_if(m_queue.begin(), m_queue.end(),
                                          [&](const Entry& entry) { return entry.id == job; });
        if (waiting != m_queue.end()) {
            unrun.push_back(std::move(*waiting));
            m_queue.erase(waiting);
        }
    }
    endUnrun(unrun);
}

void EngineThread::stopAll() {
    std::deque<Entry> unrun;
    {
        const std::lock_guard lock(m_mutex);
        for (auto& [id, stop] : m_running) stop.request_stop();
        unrun = std::exchange(m_queue, {});
    }
    endUnrun(unrun);
}

bool EngineThread::isBusy() const {
    const std::lock_guard lock(m_mutex);
    return !m_running.empty() || !m_queue.empty();
}

void EngineThread::runUrgentJobs() {
    Entry entry;
    while (take(entry, true)) runOne(entry);
}

void EngineThread::run() {
    while (true) {
        {
            std::unique_lock lock(m_mutex);
            m_hasWork.wait(lock, [this] { return m_isEnding || !m_queue.empty(); });
            if (m_isEnding) return;
        }
        Entry entry;
        if (take(entry, false)) runOne(entry);
    }
}

bool EngineThread::take(Entry& entry, bool onlyUrgent) {
    const std::lock_guard lock(m_mutex);
    if (m_isEnding) return false;
    auto next = std::find_if(m_queue.begin(), m_queue.end(),
                             [](const Entry& waiting) { return waiting.job.isUrgent; });
    if (next == m_queue.end() && !onlyUrgent) next = m_queue.begin();
    if (next == m_queue.end()) return false;
    entry = std::move(*next);
    m_queue.erase(next);
    m_running.emplace_back(entry.id, entry.stop);
    return true;
}

void EngineThread::runOne(Entry& entry) {
    JobEnd end = JobEnd::failed;
    std::string message;
    try {
        entry.job.work(entry.stop.get_token());
        end = JobEnd::done;
    } catch (const Stopped&) {
        end = JobEnd::stopped;
    } catch (const std::bad_alloc&) {
        message = "out of memory; use a smaller model, smaller blocks or KV type q8";
    } catch (const std::exception& error) {
        message = error.what();
    }
    {
        const std::lock_guard lock(m_mutex);
        m_running.pop_back();
    }
    // What the job holds belongs to this thread: it goes before anybody hears of the end.
    entry.job.work = nullptr;
    if (entry.job.onEnd) entry.job.onEnd(end, message);
}

void EngineThread::endUnrun(std::deque<Entry>& entries) {
    for (Entry& entry : entries) {
        entry.job.work = nullptr;
        if (entry.job.onEnd) entry.job.onEnd(JobEnd::stopped, {});
    }
}

}  // namespace asterism
