// The times of blocks and steps as the GPU measures them, and that measuring changes nothing.
#include <cmath>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/clock.h"
#include "cuda/cuda_backend.h"
#include "tests/cuda/gpu_engine.h"
#include "tests/engine/engine_run.h"
#include "tests/support/test_files.h"
#include "tests/support/tiny_model.h"

namespace asterism::test {
namespace {

struct Asked {
    Answer answer;
    std::vector<TokenDecoded> steps;
};

class CudaTiming : public OnGpu {
  protected:
    void SetUp() override {
        OnGpu::SetUp();
        if (IsSkipped()) return;
        writeTinyModel(m_folder / "tiny.gguf", {.hidden = 256, .feedForward = 512, .headDim = 64});
        m_engine = openOnGpu(m_folder / "tiny.gguf", DataType::bf16);
        m_context = m_engine->encode(someTokens(300, m_engine->config().vocabulary, 31), {},
                                     exactOptions(64), {}, {});
    }

    Asked ask(AnswerOptions options, const std::stop_token& stop = {}) {
        Asked asked;
        Conversation conversation = m_engine->startConversation(*m_context, truePlacement());
        options.ignoresEnd = true;
        options.recordsTokenMass = true;
        const EventSink events = [&](const EngineEvent& event) {
            const auto* step = std::get_if<TokenDecoded>(&event);
            if (step && step->token >= 0) asked.steps.push_back(*step);  // not the rest of the text
            if (m_stopAfter > 0 && asked.steps.size() == m_stopAfter) m_stop.request_stop();
        };
        asked.answer = m_engine->answer(
            conversation, someTokens(9, m_engine->config().vocabulary, 32), options, events, stop);
        return asked;
    }

    TempDir m_folder;
    std::unique_ptr<Engine> m_engine;
    std::unique_ptr<EncodedContext> m_context;
    std::stop_source m_stop;
    std::size_t m_stopAfter = 0;
};

TEST_F(CudaTiming, measuredStepsGiveTheSameAnswerBitForBit) {
    AnswerOptions options;
    options.maxTokens = 40;
    options.profiledEvery = 0;
    const Asked plain = ask(options);
    for (const std::int64_t every : {1, 3, 64}) {
        options.profiledEvery = every;
        const Asked measured = ask(options);
        EXPECT_EQ(measured.answer.tokens, plain.answer.tokens) << "one of " << every;
        EXPECT_EQ(measured.answer.mass, plain.answer.mass) << "one of " << every;
    }
}

TEST_F(CudaTiming, partsAreThoseOfTheMeasuredStepsAndNoMoreThanTheStep) {
    AnswerOptions options;
    options.maxTokens = 24;
    options.profiledEvery = 8;
    const Asked run = ask(options);
    ASSERT_EQ(run.steps.size(), 24U);
    for (std::size_t i = 0; i < run.steps.size(); ++i) {
        ASSERT_EQ(run.steps[i].parts.has_value(), i % 8 == 2) << "step " << i;
        if (!run.steps[i].parts) continue;
        const StepParts& parts = *run.steps[i].parts;
        EXPECT_TRUE(parts.isProfiled);
        EXPECT_GT(parts.linear, 0);
        EXPECT_GT(parts.attention, 0);
        EXPECT_GT(parts.sampling, 0);
        EXPECT_EQ(parts.merge, 0) << "one rank merges nothing outside of its attention";
        // An event's clock has steps of half a microsecond.
        EXPECT_LE(parts.linear + parts.attention + parts.sampling, run.steps[i].seconds + 1e-4);
    }
}

TEST_F(CudaTiming, sampledAnswersAreMeasuredToo) {
    AnswerOptions options;
    options.maxTokens = 12;
    options.sampling.temperature = 0.8;
    options.sampling.seed = 5;
    options.profiledEvery = 0;
    const Asked plain = ask(options);
    options.profiledEvery = 2;
    const Asked measured = ask(options);
    EXPECT_EQ(measured.answer.tokens, plain.answer.tokens);
    ASSERT_TRUE(measured.steps[4].parts);
    EXPECT_GT(measured.steps[4].parts->sampling, 0);
}

TEST_F(CudaTiming, anAnswerStoppedWhileMeasuredLeavesTheEngineWhole) {
    AnswerOptions options;
    options.maxTokens = 20;
    options.profiledEvery = 1;
    const Asked whole = ask(options);
    m_stopAfter = 5;
    EXPECT_EQ(ask(options, m_stop.get_token()).answer.end, AnswerEnd::stopped);
    m_stopAfter = 0;
    EXPECT_EQ(ask(options).answer.tokens, whole.answer.tokens);
}

TEST_F(CudaTiming, blocksTakeTimeOneAfterTheOther) {
    for (const AttentionMode mode : {AttentionMode::star, AttentionMode::dense}) {
        ContextOptions options = exactOptions(64);
        options.attention = mode;
        std::vector<BlockEncoded> blocks;
        const EventSink events = [&](const EngineEvent& event) {
            if (const auto* block = std::get_if<BlockEncoded>(&event)) blocks.push_back(*block);
        };
        const auto context = m_engine->encode(someTokens(300, m_engine->config().vocabulary, 33),
                                              {}, options, events, {});
        ASSERT_EQ(blocks.size(), 5U);
        double sum = 0;
        for (std::size_t i = 0; i < blocks.size(); ++i) {
            EXPECT_GT(blocks[i].seconds, 0);
            if (i > 0) {
                EXPECT_GE(blocks[i].beginSeconds,
                          blocks[i - 1].beginSeconds + blocks[i - 1].seconds - 1e-4);
            }
            sum += blocks[i].seconds;
        }
        EXPECT_LE(sum, context->encodeSeconds + 1e-3);
    }
}

// 16 rows of one head of 64 values, with their log-sum-exps behind them.
Partial partialIn(const Tensor& memory) {
    return {{memory.view().data, {16, 1, 64}, DataType::f32},
            {memory.view().floats() + 16 * 64, {16, 1}, DataType::f32}};
}

// The device's clock against the host's, over work that takes long enough for both.
TEST_F(CudaTiming, timersAndPartsAgreeWithTheHostsClock) {
    const auto backend = makeCudaBackend({.activations = DataType::bf16});
    Products products(*backend);
    const Tensor part = backend->floats({16 * 64 + 16});
    const Tensor sum = backend->floats({16 * 64 + 16});
    const std::vector<float> values(16 * 64 + 16, 0.5F);
    for (const Tensor* partial : {&part, &sum})
        backend->upload(std::as_bytes(std::span(values)), partial->view());
    products.run(1);
    backend->synchronize();

    const Stopwatch clock;
    const auto timer = backend->startTimer();
    backend->measureOps();
    products.run(100);
    backend->merge(partialIn(part), partialIn(sum));
    const double device = timer->seconds();
    const double hosts = clock.seconds();
    EXPECT_LE(device, hosts);
    EXPECT_GE(device, hosts * 0.7);
    const auto parts = backend->takeOpSeconds();
    ASSERT_TRUE(parts);
    EXPECT_GT(parts->merge, 0);
    EXPECT_GE(parts->linear, device * 0.8);
    EXPECT_LE(parts->linear + parts->merge, device);
    EXPECT_EQ(parts->attention, 0);
    EXPECT_FALSE(backend->takeOpSeconds()) << "they were taken already";
}

}  // namespace
}  // namespace asterism::test
