// What is taken from a store, what is encoded, and that neither changes the answer.

#include <map>
#include <memory>
#include <new>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "core/comm/local_communicator.h"
#include "core/cpu/arithmetic.h"
#include "core/cpu/cpu_backend.h"
#include "tests/engine/counting_backend.h"
#include "tests/engine/engine_run.h"
#include "tests/engine/memory_store.h"
#include "tests/support/failure_of.h"
#include "tests/support/test_files.h"

namespace asterism::test {

namespace {

constexpr std::int64_t kBlock = 24;
constexpr std::int64_t kContext = 3 * kBlock + 10;
constexpr std::int64_t kBlocks = 4;

struct Case {
    AnchorMode anchor;
    Positions positions;
    int ranks;
};

class StoredBlocks : public testing::TestWithParam<Case> {
  protected:
    StoredBlocks() : m_engine(openEngine(dataFile("tiny/llama31"), GetParam().ranks)) {
        m_context = someTokens(kContext, m_engine->config().vocabulary, 5);
        m_options.blockTokens = kBlock;
        m_options.anchor = GetParam().anchor;
        m_options.positions = GetParam().positions;
        m_options.anchorTokens = 10;
        if (m_options.anchor == AnchorMode::fixedText)
            m_options.fixedAnchor = someTokens(9, m_engine->config().vocabulary, 6);
        m_engine->setBlockStore(m_store, "tiny");
    }

    std::unique_ptr<EncodedContext> encode() {
        m_warnings.clear();
        const EventSink events = [&](const EngineEvent& event) {
            if (const auto* warning = std::get_if<Warning>(&event))
                m_warnings.push_back(warning->text);
        };
        return m_engine->encode(m_context, {}, m_options, events, {});
    }

    std::vector<float> logits(const EncodedContext& context) {
        Conversation conversation = m_engine->startConversation(context, truePlacement());
        AnswerOptions options;
        options.maxTokens = 0;
        options.topLogits = m_engine->config().vocabulary;
        const auto query = someTokens(5, m_engine->config().vocabulary, 7);
        return logitsOf(*m_engine, m_engine->answer(conversation, query, options, {}, {}));
    }

