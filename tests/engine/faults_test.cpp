// What goes wrong while an engine works: devices that are lost, ranks that cannot be connected
// again.

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/comm/local_communicator.h"
#include "core/cpu/cpu_backend.h"
#include "tests/engine/counting_backend.h"
#include "tests/engine/engine_run.h"
#include "tests/engine/memory_store.h"
#include "tests/support/failure_of.h"
#include "tests/support/scarce_threads.h"
#include "tests/support/test_files.h"

namespace asterism::test {

namespace {

constexpr std::int64_t kBlock = 24;
constexpr std::int64_t kBlocks = 6;
constexpr char kLost[] = "the GPU failed while computing: it is gone; start again";

// A device that fails at one of its ops and at all that follow, as one does that is lost.
class LostBackend : public CountingBackend {
  public:
    explicit LostBackend(std::shared_ptr<std::atomic<int>> opsLeft)
        : CountingBackend(makeCpuBackend({.threads = 1})), m_opsLeft(std::move(opsLeft)) {}

    void attend(const AttentionCall& call) override {
        if (--*m_opsLeft < 0) throw Error(kLost);
        CountingBackend::attend(call);
    }
    void synchronize() override {
        if (*m_opsLeft < 0) throw Error(kLost);
    }

  private:
    std::shared_ptr<std::atomic<int>> m_opsLeft;
};

class LostDevice : public testing::TestWithParam<int> {
  protected:
    // All ranks stand on one device. `connections` may be made.
    std::unique_ptr<Engine> openOnDevice(int attentions, int connections = 1000) {
        const int ranks = GetParam();
        const auto opsLeft = std::make_shared<std::atomic<int>>(attentions);
        EngineParts parts;
        parts.file = openModelFile(dataFile("tiny/llama31"));
        for (int rank = 0; rank < ranks; ++rank) {
            parts.backends.push_back(std::make_unique<LostBackend>(opsLeft));
            parts.deviceOf.push_back(0);
        }
        parts.connectRanks = [ranks, left = connections]() mutable {
            if (--left < 0) throw Error("the GPUs cannot be connected");
            return makeLocalCommunicators(ranks);
        };
        return std::make_unique<Engine>(std::move(parts));
    }

    std::unique_ptr<EncodedContext> encode(Engine& engine) {
        ContextOptions options;
        options.blockTokens = kBlock;
        options.anchor = AnchorMode::none;  // so that the store holds blocks alone
        return engine.encode(someTokens(kBlocks * kBlock, engine.config().vocabulary, 5), {},
                             options, {}, {});
    }

    std::vector<TokenId> answer(Engine& engine, const EncodedContext& context) {
        Conversation conversation = engine.startConversation(context, truePlacement());
        AnswerOptions options;
        options.maxTokens = 5;
        options.ignoresEnd = true;
        return engine
            .answer(conversation, someTokens(5, engine.config().vocabulary, 7), options, {}, {})
            .tokens;
    }

    MemoryStore m_store;
};

TEST_P(LostDevice, IsSaidAndTheFinishedBlocksAreKept) {
    const auto whole = openOnDevice(1'000'000);
    const auto expected = answer(*whole, *encode(*whole));
    // All attention of four blocks, and of half a block more.
    const auto layers = static_cast<int>(whole->config().layers);
    const auto engine = openOnDevice(4 * layers + layers / 2);
    engine->setBlockStore(m_store, "tiny");
    EXPECT_EQ(failureOf([&] { encode(*engine); }), kLost);
    EXPECT_EQ(failureOf([&] { encode(*engine); }), kLost) << "it stays lost";
    const auto kept = static_cast<std::int64_t>(m_store.size());
    EXPECT_GE(kept, 4 - GetParam() + 1) << "of each other rank one block was in the making";
    EXPECT_LE(kept, 4);

    whole->setBlockStore(m_store, "tiny");
    const auto context = encode(*whole);
    EXPECT_EQ(context->restoredBlocks, kept);
    EXPECT_EQ(answer(*whole, *context), expected);
}

TEST_P(LostDevice, IsSaidBeforeRanksThatCannotBeConnectedAgain) {
    const auto engine = openOnDevice(1, 1);
    EXPECT_EQ(failureOf([&] { encode(*engine); }), kLost);
    for (int again = 0; again < 2; ++again)
        EXPECT_EQ(failureOf([&] { encode(*engine); }), "the GPUs cannot be connected");
}

INSTANTIATE_TEST_SUITE_P(Ranks, LostDevice, testing::Values(1, 2, 3));

// Fails once, where a question asks for the attention mass of the runs.
class OnceFailingBackend : public CountingBackend {
  public:
    explicit OnceFailingBackend(int& massCalls)
        : CountingBackend(makeCpuBackend({.threads = 1})), m_massCalls(massCalls) {}

    void attend(const AttentionCall& call) override {
        if (call.segmentLogSumExp.data && ++m_massCalls == 1) throw Error("out of memory");
        CountingBackend::attend(call);
    }

  private:
    int& m_massCalls;
};

std::unique_ptr<Engine> engineOver(std::vector<std::unique_ptr<Backend>> backends) {
    EngineParts parts;
    parts.file = openModelFile(dataFile("tiny/llama31"));
    const int ranks = static_cast<int>(backends.size());
    parts.backends = std::move(backends);
    parts.deviceOf.assign(parts.backends.size(), 0);
    parts.connectRanks = [ranks] { return makeLocalCommunicators(ranks); };
    return std::make_unique<Engine>(std::move(parts));
}

TEST(FailedAnswers, LeaveNothingForTheNextRunToWriteTo) {
    int massCalls = 0;
    std::vector<std::unique_ptr<Backend>> backends;
    backends.push_back(std::make_unique<OnceFailingBackend>(massCalls));
    const auto engine = engineOver(std::move(backends));
    Question question;
    question.context = someTokens(kBlocks * kBlock, engine->config().vocabulary, 5);
    question.query = someTokens(5, engine->config().vocabulary, 7);
    question.options = exactOptions(kBlock);
    EXPECT_EQ(failureOf([&] { ask(*engine, question); }), "out of memory");
    EXPECT_EQ(massCalls, 1);
    engine->encode(question.context, {}, question.options, {}, {});
    EXPECT_EQ(massCalls, 1) << "no one asked while the context was encoded";
}

TEST(RanksThatCannotBeStarted, AreAnErrorThatSaysWhatToDoAndTheNextRunGoesWell) {
    constexpr int kRanks = ScarceThreads::kMost;
    std::vector<std::unique_ptr<Backend>> backends;
    backends.reserve(kRanks);
    for (int rank = 0; rank < kRanks; ++rank) backends.push_back(makeCpuBackend({.threads = 1}));
    const auto engine = engineOver(std::move(backends));
    Question question;
    question.context = someTokens(kBlocks * kBlock, engine->config().vocabulary, 5);
    question.query = someTokens(5, engine->config().vocabulary, 7);
    question.options = exactOptions(kBlock);
    const std::string complaint = failureOf([&] {
        const ScarceThreads scarce;
        ask(*engine, question);
    });
    if (complaint == "no error") GTEST_SKIP() << "threads are not scarce here";
    EXPECT_NE(complaint.find("use fewer threads or ranks"), std::string::npos) << complaint;
    EXPECT_EQ(ask(*engine, question).tokens.size(), 1U);
}

}  // namespace

}  // namespace asterism::test
