#include "core/cpu/cpu_backend.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <span>
#include <thread>
#include <vector>

#include "core/base/error.h"
#include "core/cpu/machine_rate.h"
#include "core/star/kv_block.h"
#include "tests/core/cpu/scarce_memory.h"

namespace asterism {
namespace {

using cpu::Arithmetic;
using cpu::InstructionSet;

TEST(CpuBackendTest, descriptionNamesTheKernelsAndTheThreads) {
    EXPECT_EQ(makeCpuBackend({1, InstructionSet::plain})->description(),
              "cpu, plain loops, 1 thread");
    EXPECT_EQ(makeCpuBackend({3, InstructionSet::plain})->description(),
              "cpu, plain loops, 3 threads");
}

TEST(CpuBackendTest, anInstructionSetTheMachineLacksIsRefusedByName) {
    const auto& sets = cpu::supportedInstructionSets();
    EXPECT_EQ(sets.back(), InstructionSet::plain);
    for (const InstructionSet set : {InstructionSet::avx2, InstructionSet::avx512}) {
        if (std::find(sets.begin(), sets.end(), set) != sets.end()) {
            EXPECT_EQ(cpu::chooseInstructionSet(set), set);
            continue;
        }
        try {
            makeCpuBackend({1, set});
            FAIL() << "made a backend without " << instructionSetName(set);
        } catch (const Error& error) {
            EXPECT_NE(std::string(error.what()).find(instructionSetName(set)), std::string::npos);
        }
    }
}

TEST(CpuBackendTest, everyArithmeticSaysWhatItComputesInAndWhichBlocksItMayShare) {
    const std::map<Arithmetic, std::pair<std::string, std::string>> expected{
        {Arithmetic::amxBf16, {"cpu, AMX, bf16 activations, 1 thread", "bf16"}},
        {Arithmetic::avx512Bf16, {"cpu, AVX-512 BF16, bf16 activations, 1 thread", "bf16"}},
        {Arithmetic::avx512VnniBf16,
         {"cpu, AVX-512 VNNI and BF16, 8-bit activations, 1 thread", "q8a-bf16"}},
        {Arithmetic::avx512Vnni, {"cpu, AVX-512 VNNI, 8-bit activations, 1 thread", "q8a"}},
        {Arithmetic::avx2Bytes, {"cpu, AVX2, 8-bit activations, 1 thread", "q8a"}}};
    for (const Arithmetic arithmetic : cpu::supportedArithmetics(InstructionSet::automatic)) {
        CpuOptions options{1};
        options.arithmetic = arithmetic;
        const auto backend = makeCpuBackend(options);
        if (arithmetic == Arithmetic::f32) {
            EXPECT_EQ(backend->numericClass(), "f32");
            continue;
        }
        EXPECT_EQ(backend->description(), expected.at(arithmetic).first);
        EXPECT_EQ(backend->numericClass(), expected.at(arithmetic).second);
    }
    EXPECT_EQ(cpu::supportedArithmetics(InstructionSet::plain), std::vector{Arithmetic::f32});
}

TEST(CpuBackendTest, anArithmeticTheMachineLacksIsRefusedByName) {
    CpuOptions options{1, InstructionSet::plain, Arithmetic::avx512Vnni};
    try {
        makeCpuBackend(options);
        FAIL() << "made a backend of plain loops with VNNI";
    } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find("AVX-512 VNNI"), std::string::npos);
    }
}

TEST(CpuBackendTest, buffersStartOnACacheLine) {
    const auto backend = makeCpuBackend({1, InstructionSet::plain});
    for (const std::int64_t bytes : {0, 1, 63, 1000}) {
        const auto buffer = backend->allocate(bytes);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer->data()) % 64, 0U);
        EXPECT_EQ(buffer->bytes(), bytes);
    }
}

