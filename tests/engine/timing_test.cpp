// What steps and blocks say they took, and when a step is measured that must be slowed down for it.

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/comm/local_communicator.h"
#include "core/cpu/cpu_backend.h"
#include "tests/engine/counting_backend.h"
#include "tests/engine/engine_run.h"
#include "tests/support/test_files.h"

namespace asterism::test {

namespace {

constexpr double kBlockSeconds = 42;

// A processor that, like a GPU, tells the parts of a step only if it was asked to measure it, and
// has a clock of its own for blocks.
class DeviceLikeBackend : public CountingBackend {
  public:
    DeviceLikeBackend() : CountingBackend(makeCpuBackend({.threads = 1})) {}

    std::optional<OpSeconds> takeOpSeconds() override {
        if (!std::exchange(m_isMeasuring, false)) return std::nullopt;
        return OpSeconds{.linear = 4e-9, .sampling = 1e-9, .isProfiled = true};
    }
    void measureOps() override { m_isMeasuring = true; }
    std::unique_ptr<OpTimer> startTimer() override { return std::make_unique<FixedTimer>(); }

  private:
    class FixedTimer : public OpTimer {
      public:
        double seconds() override { return kBlockSeconds; }
    };

    bool m_isMeasuring = false;
};

std::unique_ptr<Engine> openOnDevice(int ranks = 1) {
    EngineParts parts;
    parts.file = openModelFile(dataFile("tiny/llama31"));
    for (int rank = 0; rank < ranks; ++rank) {
        parts.backends.push_back(std::make_unique<DeviceLikeBackend>());
        parts.deviceOf.push_back(0);
    }
    parts.connectRanks = [ranks] { return makeLocalCommunicators(ranks); };
    return std::make_unique<Engine>(std::move(parts));
}

// The steps of an answer of `tokens` tokens, in their order.
std::vector<TokenDecoded> stepsOf(Engine& engine, std::int64_t tokens, AnswerOptions options) {
    const auto context =
        engine.encode(someTokens(50, engine.config().vocabulary, 3), {}, exactOptions(20), {}, {});
    Conversation conversation = engine.startConversation(*context, truePlacement());
    std::vector<TokenDecoded> steps;
    const EventSink events = [&](const EngineEvent& event) {
        const auto* step = std::get_if<TokenDecoded>(&event);
        if (step && step->token >= 0) steps.push_back(*step);  // not the rest of the text
    };
    options.maxTokens = tokens;
    options.ignoresEnd = true;
    engine.answer(conversation, someTokens(5, engine.config().vocabulary, 4), options, events, {});
    return steps;
}

std::vector<std::size_t> measuredOf(const std::vector<TokenDecoded>& steps) {
    std::vector<std::size_t> measured;
    for (std::size_t i = 0; i < steps.size(); ++i)
        if (steps[i].parts) measured.push_back(i);
    return measured;
}

TEST(StepTiming, AStepThatMustBeSlowedDownIsMeasuredNowAndThen) {
    for (const int ranks : {1, 2}) {
        const auto engine = openOnDevice(ranks);
        AnswerOptions options;
        EXPECT_EQ(measuredOf(stepsOf(*engine, 12, options)), std::vector<std::size_t>{2});
        options.profiledEvery = 4;
        const auto steps = stepsOf(*engine, 12, options);
        EXPECT_EQ(measuredOf(steps), (std::vector<std::size_t>{2, 6, 10}));
        EXPECT_TRUE(steps[2].parts->isProfiled);
        EXPECT_EQ(steps[2].parts->linear, 4e-9);
        EXPECT_GE(steps[2].parts->sampling, 1e-9);
        options.profiledEvery = 0;
        EXPECT_EQ(measuredOf(stepsOf(*engine, 12, options)), std::vector<std::size_t>{});
    }
}

TEST(StepTiming, TheProcessorTellsThePartsOfEveryStepButTheQuerys) {
    const auto engine = openEngine(dataFile("tiny/llama31"));
    const auto steps = stepsOf(*engine, 5, {});
    EXPECT_EQ(measuredOf(steps), (std::vector<std::size_t>{1, 2, 3, 4}));
    EXPECT_FALSE(steps[1].parts->isProfiled);
}

TEST(BlockTiming, BlocksTakeWhatTheDeviceSays) {
    for (const AttentionMode mode :
         {AttentionMode::star, AttentionMode::dense, AttentionMode::ring}) {
        const auto engine = openOnDevice(2);
        ContextOptions options = exactOptions(20);
        options.attention = mode;
        std::vector<double> told;
        const EventSink events = [&](const EngineEvent& event) {
            if (const auto* block = std::get_if<BlockEncoded>(&event))
                told.push_back(block->seconds);
        };
        const auto context =
            engine->encode(someTokens(50, engine->config().vocabulary, 3), {}, options, events, {});
        ASSERT_EQ(told.size(), context->blocks.size());
        double ofRing = 0;
        for (std::size_t i = 0; i < told.size(); ++i) {
            if (mode == AttentionMode::ring)
                ofRing += context->seconds[i];  // a rank's chunks run at once and share its time
            else
                EXPECT_EQ(told[i], kBlockSeconds);
        }
        if (mode == AttentionMode::ring) {
            EXPECT_DOUBLE_EQ(ofRing, 2 * kBlockSeconds);
        }
    }
}

}  // namespace

}  // namespace asterism::test
