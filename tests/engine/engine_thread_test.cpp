#include "core/engine_thread.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/base/error.h"
#include "core/model/decoder.h"

namespace asterism::test {
namespace {

// What happened, in order, from any thread.
class Record {
  public:
    void add(const std::string& line) {
        const std::lock_guard lock(m_mutex);
        m_lines.push_back(line);
    }
    std::vector<std::string> lines() const {
        const std::lock_guard lock(m_mutex);
        return m_lines;
    }

  private:
    mutable std::mutex m_mutex;
    std::vector<std::string> m_lines;
};

class EngineThreadTest : public ::testing::Test {
  protected:
    Job job(const std::string& name, std::function<void(const std::stop_token&)> work = {},
            bool isUrgent = false) {
        return {[this, name, work](const std::stop_token& stop) {
                    m_record.add(name);
                    if (work) work(stop);
                },
                [this, name](JobEnd end, const std::string& message) {
                    m_record.add(name + (end == JobEnd::done      ? " done"
                                         : end == JobEnd::stopped ? " stopped"
                                                                  : " failed: " + message));
                },
                isUrgent};
    }
    // Returns when every job that was posted before has ended.
    void finish() {
        std::promise<void> done;
        m_thread.post({[&](const std::stop_token&) { done.set_value(); }, {}, false});
        done.get_future().wait();
    }
    // A job that is at work until the result is set.
    std::promise<void> block() {
        std::promise<void> release;
        std::promise<void> begun;
        m_thread.post({[&begun, wait = release.get_future().share()](const std::stop_token&) {
                           begun.set_value();
                           wait.wait();
                       },
                       {},
                       false});
        begun.get_future().wait();
        return release;
    }

    Record m_record;
    EngineThread m_thread;
};

using Lines = std::vector<std::string>;

TEST_F(EngineThreadTest, RunsJobsInTheirOrderAndSaysHowTheyEnded) {
    m_thread.post(job("one"));
    m_thread.post(job("two", [](const std::stop_token&) { throw Error("the disk is full"); }));
    m_thread.post(job("three", [](const std::stop_token&) { throw Stopped(); }));
    finish();
    EXPECT_EQ(m_record.lines(), (Lines{"one", "one done", "two", "two failed: the disk is full",
                                       "three", "three stopped"}));
}

TEST_F(EngineThreadTest, UrgentJobsComeFirst) {
    std::promise<void> release = block();
    m_thread.post(job("later"));
    m_thread.post(job("urgent", {}, true));
    release.set_value();
    finish();
    EXPECT_EQ(m_record.lines(), (Lines{"urgent", "urgent done", "later", "later done"}));
}

TEST_F(EngineThreadTest, UrgentJobsRunInsideALongOneThatLetsThemIn) {
    m_thread.post(job("long", [this](const std::stop_token&) {
        m_thread.post(job("other"));
        m_thread.post(job("urgent", {}, true));
        m_thread.runUrgentJobs();
        m_record.add("long goes on");
    }));
    finish();
    finish();
    EXPECT_EQ(m_record.lines(), (Lines{"long", "urgent", "urgent done", "long goes on", "long done",
                                       "other", "other done"}));
}

TEST_F(EngineThreadTest, StopReachesTheJobAtWorkAndNoOther) {
    std::promise<void> begun;
    const JobId id = m_thread.post(job("work", [&](const std::stop_token& stop) {
        begun.set_value();
        while (!stop.stop_requested()) std::this_thread::yield();
        throw Stopped();
    }));
    m_thread.post(job("next"));
    begun.get_future().wait();
    m_thread.stop(id);
    finish();
    EXPECT_EQ(m_record.lines(), (Lines{"work", "work stopped", "next", "next done"}));
}

TEST_F(EngineThreadTest, AStoppedJobThatWaitsNeverRuns) {
    std::promise<void> release = block();
    const JobId id = m_thread.post(job("waiting"));
    EXPECT_TRUE(m_thread.isBusy());
    m_thread.stop(id);
    release.set_value();
    finish();
    EXPECT_EQ(m_record.lines(), Lines{"waiting stopped"});
}

TEST(EngineThreadEnd, EndingStopsTheJobAtWorkAndTellsThoseThatWait) {
    Record record;
    {
        EngineThread thread;
        std::promise<void> begun;
        thread.post({[&](const std::stop_token& stop) {
                         begun.set_value();
                         while (!stop.stop_requested()) std::this_thread::yield();
                     },
                     [&](JobEnd, const std::string&) { record.add("first ended"); }, false});
        thread.post({[&](const std::stop_token&) { record.add("ran"); },
                     [&](JobEnd end, const std::string&) {
                         record.add(end == JobEnd::stopped ? "second stopped" : "second ran");
                     },
                     false});
        begun.get_future().wait();
    }
    const Lines lines = record.lines();
    EXPECT_EQ(lines.size(), 2U);
    EXPECT_NE(std::find(lines.begin(), lines.end(), "second stopped"), lines.end());
    EXPECT_NE(std::find(lines.begin(), lines.end(), "first ended"), lines.end());
}

}  // namespace
}  // namespace asterism::test
