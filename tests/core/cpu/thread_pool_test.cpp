#include "core/cpu/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "core/base/threads.h"
#include "tests/support/failure_of.h"
#include "tests/support/one_core.h"
#include "tests/support/scarce_threads.h"

namespace asterism::cpu {
namespace {

TEST(ThreadPoolTest, everyItemRunsOnceWhateverTheThreads) {
    for (const int threads : {1, 2, 5}) {
        ThreadPool pool(threads);
        for (const std::int64_t items : {0, 1, 2, 7, 1000}) {
            std::vector<int> runs(static_cast<std::size_t>(items));
            pool.parallelFor(items, [&](std::int64_t item, int worker) {
                ++runs[static_cast<std::size_t>(item)];
                ASSERT_GE(worker, 0);
                ASSERT_LT(worker, threads);
            });
            EXPECT_EQ(std::accumulate(runs.begin(), runs.end(), std::int64_t{0}), items);
            for (const int count : runs) EXPECT_EQ(count, 1);
        }
    }
}

TEST(ThreadPoolTest, zeroThreadsMeansAllCoresThatTheProcessMayUse) {
    EXPECT_GE(ThreadPool(0).threads(), 1);
    test::onOneCore([] {
        EXPECT_EQ(usableCores(), 1);
        EXPECT_EQ(ThreadPool(0).threads(), 1);
    });
}

TEST(ThreadPoolTest, threadsThatCannotBeStartedAreAnErrorThatSaysWhatToDo) {
    const std::string complaint = test::failureOf([] {
        const test::ScarceThreads scarce;
        const ThreadPool pool(test::ScarceThreads::kMost);
    });
    if (complaint == "no error") GTEST_SKIP() << "threads are not scarce here";
    EXPECT_NE(complaint.find("use fewer threads"), std::string::npos) << complaint;
    EXPECT_EQ(ThreadPool(3).threads(), 3);
}

TEST(ThreadPoolTest, whatItemsWroteIsSeenByTheNextJob) {
    ThreadPool pool(4);
    // Every job reads what another thread may have written in the job before.
    std::vector<std::int64_t> now(64);
    std::vector<std::int64_t> next(64);
    for (int round = 0; round < 2000; ++round) {
        pool.parallelFor(64, [&](std::int64_t item, int) {
            next[static_cast<std::size_t>(item)] = now[static_cast<std::size_t>(63 - item)] + 1;
        });
        now.swap(next);
    }
    for (const std::int64_t value : now) EXPECT_EQ(value, 2000);
}

TEST(ThreadPoolTest, noTwoItemsShareAWorkerAtATime) {
    ThreadPool pool(4);
    std::vector<std::int64_t> sums(4);  // plain: a race would lose counts
    pool.parallelFor(100000,
                     [&](std::int64_t, int worker) { ++sums[static_cast<std::size_t>(worker)]; });
    EXPECT_EQ(std::accumulate(sums.begin(), sums.end(), std::int64_t{0}), 100000);
}

TEST(ThreadPoolTest, anExceptionReachesTheCallerAndThePoolStaysUsable) {
    for (const int threads : {1, 3}) {
        ThreadPool pool(threads);
        for (int round = 0; round < 20; ++round) {
            EXPECT_THROW(pool.parallelFor(50,
                                          [](std::int64_t item, int) {
                                              if (item == 17) throw std::runtime_error("item 17");
                                          }),
                         std::runtime_error);
            std::atomic<int> runs = 0;
            pool.parallelFor(50, [&](std::int64_t, int) { ++runs; });
            EXPECT_EQ(runs, 50);
        }
    }
}

TEST(ThreadPoolTest, sleepingWorkersWakeUp) {
    ThreadPool pool(3);
    // Two items that wait for each other need two threads, also after the workers went to sleep.
    for (int round = 0; round < 20; ++round) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        std::atomic<int> arrived = 0;
        pool.parallelFor(2, [&](std::int64_t, int) {
            ++arrived;
            while (arrived < 2) std::this_thread::yield();
        });
        EXPECT_EQ(arrived, 2);
    }
}

}  // namespace
}  // namespace asterism::cpu
