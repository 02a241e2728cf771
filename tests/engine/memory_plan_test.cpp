// What does not fit is refused before anything is allocated, with the numbers, or stays in host
// memory where a device can read that.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/comm/local_communicator.h"
#include "core/cpu/cpu_backend.h"
#include "core/star/memory_plan.h"
#include "tests/engine/counting_backend.h"
#include "tests/engine/engine_run.h"
#include "tests/engine/memory_store.h"
#include "tests/support/failure_of.h"
#include "tests/support/test_files.h"

namespace asterism::test {

namespace {

// A processor that claims to be a device with so much memory free, and to read as much of the
// host's.
class SmallBackend : public CountingBackend {
  public:
    struct Room {
        std::int64_t free = 0;
        std::int64_t total = 1'000'000'000;
        std::int64_t onHost = 0;
        int device = 0;
    };

    explicit SmallBackend(const Room& room)
        : CountingBackend(makeCpuBackend({.threads = 1})), m_room(room) {}

    MemoryUse memory() const override { return {m_room.device, m_room.free, m_room.total}; }
    HostMemory hostMemory() override { return {m_room.onHost, 1e9}; }
    std::unique_ptr<Buffer> allocateOnHost(std::int64_t bytes) override {
        m_hostBytes += bytes;
        return allocate(bytes);
    }
    // So that restored blocks take memory, as on a GPU.
    std::unique_ptr<Buffer> borrow(std::span<const std::byte>,
                                   std::shared_ptr<const void>) override {
        return nullptr;
    }

    void setFree(std::int64_t bytes) { m_room.free = bytes; }
    // Of everything that was allocated there.
    std::int64_t hostBytes() const { return m_hostBytes; }

  private:
    Room m_room;
    std::int64_t m_hostBytes = 0;
};

struct SmallEngine {
    std::vector<SmallBackend*> backends;
    std::unique_ptr<Engine> engine;
};

SmallEngine openWith(const std::vector<SmallBackend::Room>& rooms) {
    SmallEngine small;
    EngineParts parts;
    parts.file = openModelFile(dataFile("tiny/llama31"));
    for (const auto& room : rooms) {
        auto backend = std::make_unique<SmallBackend>(room);
        small.backends.push_back(backend.get());
        parts.backends.push_back(std::move(backend));
        parts.deviceOf.push_back(0);
    }
    const int ranks = static_cast<int>(rooms.size());
    parts.connectRanks = [ranks] { return makeLocalCommunicators(ranks); };
    small.engine = std::make_unique<Engine>(std::move(parts));
    return small;
}

TEST(MemoryPlan, WeightsThatDoNotFitAreRefusedWithTheNumbers) {
    const std::string complaint = failureOf([] { openWith({{.free = 1000}}); });
    EXPECT_NE(complaint.find("weights"), std::string::npos) << complaint;
    EXPECT_NE(complaint.find("0.00 GB of 1.00 GB are free"), std::string::npos) << complaint;
    EXPECT_NE(complaint.find("--device cpu"), std::string::npos) << complaint;
}

TEST(MemoryPlan, AContextThatDoesNotFitIsRefusedAndAShorterOneIsEncoded) {
    const auto small = openWith({{.free = 30'000'000}});
    Engine& engine = *small.engine;
    const ContextOptions options = exactOptions(64);
    const auto encode = [&](std::int64_t tokens) {
        engine.encode(someTokens(tokens, engine.config().vocabulary, 1), {}, options, {}, {});
    };
    const std::string complaint = failureOf([&] { encode(2'000'000); });
    EXPECT_NE(complaint.find("keys and values"), std::string::npos) << complaint;
    EXPECT_NE(complaint.find("--kv q8"), std::string::npos) << complaint;
    EXPECT_EQ(failureOf([&] { encode(200); }), "no error");
}

// A context of eight blocks behind a fixed anchor, and devices with room for some of them.
class SpilledBlocks : public testing::TestWithParam<AttentionMode> {
  protected:
    static constexpr std::int64_t kBlock = 64;
    static constexpr std::size_t kBlocks = 8;
    static constexpr std::int64_t kPlenty = 900'000'000;