    std::unique_ptr<Engine> m_engine;
    MemoryStore m_store;
    std::vector<TokenId> m_context;
    ContextOptions m_options;
    std::vector<std::string> m_warnings;
};

TEST_P(StoredBlocks, ReopeningEncodesNothingAndAnswersBitForBit) {
    const auto first = encode();
    EXPECT_EQ(first->restoredBlocks, 0);
    const auto second = encode();
    EXPECT_EQ(second->restoredBlocks, kBlocks);
    EXPECT_EQ(logits(*first), logits(*second));
}

TEST_P(StoredBlocks, AnEditEncodesItsOwnBlockBehindTheStoredAnchor) {
    encode();
    m_context[2 * kBlock + 3] ^= 1;
    const auto edited = encode();
    EXPECT_EQ(edited->restoredBlocks, kBlocks - 1);
    MemoryStore empty;
    m_engine->setBlockStore(empty, "tiny");
    const auto anew = encode();
    EXPECT_EQ(anew->restoredBlocks, 0);
    EXPECT_EQ(logits(*anew), logits(*edited));
}

TEST_P(StoredBlocks, ALostAnchorIsEncodedAgainForTheBlocksThatNeedIt) {
    const auto first = encode();
    const std::vector<float> before = logits(*first);
    // The anchor is kept unquantised, so it alone has its size; then a block is lost too.
    KvLayout anchor = first->keyValues[0]->layout();
    anchor.type = KvType::f32;
    m_store.forget(static_cast<std::size_t>(anchor.blockBytes(first->anchorTokens)));
    m_store.forget(static_cast<std::size_t>(first->keyValues.back()->bytes()));
    const auto second = encode();
    EXPECT_EQ(second->restoredBlocks, kBlocks - 1);
    EXPECT_EQ(before, logits(*second));
}

TEST_P(StoredBlocks, AnotherModelFindsNothing) {
    encode();
    m_engine->setBlockStore(m_store, "another");
    EXPECT_EQ(encode()->restoredBlocks, 0);
}

TEST_P(StoredBlocks, AStoreThatCannotKeepCostsAWarningNotTheRun) {
    m_store.refuse();
    const auto context = encode();
    EXPECT_EQ(m_store.size(), 0U);
    ASSERT_FALSE(m_warnings.empty());
    EXPECT_EQ(m_warnings.front(), "the disk is full");
    EXPECT_EQ(logits(*context).size(), static_cast<std::size_t>(m_engine->config().vocabulary));
}

INSTANTIATE_TEST_SUITE_P(Modes, StoredBlocks,
                         testing::Values(Case{AnchorMode::first, Positions::contiguous, 1},
                                         Case{AnchorMode::first, Positions::global, 2},
                                         Case{AnchorMode::none, Positions::contiguous, 2},
                                         Case{AnchorMode::fixedText, Positions::contiguous, 1},
                                         Case{AnchorMode::fixedText, Positions::global, 3}));

std::unique_ptr<Engine> engineOver(std::unique_ptr<Backend> backend) {
    EngineParts parts;
    parts.file = openModelFile(dataFile("tiny/llama31"));
    parts.backends.push_back(std::move(backend));
    parts.deviceOf.push_back(0);
    parts.connectRanks = [] { return makeLocalCommunicators(1); };
    return std::make_unique<Engine>(std::move(parts));
}

// An engine that computes with the arithmetic, over the store if there is one.
std::unique_ptr<Engine> engineWith(cpu::Arithmetic arithmetic, MemoryStore* store) {
    auto engine = engineOver(makeCpuBackend({.threads = 1, .arithmetic = arithmetic}));
    if (store) engine->setBlockStore(*store, "tiny");
    return engine;
}

void expectSameBlocks(const EncodedContext& a, const EncodedContext& b) {
    const auto host = makeCpuBackend({.threads = 1});
    ASSERT_EQ(a.keyValues.size(), b.keyValues.size());
    for (std::size_t i = 0; i < a.keyValues.size(); ++i)
        EXPECT_TRUE(a.keyValues[i]->packed(*host) == b.keyValues[i]->packed(*host))
            << "block " << i;
}

// One arithmetic of every class that this machine computes in.
std::vector<cpu::Arithmetic> oneOfEachClass() {
    std::map<std::string_view, cpu::Arithmetic> classes;
    for (const auto arithmetic : cpu::supportedArithmetics(cpu::InstructionSet::automatic))
        classes.emplace(cpu::numericClass(arithmetic), arithmetic);
    std::vector<cpu::Arithmetic> found;
    found.reserve(classes.size());
    for (const auto& [name, arithmetic] : classes) found.push_back(arithmetic);
    return found;
}

// A project that was encoded on one machine opens on another, which computes with other numbers.
TEST(StoredBlockClasses, BlocksOfOneAreFoundByAnEngineOfAnother) {
    ContextOptions options;
    options.blockTokens = kBlock;
    for (const cpu::Arithmetic writes : oneOfEachClass()) {
        for (const cpu::Arithmetic reads : oneOfEachClass()) {
            if (writes == reads) continue;
            SCOPED_TRACE(testing::Message()
                         << cpu::numericClass(writes) << " read as " << cpu::numericClass(reads));
            MemoryStore store;
            const auto writer = engineWith(writes, &store);
            const auto context = someTokens(kContext, writer->config().vocabulary, 5);
            const auto written = writer->encode(context, {}, options, {}, {});
            const std::size_t kept = store.size();

            const auto reader = engineWith(reads, &store);
            EXPECT_EQ(reader->blockKeys(*written), writer->blockKeys(*written));
            EXPECT_EQ(reader->encode(context, {}, options, {}, {})->restoredBlocks, kBlocks);
            EXPECT_EQ(store.size(), kept);

            // What is missing is kept under the reader's own class, and found again there.
            store.forget(static_cast<std::size_t>(written->keyValues.back()->bytes()));
            EXPECT_EQ(reader->encode(context, {}, options, {}, {})->restoredBlocks, kBlocks - 1);
            EXPECT_EQ(writer->encode(context, {}, options, {}, {})->restoredBlocks, kBlocks);
        }
    }
}

// Without a store, the first block is made of the anchor while the last one is encoded.
TEST(StoredBlockClasses, BlocksInMemoryAloneHaveTheBitsOfStoredOnes) {
    ContextOptions options;
    options.blockTokens = kBlock;
    for (const cpu::Arithmetic arithmetic : oneOfEachClass()) {
        SCOPED_TRACE(cpu::numericClass(arithmetic));
        MemoryStore store;
        const auto keeping = engineWith(arithmetic, &store);
        const auto alone = engineWith(arithmetic, nullptr);
        const auto context = someTokens(kContext, alone->config().vocabulary, 5);
        const auto kept = keeping->encode(context, {}, options, {}, {});
        const auto inMemory = alone->encode(context, {}, options, {}, {});
        ASSERT_TRUE(inMemory->isComplete());
        expectSameBlocks(*inMemory, *kept);
    }
}

// Wherever a run without a store is stopped, what was finished is there, and the rest follows.
TEST(StoppedBlocks, AreThereAsFarAsTheyWereFinished) {
    const auto engine = engineWith(cpu::Arithmetic::f32, nullptr);
    const auto tokens = someTokens(kContext, engine->config().vocabulary, 5);
    ContextOptions options;
    options.blockTokens = kBlock;
    const auto whole = engine->encode(tokens, {}, options, {}, {});
    const std::vector<std::size_t> all = {0, 1, 2, 3};
    for (std::size_t finished = 1; finished < all.size(); ++finished) {
        SCOPED_TRACE(finished);
        const auto context = engine->layOut(tokens, whole->blocks, options);
        encodeUntil(*engine, *context, all, finished);
        const double seconds = context->encodeSeconds;
        EXPECT_GT(seconds, 0) << "what was done counts";
        for (const std::size_t index : all)
            EXPECT_EQ(context->hasBlock(index), index < finished) << index;
        engine->encode(*context, all, {}, {});
        EXPECT_GT(context->encodeSeconds, seconds);
        expectSameBlocks(*context, *whole);
    }
}

// Fails to quantise while it is told to.
class FailingQuantizer : public CountingBackend {
  public:
    FailingQuantizer() : CountingBackend(makeCpuBackend({.threads = 1})) {}