// As the ranks of one machine do.
TEST(CpuBackendTest, backendsOfSeveralThreadsShareWeights) {
    const std::vector<float> values(128 * 64, 0.5F);
    HostWeight host;
    host.rows = 128;
    host.columns = 64;
    host.bytes = std::as_bytes(std::span(values));
    const auto weight = makeCpuBackend({1})->load(host);
    constexpr int kRanks = 3;
    std::vector<std::thread> ranks;
    ranks.reserve(kRanks);
    for (int rank = 0; rank < kRanks; ++rank) {
        ranks.emplace_back([&weight, rank] {
            const auto backend = makeCpuBackend({2});
            const std::int64_t tokens = 1 + rank * 10;
            const Tensor input = backend->floats({tokens, 64});
            const Tensor output = backend->floats({tokens, 128});
            std::fill_n(input.view().floats(), input.view().elements(), 2.0F);
            for (int round = 0; round < 50; ++round)
                backend->linear(input.view(), *weight, nullptr, output.view());
            for (std::int64_t i = 0; i < output.view().elements(); ++i)
                ASSERT_FLOAT_EQ(output.view().floats()[i], 64.0F);
        });
    }
    for (std::thread& rank : ranks) rank.join();
}

TEST(CpuBackendTest, resultsDoNotDependOnTheNumberOfThreads) {
    const std::vector<float> values(96 * 320, 0.25F);
    HostWeight host;
    host.rows = 96;
    host.columns = 320;
    host.bytes = std::as_bytes(std::span(values));
    std::vector<std::vector<float>> results;
    for (const int threads : {1, 2, 4}) {
        const auto backend = makeCpuBackend({threads});
        const auto weight = backend->load(host);
        const Tensor input = backend->floats({500, 320});
        const Tensor output = backend->floats({500, 96});
        for (std::int64_t i = 0; i < input.view().elements(); ++i)
            input.view().floats()[i] = static_cast<float>(i % 97) * 0.1F;
        backend->linear(input.view(), *weight, nullptr, output.view());
        const float* begin = output.view().floats();
        results.emplace_back(begin, begin + output.view().elements());
    }
    EXPECT_EQ(results[0], results[1]);
    EXPECT_EQ(results[0], results[2]);
}

// Weights or a cache that are damaged must end in an error, which whoever reads the logits throws.
TEST(CpuBackendTest, attentionToAKeyThatIsNoNumberIsNoneEither) {
    constexpr std::int64_t kTokens = 80;
    constexpr std::int64_t kHeadDim = 64;
    constexpr std::int64_t kDamaged = 37;
    RopeConfig rope;
    rope.dimensions = kHeadDim;
    rope.frequencies.assign(kHeadDim / 2, 0.01);
    for (const Arithmetic arithmetic : cpu::supportedArithmetics(InstructionSet::automatic)) {
        CpuOptions options{2};
        options.arithmetic = arithmetic;
        const auto backend = makeCpuBackend(options);
        const Tensor queries = backend->floats({kTokens, 2, kHeadDim});
        const Tensor keys = backend->floats({1, kTokens, kHeadDim});
        const Tensor values = backend->floats({1, kTokens, kHeadDim});
        for (const Tensor* each : {&queries, &keys, &values})
            std::fill_n(each->view().floats(), each->view().elements(), 0.25F);
        keys.view().floats()[kDamaged * kHeadDim + 5] = std::numeric_limits<float>::quiet_NaN();
        AttentionSegment segment;
        segment.keyValues = {KvType::f32,       1, kHeadDim, kTokens, kTokens, keys.view().data,
                             values.view().data};
        const Tensor output = backend->floats({kTokens, 2, kHeadDim});
        const Tensor logSumExp = backend->floats({kTokens, 2});
        AttentionCall call;
        call.queries = queries.view();
        call.segments = std::span(&segment, 1);
        call.rope = backend->addRope(rope);
        call.partial = {output.view(), logSumExp.view()};
        backend->attend(call);
        for (std::int64_t i = 0; i < output.view().elements(); ++i)
            ASSERT_EQ(std::isnan(output.view().floats()[i]), i >= kDamaged * 2 * kHeadDim)
                << backend->description() << ", token " << i / (2 * kHeadDim);
    }
}

// Keys, values and queries of one head, and attention to them.
class OneHead {
  public:
    static constexpr std::int64_t kTokens = 80;
    static constexpr std::int64_t kHeadDim = 64;

