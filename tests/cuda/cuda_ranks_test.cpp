// An engine over all GPUs of this machine against one on the first of them.
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/clock.h"
#include "cuda/cuda_backend.h"
#include "cuda/nccl_communicator.h"
#include "tests/cuda/gpu_engine.h"
#include "tests/engine/engine_run.h"
#include "tests/engine/memory_store.h"
#include "tests/support/test_files.h"
#include "tests/support/tiny_model.h"

namespace asterism::test {
namespace {

class CudaRanks : public OnGpu {
  protected:
    void SetUp() override {
        OnGpu::SetUp();
        if (IsSkipped()) return;
        m_count = cudaDeviceCount();
        if (m_count < 2) GTEST_SKIP() << "2 GPUs are needed, this machine has 1";
        writeTinyModel(m_folder / "tiny.gguf", {.hidden = 256, .feedForward = 512, .headDim = 64});
        m_single = openOnGpu(m_folder / "tiny.gguf", DataType::f32);
        m_several = openOnAllGpus(m_folder / "tiny.gguf", DataType::f32);
        m_question.context = someTokens(900, m_single->config().vocabulary, 71);
        m_question.query = someTokens(9, m_single->config().vocabulary, 72);
        m_question.options = exactOptions(64);
        m_question.maxTokens = 40;
        m_question.recordsTokenMass = true;
    }

    void expectSame(const Answer& actual, const Answer& expected) {
        EXPECT_EQ(actual.tokens, expected.tokens);
        const auto logits = logitsOf(*m_single, expected);
        expectNear(logitsOf(*m_several, actual), std::span<const float>(logits), 1e-3);
        ASSERT_EQ(actual.mass.size(), expected.mass.size());
        for (const std::vector<double>& mass : actual.mass)
            EXPECT_NEAR(std::accumulate(mass.begin(), mass.end(), 0.0), 1.0, 1e-4);
    }

    // Answers over the context; `onEvent` may do something in between.
    Answer answer(const EncodedContext& context, const EventSink& onEvent,
                  const std::stop_token& stop) {
        Conversation conversation = m_several->startConversation(context, truePlacement());
        AnswerOptions options;
        options.maxTokens = m_question.maxTokens;
        options.topLogits = m_several->config().vocabulary;
        options.ignoresEnd = true;
        options.recordsTokenMass = true;
        return m_several->answer(conversation, m_question.query, options, onEvent, stop);
    }
    std::unique_ptr<EncodedContext> encode() {
        return m_several->encode(m_question.context, {}, m_question.options, {}, {});
    }

