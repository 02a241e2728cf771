// Keys and values that have no room in the GPU's memory stay in the host's, and nothing else
// changes.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/available_memory.h"
#include "core/base/error.h"
#include "cuda/cuda_backend.h"
#include "tests/cuda/gpu_engine.h"
#include "tests/engine/engine_run.h"
#include "tests/engine/memory_store.h"
#include "tests/support/test_files.h"
#include "tests/support/tiny_model.h"

namespace asterism::test {
namespace {

constexpr std::int64_t kMiB = std::int64_t{1} << 20;

struct Numbers {
    std::string name;
    DataType activations;
    KvType kv;
};

void PrintTo(const Numbers& numbers, std::ostream* stream) {
    *stream << numbers.name;
}

std::vector<std::byte> downloaded(Backend& backend, const TensorView& view) {
    std::vector<std::byte> bytes(static_cast<std::size_t>(view.bytes()));
    backend.download(view, bytes);
    return bytes;
}

class CudaHostMemory : public OnGpu, public testing::WithParamInterface<Numbers> {
  protected:
    static constexpr std::int64_t kTokens = 700;
    static constexpr std::int64_t kHeads = 4;
    static constexpr std::int64_t kHeadDim = 64;

    Tensor random(Backend& backend, std::int64_t heads) {
        const Shape shape{kTokens, heads, kHeadDim};
        std::vector<float> values;
        for (const TokenId token : someTokens(shape.elements(), 2001, m_seed++))
            values.push_back(static_cast<float>(token) / 1000.0F - 1.0F);
        Tensor exact = backend.floats(shape);
        backend.upload(std::as_bytes(std::span(values)), exact.view());
        Tensor tensor = backend.activations(shape);
        backend.convert(exact.view(), tensor.view());
        return tensor;
    }

    std::uint64_t m_seed = 1;
};

TEST_P(CudaHostMemory, holdsWhatIsStoredThereAndIsAttendedToAsTheGpusIs) {
    const auto backend = makeCudaBackend({.activations = GetParam().activations});
    const KvLayout layout{GetParam().kv, 1, 2, kHeadDim};
    KeyValueBlock here(*backend, layout, kTokens);
    KeyValueBlock there(*backend, layout, kTokens, MemoryPlace::host);
    const Tensor keys = random(*backend, 2);
    const Tensor values = random(*backend, 2);
    for (KeyValueBlock* block : {&here, &there}) {
        block->setTokens(kTokens);
        backend->store(keys.view(), values.view(), block->view(0), 0);
    }
    EXPECT_TRUE(here.packed(*backend) == there.packed(*backend));
    const auto reader = backend->readAside();
    EXPECT_TRUE(here.packed(*backend) ==
                there.packed([&](const TensorView& from, std::span<std::byte> host) {
                    reader->download(from, host);
                }));

    const Tensor queries = random(*backend, kHeads);
    AttentionCall call;
    call.rope = backend->addRope(
        {.dimensions = kHeadDim, .frequencies = std::vector<double>(kHeadDim / 2, 0.25)});
    call.scale = 0.125F;
    for (const std::int64_t rows : {std::int64_t{1}, std::int64_t{40}, kTokens}) {
        call.queries = queries.view().slice(0, rows);
        const Tensor output = backend->floats(call.queries.shape);
        const Tensor logSumExp = backend->floats({rows, kHeads});
        call.partial = {output.view(), logSumExp.view()};
        std::vector<std::vector<std::byte>> results;
        for (const KeyValueBlock* block : {&here, &there}) {
            const AttentionSegment segment{block->view(0), 0, 1, 0, 0, kTokens};
            call.segments = {&segment, 1};
            backend->attend(call);
            results.push_back(downloaded(*backend, output.view()));
        }
        EXPECT_TRUE(results[0] == results[1]) << rows << " rows";
    }
}

TEST_P(CudaHostMemory, takesBytesFromTheHostAndGivesThemBack) {
    const auto backend = makeCudaBackend({.activations = GetParam().activations});
    const auto memory = backend->allocateOnHost(5 * kMiB + 3);
    const TensorView view{memory->data(), {memory->bytes()}, DataType::i8};
    std::vector<std::byte> bytes(static_cast<std::size_t>(view.bytes()));
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 7 % 251);
    backend->upload(bytes, view);
    EXPECT_TRUE(downloaded(*backend, view) == bytes);
    const Tensor copy = backend->tensor(view.shape, DataType::i8);
    backend->copy(view, copy.view());
    EXPECT_TRUE(downloaded(*backend, copy.view()) == bytes);
}

std::vector<Numbers> allNumbers() {
    return {{"f32", DataType::f32, KvType::f32},
            {"bf16", DataType::bf16, KvType::bf16},
            {"q8", DataType::bf16, KvType::q8}};
}

const auto kNameOf = [](const auto& test) { return test.param.name; };

INSTANTIATE_TEST_SUITE_P(Types, CudaHostMemory, testing::ValuesIn(allNumbers()), kNameOf);

// A context whose keys and values take more memory than everything else.
class CudaSpill : public OnGpu, public testing::WithParamInterface<Numbers> {
  protected:
    static constexpr std::int64_t kBlock = 1000;
    static constexpr std::int64_t kBlocks = 40;
    // More than work space and margin take here.
    static constexpr std::int64_t kOthers = 56 * kMiB;