    explicit OneHead(Backend& backend)
        : m_backend(backend),
          m_keys(backend.floats({kTokens, 1, kHeadDim})),
          m_values(backend.floats({kTokens, 1, kHeadDim})) {
        for (const Tensor* each : {&m_keys, &m_values})
            for (std::int64_t i = 0; i < each->view().elements(); ++i)
                each->view().floats()[i] = static_cast<float>(i % 13) * 0.1F - 0.5F;
        m_rope.dimensions = kHeadDim;
        m_rope.frequencies.assign(kHeadDim / 2, 0.01);
    }

    float* key(std::int64_t token) { return m_keys.view().floats() + token * kHeadDim; }
    float* value(std::int64_t token) { return m_values.view().floats() + token * kHeadDim; }
    // What the last `queries` tokens see of q8 keys and values.
    std::vector<float> attend(std::int64_t queries) {
        KeyValueBlock block(m_backend, {KvType::q8, 1, 1, kHeadDim}, kTokens);
        block.setTokens(kTokens);
        m_backend.store(m_keys.view(), m_values.view(), block.view(0), 0);
        AttentionSegment segment;
        segment.keyValues = block.view(0);
        segment.queryToken = kTokens - queries;
        segment.queryStart = static_cast<double>(kTokens - queries);
        const Tensor rows = m_backend.floats({queries, 2, kHeadDim});
        const Tensor output = m_backend.floats({queries, 2, kHeadDim});
        const Tensor logSumExp = m_backend.floats({queries, 2});
        std::fill_n(rows.view().floats(), rows.view().elements(), 0.25F);
        AttentionCall call;
        call.queries = rows.view();
        call.segments = std::span(&segment, 1);
        call.rope = m_backend.addRope(m_rope);
        call.partial = {output.view(), logSumExp.view()};
        m_backend.attend(call);
        const float* begin = output.view().floats();
        return {begin, begin + output.view().elements()};
    }

  private:
    Backend& m_backend;
    Tensor m_keys;
    Tensor m_values;
    RopeConfig m_rope;
};

// Bytes have no way to say so: the scales do.
TEST(CpuBackendTest, attentionToBytesOfWhatIsNoNumberIsNoneEither) {
    constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
    const auto isNone = [](float value) { return std::isnan(value); };
    for (const Arithmetic arithmetic : cpu::supportedArithmetics(InstructionSet::automatic)) {
        CpuOptions options{2};
        options.arithmetic = arithmetic;
        const auto backend = makeCpuBackend(options);
        for (const std::int64_t queries : {1, 70}) {
            SCOPED_TRACE(testing::Message()
                         << backend->description() << ", " << queries << " queries");
            OneHead head(*backend);
            EXPECT_TRUE(std::ranges::none_of(head.attend(queries), isNone));
            head.value(3)[7] = kNone;  // whose neighbours are numbers
            EXPECT_TRUE(std::ranges::any_of(head.attend(queries), isNone)) << "a value";
            head.value(3)[7] = 0.5F;
            head.key(37)[5] = kNone;
            EXPECT_TRUE(std::ranges::all_of(head.attend(queries), isNone)) << "a key";
        }
    }
}

TEST(CpuBackendTest, memoryThatWasShortOnceIsAskedForAgain) {
    const auto backend = makeCpuBackend({1});
    OneHead head(*backend);
    const std::vector<float> expected = OneHead(*makeCpuBackend({1})).attend(1);
    {
        const test::ScarceMemory scarce;
        EXPECT_THROW(head.attend(1), Error);
    }
    EXPECT_EQ(head.attend(1), expected);
}

TEST(CpuBackendTest, machineRatesArePlausible) {
    const cpu::MachineRate rate = cpu::measureMachineRate({1});
    EXPECT_GT(rate.registerFlops, 1e8);
    EXPECT_GT(rate.products.linearFlops, 1e8);
    EXPECT_GT(rate.products.attentionFlops, 1e8);
    EXPECT_GT(rate.readBytes, 1e8);
}

}  // namespace
}  // namespace asterism
