// Blocks that are saved while the next one is encoded, as on a GPU: nothing else changes.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/comm/local_communicator.h"
#include "core/cpu/cpu_backend.h"
#include "tests/engine/counting_backend.h"
#include "tests/engine/engine_run.h"
#include "tests/engine/memory_store.h"
#include "tests/support/test_files.h"

namespace asterism::test {

namespace {

constexpr std::int64_t kBlock = 24;
constexpr std::size_t kBlocks = 4;

// What the tests see and steer of a backend that is read aside.
struct Aside {
    std::mutex mutex;
    std::condition_variable runs;
    int runsBegun = 0;
    int readers = 0;
    int failingReader = -1;
    bool firstReadSawALaterRun = false;
};

class AsideBackend : public CountingBackend {
  public:
    explicit AsideBackend(Aside& aside)
        : CountingBackend(makeCpuBackend({.threads = 1})), m_aside(aside) {}

    void embed(const Weight& table, std::span<const TokenId> tokens, float scale,
               const TensorView& output) override {
        {
            const std::lock_guard lock(m_aside.mutex);
            ++m_aside.runsBegun;
        }
        m_aside.runs.notify_all();
        CountingBackend::embed(table, tokens, scale, output);
    }
    std::unique_ptr<AsideReader> readAside() override {
        const std::lock_guard lock(m_aside.mutex);
        return std::make_unique<Reader>(*this, m_aside.readers++, m_aside.runsBegun);
    }

  private:
    class Reader : public AsideReader {
      public:
        Reader(AsideBackend& backend, int index, int runsBegun)
            : m_backend(backend), m_index(index), m_runsBegun(runsBegun) {}

        void download(const TensorView& from, std::span<std::byte> host) override {
            Aside& aside = m_backend.m_aside;
            {
                std::unique_lock lock(aside.mutex);
                if (m_index == aside.failingReader) throw Error("the GPU is gone");
                if (m_index == 0)
                    aside.firstReadSawALaterRun =
                        aside.runs.wait_for(lock, std::chrono::seconds(20),
                                            [&] { return aside.runsBegun > m_runsBegun; });
            }
            m_backend.CountingBackend::download(from, host);
        }

      private:
        AsideBackend& m_backend;
        int m_index;
        int m_runsBegun;
    };

    Aside& m_aside;
};

class SavingAside : public testing::Test {
  protected:
    SavingAside() {
        EngineParts parts;
        parts.file = openModelFile(dataFile("tiny/llama31"));
        parts.backends.push_back(std::make_unique<AsideBackend>(m_aside));
        parts.deviceOf.push_back(0);
        parts.connectRanks = [] { return makeLocalCommunicators(1); };
        m_engine = std::make_unique<Engine>(std::move(parts));
        m_engine->setBlockStore(m_store, "tiny");
    }

    std::unique_ptr<EncodedContext> encode(Engine& engine, const EventSink& events = {}) {
        ContextOptions options;
        options.blockTokens = kBlock;
        options.anchor = AnchorMode::none;  // so that the store holds blocks alone
        return engine.encode(
            someTokens(static_cast<std::int64_t>(kBlocks) * kBlock, engine.config().vocabulary, 5),
            {}, options, events, m_stop.get_token());
    }

    std::vector<float> logits(Engine& engine, const EncodedContext& context) {
        Conversation conversation = engine.startConversation(context, truePlacement());
        AnswerOptions options;
        options.maxTokens = 0;
        options.topLogits = engine.config().vocabulary;
        return logitsOf(engine,
                        engine.answer(conversation, someTokens(5, engine.config().vocabulary, 7),
                                      options, {}, {}));
    }

    Aside m_aside;
    MemoryStore m_store;
    std::unique_ptr<Engine> m_engine;
    std::stop_source m_stop;
};

TEST_F(SavingAside, ABlockIsSavedWhileTheNextRuns) {
    encode(*m_engine);
    EXPECT_TRUE(m_aside.firstReadSawALaterRun);
    EXPECT_EQ(m_store.size(), kBlocks) << "all are there when the run is over";
}

TEST_F(SavingAside, TheStoreHoldsWhatASaveInBetweenWouldHaveKept) {
    encode(*m_engine);
    const auto plain = openEngine(dataFile("tiny/llama31"));
    const auto encoded = encode(*plain);
    plain->setBlockStore(m_store, "tiny");
    const auto restored = encode(*plain);
    EXPECT_EQ(restored->restoredBlocks, static_cast<std::int64_t>(kBlocks));
    EXPECT_EQ(logits(*plain, *restored), logits(*plain, *encoded));
}

TEST_F(SavingAside, AFailedReadEndsTheRunAndKeepsWhatWasSaved) {
    m_aside.failingReader = 2;
    std::string complaint;
    try {
        encode(*m_engine);
    } catch (const Error& error) {
        complaint = error.what();
    }
    EXPECT_EQ(complaint, "the GPU is gone");
    EXPECT_EQ(m_store.size(), 2U);
    m_aside.failingReader = -1;
    EXPECT_EQ(encode(*m_engine)->restoredBlocks, 2);
    EXPECT_EQ(m_store.size(), kBlocks);
}

TEST_F(SavingAside, AStoppedRunKeepsTheBlocksThatAreFinished) {
    std::size_t finished = 0;
    const EventSink events = [&](const EngineEvent& event) {
        if (std::holds_alternative<BlockEncoded>(event) && ++finished == 2) m_stop.request_stop();
    };
    EXPECT_THROW(encode(*m_engine, events), Stopped);
    EXPECT_EQ(m_store.size(), 2U);
}

TEST_F(SavingAside, AStoreThatCannotKeepCostsAWarningForEveryBlock) {
    m_store.refuse();
    std::vector<std::string> warnings;
    const EventSink events = [&](const EngineEvent& event) {
        if (const auto* warning = std::get_if<Warning>(&event)) warnings.push_back(warning->text);
    };
    encode(*m_engine, events);
    EXPECT_EQ(warnings, std::vector<std::string>(kBlocks, "the disk is full"));
}

}  // namespace

}  // namespace asterism::test