    void quantize(const KeyValueView& from, const KeyValueView& to) override {
        if (fails) throw Error("no memory to quantise");
        CountingBackend::quantize(from, to);
    }
    bool fails = false;
};

// The first block is then made of an anchor whose first layers went back.
TEST(StoppedBlocks, AreRightInTheEndIfTheFirstCouldNotBeMadeOfTheAnchor) {
    auto owned = std::make_unique<FailingQuantizer>();
    FailingQuantizer& backend = *owned;
    const auto engine = engineOver(std::move(owned));
    const auto tokens = someTokens(kContext, engine->config().vocabulary, 5);
    ContextOptions options;
    options.blockTokens = kBlock;
    const auto whole = engine->encode(tokens, {}, options, {}, {});
    const auto context = engine->layOut(tokens, whole->blocks, options);
    std::stop_source stop;
    backend.setOnGiveBack([&] {
        backend.fails = true;
        stop.request_stop();
    });
    const std::vector<std::size_t> all = {0, 1, 2, 3};
    EXPECT_EQ(failureOf([&] { engine->encode(*context, all, {}, stop.get_token()); }),
              "no memory to quantise");
    backend.setOnGiveBack({});
    backend.fails = false;
    engine->encode(*context, all, {}, {});
    expectSameBlocks(*context, *whole);
}

// Has no memory to take blocks to the host.
class NarrowBackend : public CountingBackend {
  public:
    NarrowBackend() : CountingBackend(makeCpuBackend({.threads = 1})) {}