    void SetUp() override {
        OnGpu::SetUp();
        if (IsSkipped()) return;
        m_path = m_folder / "tiny.gguf";
        writeTinyModel(m_path, {.layers = 8, .hidden = 256, .kvHeads = 4, .headDim = 64});
        const auto engine = openOnGpu(m_path, GetParam().activations);
        m_question.context = someTokens(kBlock * kBlocks, engine->config().vocabulary, 71);
        m_question.query = someTokens(9, engine->config().vocabulary, 72);
        m_question.options = exactOptions(kBlock);
        m_question.options.kv = GetParam().kv;
        m_question.maxTokens = 12;
        m_kvBytes = engine->encode(m_question.context, {}, m_question.options, {}, {})->kvBytes();
        m_expected = ask(*engine, m_question);
    }

    // An engine with room for about half of the blocks.
    std::unique_ptr<Engine> openNarrow(int ranks = 1) {
        std::int64_t own = 0;
        {
            const auto probe = makeCudaBackend();
            const std::int64_t before = probe->memory().free;
            const auto wide = openOnGpu(m_path, GetParam().activations, ranks);
            own = before - probe->memory().free;
        }
        return openOnGpu(m_path, GetParam().activations, ranks,
                         own + ranks * kOthers + m_kvBytes / 2);
    }

    // Encodes, checks that about half of the blocks have spilled, and asks.
    Answer expectSpilled(Engine& engine) {
        int warnings = 0;
        const EventSink events = [&](const EngineEvent& event) {
            if (const auto* warning = std::get_if<Warning>(&event)) {
                ++warnings;
                EXPECT_NE(warning->text.find("do not fit on cuda:0"), std::string::npos)
                    << warning->text;
            }
        };
        const auto context = engine.encode(m_question.context, {}, m_question.options, events, {});
        const auto onHost =
            std::count_if(context->keyValues.begin(), context->keyValues.end(),
                          [](const auto& block) { return block->place() == MemoryPlace::host; });
        EXPECT_GE(onHost, kBlocks / 4);
        EXPECT_LE(onHost, kBlocks * 3 / 4);
        EXPECT_EQ(warnings, 1);
        m_restored = context->restoredBlocks;
        Conversation conversation = engine.startConversation(*context, m_question.placement);
        AnswerOptions options;
        options.maxTokens = m_question.maxTokens;
        options.topLogits = engine.config().vocabulary;
        options.ignoresEnd = true;
        return engine.answer(conversation, m_question.query, options, {}, {});
    }