    SpilledBlocks() : m_plain(openWith({{.free = kPlenty}})) {
        m_question.context =
            someTokens(kBlock * std::int64_t{kBlocks}, m_plain.engine->config().vocabulary, 1);
        m_question.query = someTokens(9, m_plain.engine->config().vocabulary, 2);
        m_question.options = exactOptions(kBlock);
        m_question.options.attention = GetParam();
        m_question.maxTokens = 6;
        const auto context = encode(*m_plain.engine);
        m_blockBytes = context->keyValues.front()->bytes();
        m_others = restOf(*context, 1);
    }

    std::unique_ptr<EncodedContext> encode(Engine& engine) {
        m_warnings.clear();
        return engine.encode(m_question.context, {}, m_question.options, listen(), {});
    }
    EventSink listen() {
        return [this](const EngineEvent& event) {
            if (const auto* warning = std::get_if<Warning>(&event))
                m_warnings.push_back(warning->text);
        };
    }
    // What a device of one rank needs beside the keys and values, the margin included.
    std::int64_t restOf(const EncodedContext& context, int ranks) {
        EncodedContext empty;
        empty.options = context.options;
        empty.tokens = context.tokens;
        empty.blocks = context.blocks;
        empty.rankOf = context.rankOf;
        empty.anchorTokens = context.anchorTokens;
        empty.keyValues.resize(context.blocks.size());
        empty.anchors.resize(static_cast<std::size_t>(ranks));
        SmallBackend backend(SmallBackend::Room{});
        const ModelWeights weights;
        Rank rank(m_plain.engine->config(), weights, backend);
        const auto communicators = makeLocalCommunicators(ranks);
        rank.setCommunicator(*communicators.front());
        const MemoryPlan plan = planMemory(rank, empty);
        return plan.anchor + plan.workSpace + 1'000'000'000 / 64;
    }
    SmallBackend::Room roomFor(std::int64_t blocks, std::int64_t hostBlocks) const {
        return {.free = m_others + blocks * m_blockBytes, .onHost = hostBlocks * m_blockBytes};
    }
    static std::int64_t onHost(const EncodedContext& context) {
        return std::count_if(
            context.keyValues.begin(), context.keyValues.end(),
            [](const auto& block) { return block && block->place() == MemoryPlace::host; });
    }

