// Faults of a GPU and of what it is given, as an engine on it says them.
#include <cstdlib>
#include <iostream>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "core/comm/local_communicator.h"
#include "cuda/cuda_backend.h"
#include "tests/cuda/gpu_engine.h"
#include "tests/engine/engine_run.h"
#include "tests/engine/memory_store.h"
#include "tests/support/poisoned_model.h"
#include "tests/support/test_files.h"
#include "tests/support/tiny_model.h"

namespace asterism::test {
namespace {

class CudaFaults : public OnGpu {
  protected:
    void SetUp() override {
        OnGpu::SetUp();
        if (!IsSkipped()) writeTinyModel(m_folder / "tiny.gguf", {.hasOutput = true});
    }

    TempDir m_folder;
};

using CudaFaultsDeathTest = CudaFaults;

TEST_F(CudaFaults, anIndexBeyondTheLastGpuIsNamed) {
    const int count = cudaDeviceCount();
    const std::string device = "cuda:" + std::to_string(count);
    expectError([&] { makeCudaBackend({.device = count}); }, {device, "use cuda:0"});
    expectError([&] { makeCudaBackend({.device = -1}); }, {"device cuda:-1", "use cuda:0"});
}

TEST_F(CudaFaults, memoryThatOthersHaveIsSaidInNumbersAndNothingIsLost) {
    const auto engine = openOnGpu(m_folder / "tiny.gguf", DataType::bf16);
    const auto other = makeCudaBackend();
    Question question;
    question.context = someTokens(4000, engine->config().vocabulary, 51);
    question.query = someTokens(5, engine->config().vocabulary, 52);
    question.options = exactOptions(1000);
    question.maxTokens = 3;
    const auto tokens = ask(*engine, question).tokens;
    {
        constexpr std::int64_t kLeft = std::int64_t{2} << 30;
        const std::int64_t bytes = other->memory().free - kLeft;
        const auto taken = other->allocate(bytes);
        expectError([&] { other->allocate(bytes); },
                    {"not enough GPU memory", std::to_string(bytes) + " bytes were asked for",
                     "are free on GPU 0", "--device cpu"});
        EXPECT_EQ(ask(*engine, question).tokens, tokens) << "there is room for this one";
    }
    EXPECT_EQ(ask(*engine, question).tokens, tokens);
}

TEST_F(CudaFaults, weightsThatAreNoNumbersAreSaidAndNothingIsStreamed) {
    for (const std::string tensor :
         {"output.weight", "output_norm.weight", "blk.0.attn_norm.weight", "blk.1.ffn_down.weight",
          "blk.0.attn_v.weight"}) {
        for (const DataType activations : {DataType::bf16, DataType::f32}) {
            SCOPED_TRACE(tensor);
            EngineParts parts;
            parts.file =
                std::make_unique<PoisonedModel>(openModelFile(m_folder / "tiny.gguf"), tensor,
                                                std::numeric_limits<float>::quiet_NaN());
            parts.backends.push_back(makeCudaBackend({.activations = activations}));
            parts.deviceOf.push_back(0);
            parts.connectRanks = [] { return makeLocalCommunicators(1, copyOnGpu); };
            Engine engine(std::move(parts));
            const auto context = engine.encode(someTokens(60, engine.config().vocabulary, 3), {},
                                               exactOptions(20), {}, {});
            Conversation conversation = engine.startConversation(*context, truePlacement());
            int streamed = 0;
            const EventSink events = [&](const EngineEvent& event) {
                if (std::holds_alternative<TokenDecoded>(event)) ++streamed;
            };
            const auto query = someTokens(5, engine.config().vocabulary, 4);
            expectError([&] { engine.answer(conversation, query, {}, events, {}); },
                        {"not finite"});
            EXPECT_EQ(streamed, 0);
        }
    }
}

// What the GPU does once it has read where nothing is, as after any other failure: all that follows
// fails too. It cannot be had back in a process, so this runs in one of its own.
[[noreturn]] void loseTheGpu(const std::filesystem::path& model) {
    int failures = 0;
    const auto expect = [&](bool holds, const std::string& what) {
        if (holds) return;
        std::cerr << "not so: " << what << '\n';
        ++failures;
    };
    MemoryStore store;
    ContextOptions options;
    options.blockTokens = 500;
    options.anchor = AnchorMode::none;  // so that the store holds blocks alone
    {
        EngineParts parts;
        parts.file = openModelFile(model);
        parts.backends.push_back(makeCudaBackend({.activations = DataType::f32}));
        Backend& backend = *parts.backends.front();
        parts.deviceOf.push_back(0);
        parts.connectRanks = [] { return makeLocalCommunicators(1, copyOnGpu); };
        Engine engine(std::move(parts));
        engine.setBlockStore(store, "tiny");
        int finished = 0;
        const EventSink events = [&](const EngineEvent& event) {
            if (!std::holds_alternative<BlockEncoded>(event) || ++finished != 4) return;
            const TensorView nowhere{reinterpret_cast<void*>(0x100), {64}, DataType::f32};
            backend.add(nowhere, nowhere);
        };
        for (int round = 0; round < 2; ++round) {
            std::string message;
            try {
                engine.encode(someTokens(3000, engine.config().vocabulary, 61), {}, options, events,
                              {});
            } catch (const Error& error) {
                message = error.what();
            }
            std::cerr << "said: " << message << '\n';
            expect(message.find("the GPU failed") != std::string::npos, "the failure is said");
            expect(message.find("--device cpu") != std::string::npos, "the processor is offered");
        }
        expect(finished == 4, "no block is told of behind the failure");
    }
    const auto cpu = openEngine(model);
    cpu->setBlockStore(store, "tiny");
    const auto context =
        cpu->encode(someTokens(3000, cpu->config().vocabulary, 61), {}, options, {}, {});
    // The fourth was on its way to the host.
    expect(context->restoredBlocks == 3 || context->restoredBlocks == 4,
           "finished blocks are kept: " + std::to_string(context->restoredBlocks));
    expect(context->isComplete(), "the processor goes on with them");
    std::cerr.flush();
    std::_Exit(failures);
}

TEST_F(CudaFaultsDeathTest, aLostGpuIsAnErrorAndFinishedBlocksAreKept) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(loseTheGpu(m_folder / "tiny.gguf"), testing::ExitedWithCode(0), "said: the GPU");
}

}  // namespace
}  // namespace asterism::test