    void download(const TensorView&, std::span<std::byte>) override { throw std::bad_alloc(); }
};

TEST(StoredBlockMemory, ALackOfItCostsAWarningNotTheRun) {
    const auto engine = engineOver(std::make_unique<NarrowBackend>());
    MemoryStore store;
    engine->setBlockStore(store, "tiny");
    ContextOptions options;
    options.blockTokens = kBlock;
    options.anchor = AnchorMode::none;
    std::vector<std::string> warnings;
    const EventSink events = [&](const EngineEvent& event) {
        if (const auto* warning = std::get_if<Warning>(&event)) warnings.push_back(warning->text);
    };
    const auto tokens = someTokens(kContext, engine->config().vocabulary, 5);
    EXPECT_TRUE(engine->encode(tokens, {}, options, events, {})->isComplete());
    EXPECT_EQ(store.size(), 0U);
    ASSERT_EQ(warnings.size(), static_cast<std::size_t>(kBlocks));
    EXPECT_NE(warnings.front().find("not enough memory to keep a block of"), std::string::npos);
}

// The anchor's layers go back one by one while the last block is encoded.
TEST(StoppedBlocks, TheFirstIsThereIfTheAnchorWasBeingGivenBack) {
    auto owned = std::make_unique<CountingBackend>(makeCpuBackend({.threads = 1}));
    CountingBackend& backend = *owned;
    const auto engine = engineOver(std::move(owned));
    const auto tokens = someTokens(kContext, engine->config().vocabulary, 5);
    ContextOptions options;
    options.blockTokens = kBlock;
    const auto whole = engine->encode(tokens, {}, options, {}, {});
    ASSERT_GT(backend.givenBack(), 0);
    const auto context = engine->layOut(tokens, whole->blocks, options);
    std::stop_source stop;
    backend.setOnGiveBack([&] { stop.request_stop(); });
    const std::vector<std::size_t> all = {0, 1, 2, 3};
    EXPECT_THROW(engine->encode(*context, all, {}, stop.get_token()), Stopped);
    backend.setOnGiveBack({});
    for (const std::size_t index : all) EXPECT_EQ(context->hasBlock(index), index < 3) << index;
    engine->encode(*context, all, {}, {});
    expectSameBlocks(*context, *whole);
}

TEST(StoredBlockKeys, AContiguousBlockIsFoundAgainAtAnotherPlaceAGlobalOneIsNot) {
    const std::vector<TokenId> tokens{1, 2, 3};
    BlockKeyBase base;
    base.modelFingerprint = "model";
    base.options.positions = Positions::contiguous;
    EXPECT_EQ(blockKey(base, tokens, 0), blockKey(base, tokens, 100));
    base.options.positions = Positions::global;
    EXPECT_NE(blockKey(base, tokens, 0), blockKey(base, tokens, 100));
}

TEST(StoredBlockKeys, EverythingTheBytesDependOnChangesTheKey) {
    const std::vector<TokenId> tokens{1, 2, 3};
    const std::vector<TokenId> anchor{4};
    BlockKeyBase base;
    const BlockKey plain = blockKey(base, tokens, 0);
    const auto changed = [&](auto change) {
        BlockKeyBase other;
        change(other);
        return blockKey(other, tokens, 0) != plain;
    };
    EXPECT_TRUE(changed([](BlockKeyBase& other) { other.modelFingerprint = "other"; }));
    EXPECT_TRUE(changed([](BlockKeyBase& other) { other.numericClass = "bf16"; }));
    EXPECT_TRUE(changed([](BlockKeyBase& other) { other.options.kv = KvType::f32; }));
    EXPECT_TRUE(changed([&](BlockKeyBase& other) { other.anchor = anchor; }));
    EXPECT_TRUE(changed([](BlockKeyBase& other) { other.options.positions = Positions::global; }));
    const std::vector<TokenId> longer{1, 2, 3, 4};
    EXPECT_NE(blockKey(base, longer, 0), plain);
}

// Blocks in projects are found by them. They change with the version in block_key.cpp, on purpose.
TEST(StoredBlockKeys, OfTheSameBytesStayTheSame) {
    const std::vector<TokenId> tokens{1, 2, 3};
    EXPECT_EQ(blockKey({}, tokens, 0).hex(), "0f2b361104290c3de25ef7c82caf5b05");
}

}  // namespace

}  // namespace asterism::test