    TempDir m_folder;
    std::filesystem::path m_path;
    Question m_question;
    Answer m_expected;
    std::int64_t m_kvBytes = 0;
    std::int64_t m_restored = 0;
};

TEST_P(CudaSpill, answersAsIfThereWereRoom) {
    const auto engine = openNarrow();
    const Answer answer = expectSpilled(*engine);
    EXPECT_EQ(answer.tokens, m_expected.tokens);
    EXPECT_EQ(logitsOf(*engine, answer), logitsOf(*engine, m_expected));
    EXPECT_EQ(answer.mass.front(), m_expected.mass.front());
}

TEST_P(CudaSpill, attendsDenselyAsIfThereWereRoom) {
    m_question.options.attention = AttentionMode::dense;
    m_question.maxTokens = 3;
    m_expected = ask(*openOnGpu(m_path, GetParam().activations), m_question);
    EXPECT_EQ(expectSpilled(*openNarrow()).tokens, m_expected.tokens);
}

TEST_P(CudaSpill, storedBlocksComeBackToHostMemory) {
    const auto engine = openNarrow();
    MemoryStore store;
    engine->setBlockStore(store, "tiny");
    EXPECT_EQ(expectSpilled(*engine).tokens, m_expected.tokens);
    EXPECT_EQ(m_restored, 0);
    EXPECT_EQ(expectSpilled(*engine).tokens, m_expected.tokens);
    EXPECT_EQ(m_restored, kBlocks);
    const auto wide = openOnGpu(m_path, GetParam().activations);
    wide->setBlockStore(store, "tiny");
    EXPECT_EQ(logitsOf(*wide, ask(*wide, m_question)), logitsOf(*wide, m_expected))
        << "what was saved from host memory";
}

TEST_P(CudaSpill, ranksOfOneGpuShareItsLimit) {
    const auto two = openOnGpu(m_path, GetParam().activations, 2);
    const auto expected = ask(*two, m_question).tokens;
    const auto engine = openNarrow(2);
    EXPECT_EQ(expectSpilled(*engine).tokens, expected);
}

TEST_P(CudaSpill, memoryThatOthersHaveIsNotCountedOn) {
    const auto engine = openOnGpu(m_path, GetParam().activations);
    const auto other = makeCudaBackend();
    {
        const MemoryUse use = other->memory();
        const auto taken = other->allocate(use.free - use.total / 64 - kOthers - m_kvBytes / 2);
        EXPECT_EQ(expectSpilled(*engine).tokens, m_expected.tokens);
    }
    {
        std::vector<std::unique_ptr<Buffer>> taken;
        for (std::int64_t bytes = 1024 * kMiB; bytes >= kMiB;) try {
                taken.push_back(other->allocate(bytes));
            } catch (const Error&) {
                bytes /= 2;
            }
        expectError([&] { ask(*openOnGpu(m_path, GetParam().activations), m_question); },
                    {"are free", "--device cpu"});
        expectError([&] { ask(*engine, m_question); }, {"are free", "--device cpu"});
    }
    EXPECT_EQ(ask(*engine, m_question).tokens, m_expected.tokens) << "once it is given back";
}

INSTANTIATE_TEST_SUITE_P(Types, CudaSpill, testing::ValuesIn(allNumbers()), kNameOf);

class CudaMemoryLimit : public OnGpu {};

TEST_F(CudaMemoryLimit, isWhatIsFreeAndIsKept) {
    const auto before = makeCudaBackend({.memoryLimit = std::int64_t{8} << 30});
    const std::int64_t used = before->memory().total - before->memory().free;
    const auto backend = makeCudaBackend({.memoryLimit = used + 200 * kMiB});
    EXPECT_LT(backend->memory().free, 200 * kMiB);
    EXPECT_GT(backend->memory().free, 100 * kMiB);
    EXPECT_EQ(backend->memory().total, used + 200 * kMiB);
    const auto some = backend->allocate(80 * kMiB);
    expectError([&] { backend->allocate(150 * kMiB); },
                {"not enough GPU memory", std::to_string(150 * kMiB) + " bytes were asked for",
                 "--device cpu"});
    EXPECT_NO_THROW(backend->allocate(10 * kMiB));
}

TEST_F(CudaMemoryLimit, hostMemoryThatIsNotThereIsSaidInNumbers) {
    const auto backend = makeCudaBackend();
    const HostMemory host = backend->hostMemory();
    EXPECT_GT(host.free, 0);
    EXPECT_LT(host.free, availableMemory() + 64 * kMiB);
    EXPECT_GT(host.readBytesPerSecond, 1e9);
    expectError([&] { backend->allocateOnHost(std::int64_t{1} << 46); },
                {std::to_string(std::int64_t{1} << 46), "are available", "shorter context"});
}

}  // namespace
}  // namespace asterism::test
