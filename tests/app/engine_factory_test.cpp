#include "app/engine_factory.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/one_core.h"
#include "tests/support/test_files.h"

namespace asterism::test {
namespace {

TEST(EngineFactory, TakesNoMoreThreadsThanCoresThatTheProcessMayUse) {
    onOneCore([] {
        EngineOptions options;
        options.model = dataFile("tiny/llama31");
        const std::string description = openEngine(options)->description();
        EXPECT_TRUE(description.ends_with(", 1 thread")) << description;
    });
}

}  // namespace
}  // namespace asterism::test
