#include "app/engine_factory.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <string>
#include <thread>

#include "tests/support/test_files.h"

namespace asterism::test {
namespace {

TEST(EngineFactory, TakesNoMoreThreadsThanCoresThatTheProcessMayUse) {
    std::thread([] {
        cpu_set_t mine;
        ASSERT_EQ(sched_getaffinity(0, sizeof mine, &mine), 0);
        int first = 0;
        while (!CPU_ISSET(first, &mine)) ++first;
        CPU_ZERO(&mine);
        CPU_SET(first, &mine);
        ASSERT_EQ(sched_setaffinity(0, sizeof mine, &mine), 0);
        EngineOptions options;
        options.model = dataFile("tiny/llama31");
        const std::string description = openEngine(options)->description();
        EXPECT_TRUE(description.ends_with(", 1 thread")) << description;
    }).join();
}

}  // namespace
}  // namespace asterism::test