    TempDir m_folder;
    int m_count = 0;
    std::unique_ptr<Engine> m_single;
    std::unique_ptr<Engine> m_several;
    Question m_question;
};

TEST_F(CudaRanks, giveOneRanksTokensInEveryMode) {
    for (const AttentionMode mode : {AttentionMode::star, AttentionMode::dense}) {
        m_question.options.attention = mode;
        expectSame(ask(*m_several, m_question), ask(*m_single, m_question));
    }
    const Answer dense = ask(*m_single, m_question);
    m_question.options.attention = AttentionMode::ring;
    EXPECT_EQ(ask(*m_several, m_question).tokens, dense.tokens);
}

// Blocks long enough for the vendor's attention, of lengths that are no round numbers, as `engine`
// stores them.
std::map<std::string, std::vector<std::byte>> storedBlocks(Engine& engine) {
    MemoryStore store;
    engine.setBlockStore(store, "tiny");
    ContextOptions options;
    options.blockTokens = 333;
    options.kv = KvType::bf16;
    engine.encode(someTokens(6 * 333, engine.config().vocabulary, 73), {}, options, {}, {});
    return store.blocks();
}

TEST_F(CudaRanks, encodeEveryBitAsOneDoes) {
    const auto expected = storedBlocks(*openOnGpu(m_folder / "tiny.gguf", DataType::bf16));
    EXPECT_EQ(expected.size(), 7U) << "six blocks and the anchor";
    EXPECT_TRUE(storedBlocks(*openOnAllGpus(m_folder / "tiny.gguf", DataType::bf16)) == expected);
}

// Every rank attends to runs of many lengths, and waits for what its neighbours pass on meanwhile.
TEST_F(CudaRanks, ringOverLongChunksComesToAnEnd) {
    m_several = openOnAllGpus(m_folder / "tiny.gguf", DataType::bf16);
    m_question.options.attention = AttentionMode::ring;
    m_question.options.kv = KvType::bf16;
    for (const std::int64_t chunk : {300, 777, 1024}) {
        m_question.context = someTokens(2 * m_count * chunk, m_several->config().vocabulary, 74);
        const Answer answer = ask(*m_several, m_question);
        EXPECT_EQ(std::ssize(answer.tokens), m_question.maxTokens);
        for (const std::vector<double>& mass : answer.mass)
            EXPECT_NEAR(std::accumulate(mass.begin(), mass.end(), 0.0), 1.0, 1e-3);
    }
}

using CudaRanksOnOneGpu = OnGpu;

TEST_F(CudaRanksOnOneGpu, encodeEveryBitAsOneDoes) {
    const TempDir folder;
    writeTinyModel(folder / "tiny.gguf", {.hidden = 256, .feedForward = 512, .headDim = 64});
    const auto expected = storedBlocks(*openOnGpu(folder / "tiny.gguf", DataType::bf16));
    EXPECT_EQ(expected.size(), 7U) << "six blocks and the anchor";
    EXPECT_TRUE(storedBlocks(*openOnGpu(folder / "tiny.gguf", DataType::bf16, 3)) == expected);
}

TEST_F(CudaRanks, mayHaveNoBlocks) {
    m_question.options.blockTokens = 900;
    expectSame(ask(*m_several, m_question), ask(*m_single, m_question));
}

TEST_F(CudaRanks, measuredStepsGiveTheSameAnswer) {
    const Answer expected = ask(*m_single, m_question);
    const auto context = encode();
    std::vector<TokenDecoded> steps;
    const EventSink events = [&](const EngineEvent& event) {
        const auto* step = std::get_if<TokenDecoded>(&event);
        if (step) steps.push_back(*step);
    };
    expectSame(answer(*context, events, {}), expected);
    ASSERT_GT(steps.size(), 3U);
    ASSERT_TRUE(steps[2].parts.has_value());
    EXPECT_GT(steps[2].parts->merge, 0);
}

TEST_F(CudaRanks, stoppedWhileTheyAnswerTheyAnswerAgain) {
    const Answer expected = ask(*m_single, m_question);
    const auto context = encode();
    for (const std::size_t after : {1U, 2U, 17U}) {
        SCOPED_TRACE(after);
        std::stop_source stop;
        std::size_t tokens = 0;
        const EventSink events = [&](const EngineEvent& event) {
            if (std::holds_alternative<TokenDecoded>(event) && ++tokens == after)
                stop.request_stop();
        };
        const Stopwatch clock;
        const Answer stopped = answer(*context, events, stop.get_token());
        EXPECT_LT(clock.seconds(), 5);
        EXPECT_EQ(stopped.end, AnswerEnd::stopped);
        EXPECT_LE(stopped.tokensRun, std::ssize(stopped.tokens));
        EXPECT_TRUE(
            std::equal(stopped.tokens.begin(), stopped.tokens.end(), expected.tokens.begin()));
        expectSame(answer(*context, {}, {}), expected);
    }
}

TEST_F(CudaRanks, stoppedWhileTheyEncodeTheyEncodeAgain) {
    const Answer expected = ask(*m_single, m_question);
    for (const AttentionMode mode : {AttentionMode::star, AttentionMode::dense}) {
        m_question.options.attention = mode;
        std::stop_source stop;
        int blocks = 0;
        const EventSink events = [&](const EngineEvent& event) {
            if (std::holds_alternative<BlockEncoded>(event) && ++blocks == 3) stop.request_stop();
        };
        EXPECT_THROW(
            m_several->encode(m_question.context, {}, m_question.options, events, stop.get_token()),
            Stopped);
    }
    m_question.options.attention = AttentionMode::star;
    expectSame(answer(*encode(), {}, {}), expected);
}

// One GPU of several fails, as in CudaFaults: that is said by all, and nobody waits for it.
[[noreturn]] void loseOneOfTheGpus(const std::filesystem::path& model, bool whileAnswering) {
    EngineParts parts;
    parts.file = openModelFile(model);
    std::vector<Backend*> backends;
    for (int device = 0; device < cudaDeviceCount(); ++device) {
        parts.backends.push_back(makeCudaBackend({.device = device}));
        parts.deviceOf.push_back(device);
        backends.push_back(parts.backends.back().get());
    }
    parts.connectRanks = [backends] { return makeNcclCommunicators(backends); };
    Engine engine(std::move(parts));
    const auto lose = [&] {
        const TensorView nowhere{reinterpret_cast<void*>(0x100), {64}, DataType::f32};
        backends.back()->add(nowhere, nowhere);
    };
    int left = 5;
    const EventSink events = [&](const EngineEvent& event) {
        // On the thread of the last rank, whose backend this is.
        const auto* block = std::get_if<BlockEncoded>(&event);
        const bool isEncoded = block && block->rank == engine.ranks() - 1;
        const bool isDecoded = std::holds_alternative<TokenDecoded>(event);
        if ((whileAnswering ? isDecoded : isEncoded) && --left == 0) lose();
    };
    std::string message;
    const Stopwatch clock;
    try {
        ContextOptions options;
        options.blockTokens = 100;
        const auto context = engine.encode(someTokens(3000, engine.config().vocabulary, 61), {},
                                           options, events, {});
        Conversation conversation = engine.startConversation(*context, truePlacement());
        AnswerOptions answer;
        answer.maxTokens = 100;
        answer.ignoresEnd = true;
        engine.answer(conversation, someTokens(5, engine.config().vocabulary, 62), answer, events,
                      {});
    } catch (const Error& error) {
        message = error.what();
    }
    std::cerr << "said: " << message << ", after " << clock.seconds() << " s" << std::endl;
    const bool isSaid = message.find("the GPU failed") != std::string::npos;
    std::_Exit(isSaid && clock.seconds() < 30 ? 0 : 1);
}

TEST_F(CudaRanks, aGpuThatIsLostWhileTheyEncodeEndsTheRun) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(loseOneOfTheGpus(m_folder / "tiny.gguf", false), testing::ExitedWithCode(0),
                "said: the GPU failed");
}

TEST_F(CudaRanks, aGpuThatIsLostWhileTheyAnswerEndsTheRun) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(loseOneOfTheGpus(m_folder / "tiny.gguf", true), testing::ExitedWithCode(0),
                "said: the GPU failed");
}

}  // namespace
}  // namespace asterism::test
