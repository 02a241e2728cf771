#pragma once

#include <gtest/gtest.h>
#include <sched.h>

#include <functional>
#include <thread>

namespace asterism::test {

// Does the work on a thread that may use one core alone, the first of those of the process.
inline void onOneCore(const std::function<void()>& work) {
    std::thread([&work] {
        cpu_set_t cores;
        ASSERT_EQ(sched_getaffinity(0, sizeof cores, &cores), 0);
        int first = 0;
        while (!CPU_ISSET(first, &cores)) ++first;
        CPU_ZERO(&cores);
        CPU_SET(first, &cores);
        ASSERT_EQ(sched_setaffinity(0, sizeof cores, &cores), 0);
        work();
    }).join();
}

}  // namespace asterism::test