    SmallEngine m_plain;
    Question m_question;
    std::int64_t m_blockBytes = 0;
    std::int64_t m_others = 0;
    std::vector<std::string> m_warnings;
};

TEST_P(SpilledBlocks, AreThoseThatHaveNoRoomAndAnswerAsAllOthers) {
    const SmallEngine small = openWith({roomFor(5, 3)});
    const auto context = encode(*small.engine);
    EXPECT_EQ(onHost(*context), 3);
    EXPECT_EQ(context->keyValues.back()->place(), MemoryPlace::host) << "the first ones stay";
    EXPECT_EQ(small.backends.front()->hostBytes(), 3 * m_blockBytes);
    ASSERT_EQ(m_warnings.size(), 1U);
    EXPECT_NE(m_warnings.front().find("3 of 8 blocks"), std::string::npos) << m_warnings.front();
    EXPECT_NE(m_warnings.front().find("1 ms longer"), std::string::npos) << m_warnings.front();
    EXPECT_NE(m_warnings.front().find("--kv q8"), std::string::npos) << m_warnings.front();
    EXPECT_EQ(ask(*small.engine, m_question).tokens, ask(*m_plain.engine, m_question).tokens);
}

TEST_P(SpilledBlocks, AreNoneWhereAllHaveRoom) {
    const SmallEngine small = openWith({roomFor(8, 8)});
    EXPECT_EQ(onHost(*encode(*small.engine)), 0);
    EXPECT_TRUE(m_warnings.empty());
}

TEST_P(SpilledBlocks, ThatNeitherMemoryHoldsAreRefusedWithTheNumbers) {
    const SmallEngine small = openWith({roomFor(5, 2)});
    const std::string complaint = failureOf([&] { encode(*small.engine); });
    EXPECT_NE(complaint.find("of the computer's own memory"), std::string::npos) << complaint;
    EXPECT_NE(complaint.find("of 1.00 GB are free"), std::string::npos) << complaint;
    EXPECT_NE(complaint.find("--device cpu"), std::string::npos) << complaint;
    EXPECT_EQ(small.backends.front()->hostBytes(), 0) << "nothing was taken";
}

TEST_P(SpilledBlocks, DoNotHelpWhereTheWorkSpaceHasNoRoom) {
    const SmallEngine small = openWith({{.free = kPlenty, .onHost = kPlenty}});
    small.backends.front()->setFree(1000);
    const std::string complaint = failureOf([&] { encode(*small.engine); });
    EXPECT_NE(complaint.find("work space"), std::string::npos) << complaint;
}

INSTANTIATE_TEST_SUITE_P(Modes, SpilledBlocks,
                         testing::Values(AttentionMode::star, AttentionMode::dense,
                                         AttentionMode::window));

class SpilledStarBlocks : public SpilledBlocks {};

TEST_P(SpilledStarBlocks, ComeBackFromTheStoreToWhereTheyStood) {
    MemoryStore store;
    m_plain.engine->setBlockStore(store, "tiny");
    encode(*m_plain.engine);
    const SmallEngine small = openWith({roomFor(5, 3)});
    small.engine->setBlockStore(store, "tiny");
    const auto context = encode(*small.engine);
    EXPECT_EQ(context->restoredBlocks, std::int64_t{kBlocks});
    EXPECT_EQ(onHost(*context), 3);
    EXPECT_EQ(small.backends.front()->hostBytes(), 3 * m_blockBytes);
    EXPECT_EQ(ask(*small.engine, m_question).tokens, ask(*m_plain.engine, m_question).tokens);
}

// Whoever drops blocks as soon as they are kept elsewhere needs no host memory for the rest.
TEST_P(SpilledStarBlocks, AreNotThoseThatAreWantedNow) {
    const SmallEngine small = openWith({roomFor(5, 3)});
    Engine& engine = *small.engine;
    const auto context =
        engine.layOut(m_question.context, engine.plan(m_question.context, {}, m_question.options),
                      m_question.options);
    for (std::size_t block = 0; block < kBlocks; ++block) {
        const std::size_t wanted[] = {block};
        engine.encode(*context, wanted, listen(), {});
        EXPECT_EQ(context->keyValues[block]->place(), MemoryPlace::device) << block;
        context->keyValues[block].reset();
    }
    EXPECT_EQ(small.backends.front()->hostBytes(), 0);
    EXPECT_EQ(m_warnings.size(), 1U) << "what a question will cost is said once";
}

TEST_P(SpilledStarBlocks, AreCountedByDevice) {
    m_others = restOf(*encode(*m_plain.engine), 2);
    SmallBackend::Room narrow = roomFor(1, 8);
    SmallBackend::Room wide = roomFor(4, 8);
    wide.device = 1;
    const SmallEngine small = openWith({narrow, wide});
    const auto context = encode(*small.engine);
    EXPECT_EQ(onHost(*context), 3);
    for (std::size_t i = 0; i < kBlocks; ++i) {
        if (context->rankOf[i] == 1) {
            EXPECT_EQ(context->keyValues[i]->place(), MemoryPlace::device);
        }
    }
    EXPECT_EQ(ask(*small.engine, m_question).tokens, ask(*m_plain.engine, m_question).tokens);
}

INSTANTIATE_TEST_SUITE_P(Star, SpilledStarBlocks, testing::Values(AttentionMode::star));

}  // namespace

}  // namespace asterism::test
