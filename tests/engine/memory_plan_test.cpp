// What does not fit is refused before anything is allocated, with the numbers.

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/comm/local_communicator.h"
#include "core/cpu/cpu_backend.h"
#include "tests/engine/counting_backend.h"
#include "tests/engine/engine_run.h"
#include "tests/support/failure_of.h"
#include "tests/support/test_files.h"

namespace asterism::test {

namespace {

// A processor that claims to have so much memory free.
class SmallBackend : public CountingBackend {
  public:
    explicit SmallBackend(std::int64_t freeBytes)
        : CountingBackend(makeCpuBackend({.threads = 1})), m_free(freeBytes) {}

    MemoryUse memory() const override { return {.free = m_free, .total = 1'000'000'000}; }

  private:
    std::int64_t m_free;
};

std::unique_ptr<Engine> openWith(std::int64_t freeBytes) {
    EngineParts parts;
    parts.file = openModelFile(dataFile("tiny/llama31"));
    parts.backends.push_back(std::make_unique<SmallBackend>(freeBytes));
    parts.deviceOf.push_back(0);
    parts.connectRanks = [] { return makeLocalCommunicators(1); };
    return std::make_unique<Engine>(std::move(parts));
}

TEST(MemoryPlan, WeightsThatDoNotFitAreRefusedWithTheNumbers) {
    const std::string complaint = failureOf([] { openWith(1000); });
    EXPECT_NE(complaint.find("weights"), std::string::npos) << complaint;
    EXPECT_NE(complaint.find("0.00 GB of 1.00 GB are free"), std::string::npos) << complaint;
    EXPECT_NE(complaint.find("--device cpu"), std::string::npos) << complaint;
}

TEST(MemoryPlan, AContextThatDoesNotFitIsRefusedAndAShorterOneIsEncoded) {
    const auto engine = openWith(30'000'000);
    const ContextOptions options = exactOptions(64);
    const auto encode = [&](std::int64_t tokens) {
        engine->encode(someTokens(tokens, engine->config().vocabulary, 1), {}, options, {}, {});
    };
    const std::string complaint = failureOf([&] { encode(2'000'000); });
    EXPECT_NE(complaint.find("keys and values"), std::string::npos) << complaint;
    EXPECT_NE(complaint.find("--kv q8"), std::string::npos) << complaint;
    EXPECT_EQ(failureOf([&] { encode(200); }), "no error");
}

}  // namespace

}  // namespace asterism::test
