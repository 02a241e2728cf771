// The op suite: what every backend must compute, attention apart (backend_attention_test.cpp).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <tuple>

#include "core/base/float_types.h"
#include "core/model/dequantize.h"
#include "core/sampling.h"
#include "core/star/kv_block.h"
#include "tests/support/backend_under_test.h"
#include "tests/support/reference_ops.h"

namespace asterism::test {
namespace {

constexpr DataType kWeightTypes[] = {DataType::f32,  DataType::f16,  DataType::bf16, DataType::q8_0,
                                     DataType::q4_0, DataType::q4_1, DataType::q5_0, DataType::q5_1,
                                     DataType::q4_k, DataType::q5_k, DataType::q6_k};

// Bytes of a matrix in any stored type: random bits, with the 16-bit scales made small numbers.
std::vector<std::byte> randomWeight(DataType type, std::int64_t rows, std::int64_t columns,
                                    std::uint32_t seed) {
    const auto size = static_cast<std::size_t>(rows * rowBytes(type, columns));
    std::vector<std::byte> bytes(size);
    if (dataTypeInfo(type).blockValues == 1) {
        const auto values = randomFloats(static_cast<std::size_t>(rows * columns), seed, 0.1F);
        for (std::size_t i = 0; i < values.size(); ++i) {
            const auto bf16 = toBf16(values[i]);
            // Random half-precision bits with the exponent of 2^-4 .. 2^-3.
            const auto f16 = static_cast<std::uint16_t>((bf16 & 0x8000U) | 0x2c00U | (i & 0x3ffU));
            if (type == DataType::f32) std::memcpy(&bytes[4 * i], &values[i], 4);
            if (type == DataType::f16) std::memcpy(&bytes[2 * i], &f16, 2);
            if (type == DataType::bf16) std::memcpy(&bytes[2 * i], &bf16, 2);
        }
        return bytes;
    }
    std::mt19937 generator(seed);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(generator());
    const bool hasMinimum = type == DataType::q4_1 || type == DataType::q5_1 ||
                            type == DataType::q4_k || type == DataType::q5_k;
    const auto block = static_cast<std::size_t>(dataTypeInfo(type).blockBytes);
    for (std::size_t at = 0; at < size; at += block) {
        const auto scale = static_cast<std::uint16_t>(0x1800U + generator() % 0x400U);
        const std::size_t place = type == DataType::q6_k ? at + 208 : at;
        std::memcpy(&bytes[place], &scale, 2);
        if (hasMinimum) std::memcpy(&bytes[place + 2], &scale, 2);
    }
    return bytes;
}

std::vector<float> dequantized(DataType type, std::span<const std::byte> bytes,
                               std::size_t values) {
    std::vector<float> result(values);
    dequantize(type, bytes, result);
    return result;
}

HostWeight matrixOf(DataType type, std::int64_t rows, std::span<const std::byte> bytes) {
    const DataTypeInfo info = dataTypeInfo(type);
    HostWeight host;
    host.type = type;
    host.rows = rows;
    host.columns = std::ssize(bytes) / info.blockBytes * info.blockValues / rows;
    host.bytes = bytes;
    return host;
}

std::vector<double> widened(std::span<const float> values) {
    return {values.begin(), values.end()};
}

// The bytes of one head of two q8 blocks of one layer.
void expectSameHead(const KeyValueBlock& a, const KeyValueBlock& b, std::int64_t head) {
    const KeyValueView one = a.view(0);
    const KeyValueView other = b.view(0);
    const std::int64_t row = head * one.capacity;
    const auto expectSame = [](const void* left, const void* right, std::int64_t bytes) {
        EXPECT_EQ(std::memcmp(left, right, static_cast<std::size_t>(bytes)), 0);
    };
    const auto rowsOf = [&](void* data) {
        return static_cast<std::byte*>(data) + row * one.headDim;
    };
    const std::int64_t channels = head * one.headDim;
    expectSame(rowsOf(one.keys), rowsOf(other.keys), one.tokens * one.headDim);
    expectSame(rowsOf(one.values), rowsOf(other.values), one.tokens * one.headDim);
    expectSame(one.valueScale + row, other.valueScale + row, one.tokens * 4);
    expectSame(one.keyScale + channels, other.keyScale + channels, one.headDim * 4);
    expectSame(one.keyOffset + channels, other.keyOffset + channels, one.headDim * 4);
}

class OpTest : public BackendTest {
  protected:
    void checkLinear(DataType type, std::int64_t tokens, std::int64_t outputs,
                     std::int64_t columns);
    void checkLinear(DataType type, std::int64_t tokens, std::int64_t outputs,
                     std::vector<float> input);
    void checkNormed(DataType type, std::int64_t tokens);
    // Processors multiply single tokens by quantised weights in bytes where that is faster.
    bool mayMultiplyBytes() {
        return backend().description().starts_with("cpu") && backend().numericClass() != "f32";
    }
};

void OpTest::checkLinear(DataType type, std::int64_t tokens, std::int64_t outputs,
                         std::int64_t columns) {
    checkLinear(type, tokens, outputs,
                randomFloats(static_cast<std::size_t>(tokens * columns), 11));
}

void OpTest::checkLinear(DataType type, std::int64_t tokens, std::int64_t outputs,
                         std::vector<float> input) {
    const std::int64_t columns = std::ssize(input) / tokens;
    SCOPED_TRACE(testing::Message() << dataTypeInfo(type).name << ", " << tokens << " tokens, "
                                    << outputs << " x " << columns);
    const auto bytes = randomWeight(type, outputs, columns, 7);
    const auto values = dequantized(type, bytes, static_cast<std::size_t>(outputs * columns));
    const auto bias = randomFloats(static_cast<std::size_t>(outputs), 3);
    input = seen(std::move(input));
    const auto matrix = backend().load(matrixOf(type, outputs, bytes));
    const auto offsets = weight(1, bias);
    const Tensor output = backend().floats({tokens, outputs});
    backend().linear(activations({tokens, columns}, input).view(), *matrix, offsets.get(),
                     output.view());
    double largest = 1;
    const auto expected = referenceLinear(input, tokens, values, outputs, bias);
    for (const double value : expected) largest = std::max(largest, std::abs(value));
    expectNear(read(output.view()), expected, tolerance() * largest);
}

// Two products of normed rows, side by side and as gate and up.
void OpTest::checkNormed(DataType type, std::int64_t tokens) {
    SCOPED_TRACE(testing::Message() << dataTypeInfo(type).name << ", " << tokens << " tokens");
    constexpr std::int64_t kColumns = 512;
    constexpr std::int64_t kRows = 19;
    const auto gain = randomFloats(kColumns, 32);
    const auto bias = randomFloats(kRows, 33);
    const auto gains = weight(1, gain);
    const auto offsets = weight(1, bias);
    const auto input = seen(randomFloats(static_cast<std::size_t>(tokens * kColumns), 34, 3.0F));
    const Tensor rows = activations({tokens, kColumns}, input);
    const Tensor work = backend().activations({tokens, kColumns});
    const auto normed = referenceRmsNorm(input, gain, 1e-5F);
    const std::vector<float> normedFloats(normed.begin(), normed.end());

    std::vector<std::byte> bytes[2];
    std::shared_ptr<const Weight> weights[2];
    std::vector<double> products[2];
    double largest = 1;
    for (const std::size_t i : {0U, 1U}) {
        bytes[i] = randomWeight(type, kRows, kColumns, 7 + static_cast<std::uint32_t>(i));
        weights[i] = backend().load(matrixOf(type, kRows, bytes[i]));
        products[i] = referenceLinear(normedFloats, tokens,
                                      dequantized(type, bytes[i], kRows * kColumns), kRows, {});
        for (const double value : products[i]) largest = std::max(largest, std::abs(value));
    }
    const Tensor outputs[2] = {backend().activations({tokens, kRows}),
                               backend().activations({tokens, kRows})};
    const NormedInput normedInput{rows.view(), *gains, 1e-5F, work.view()};
    backend().normedLinears(normedInput, {{*weights[0], nullptr, outputs[0].view()},
                                          {*weights[1], offsets.get(), outputs[1].view()}});
    auto biased = products[1];
    for (std::size_t i = 0; i < biased.size(); ++i) biased[i] += double{bias[i % kRows]};
    expectNear(read(outputs[0].view()), products[0], tolerance() * largest);
    expectNear(read(outputs[1].view()), biased, tolerance() * largest);

    for (const Activation activation : {Activation::silu, Activation::geluTanh}) {
        backend().normedGate(normedInput, {*weights[0], nullptr, outputs[0].view()},
                             {*weights[1], nullptr, outputs[1].view()}, activation);
        std::vector<double> gated = products[1];
        for (std::size_t i = 0; i < gated.size(); ++i)
            gated[i] *= activation == Activation::silu ? referenceSilu(products[0][i])
                                                       : referenceGeluTanh(products[0][i]);
        expectNear(read(outputs[0].view()), gated, tolerance() * largest * largest);
    }
}

TEST_P(OpTest, linearMatchesTheReferenceForEveryWeightTypeAndTokenCount) {
    for (const DataType type : kWeightTypes)
        for (const std::int64_t tokens : {1, 2, 3, 8, 9, 13, 40})
            checkLinear(type, tokens, 37, 512);
}

TEST_P(OpTest, linearTakesRowsOfAnyLength) {
    for (const std::int64_t columns : {8, 40, 96, 576, 1536, 2048})
        for (const std::int64_t tokens : {1, 5, 31})
            checkLinear(DataType::f32, tokens, 33, columns);
}

TEST_P(OpTest, linearOfOneTokenTakesRowsAndTheirCountAsTheyCome) {
    for (const DataType type : {DataType::q4_0, DataType::q5_1, DataType::q8_0})
        for (const std::int64_t columns : {32, 96, 576, 896}) checkLinear(type, 1, 33, columns);
    for (const DataType type : {DataType::q4_k, DataType::q5_k, DataType::q6_k}) {
        checkLinear(type, 1, 1, 256);
        checkLinear(type, 1, 2, 14336);
        checkLinear(type, 1, 6401, 256);
    }
}

// Large values beside small ones, as activations have them.
TEST_P(OpTest, linearOfOneTokenKeepsSmallValuesBesideLargeOnes) {
    if (mayMultiplyBytes()) GTEST_SKIP() << "bytes keep less";
    auto input = randomFloats(1024, 12);
    for (std::size_t i = 0; i < input.size(); i += 64) input[i] = i % 128 == 0 ? 300.0F : -300.0F;
    for (const DataType type : kWeightTypes) checkLinear(type, 1, 3, input);
}

TEST_P(OpTest, aNumberThatIsNotFiniteReachesEveryProduct) {
    for (const DataType type : kWeightTypes)
        for (const float spoiled :
             {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
            SCOPED_TRACE(testing::Message() << dataTypeInfo(type).name << ", " << spoiled);
            auto input = randomFloats(512, 13);
            input[300] = spoiled;
            const auto bytes = randomWeight(type, 5, 512, 7);
            const auto matrix = backend().load(matrixOf(type, 5, bytes));
            const Tensor output = backend().floats({1, 5});
            backend().linear(activations({1, 512}, input).view(), *matrix, nullptr, output.view());
            for (const float value : read(output.view())) EXPECT_FALSE(std::isfinite(value));
        }
}

TEST_P(OpTest, linearTakesMoreTokensThanOnePassHolds) {
    checkLinear(DataType::q8_0, 700, 5, 32768);
}

TEST_P(OpTest, linearReadsInterleavedRowsInHalfSplitOrder) {
    constexpr std::int64_t kHeadDim = 8;
    const auto values = randomFloats(16 * 32, 5);
    HostWeight host;
    host.rows = 16;
    host.columns = 32;
    host.bytes = std::as_bytes(std::span(values));
    host.rowOrder = RowOrder::interleaved;
    host.headDim = kHeadDim;
    std::vector<float> ordered;
    for (std::int64_t head = 0; head < 2; ++head)
        for (const std::int64_t row : {0, 2, 4, 6, 1, 3, 5, 7})
            ordered.insert(ordered.end(), values.begin() + (head * kHeadDim + row) * 32,
                           values.begin() + (head * kHeadDim + row + 1) * 32);
    const auto matrix = backend().load(host);
    for (const std::int64_t tokens : {1, 4, 20}) {
        const auto input = seen(randomFloats(static_cast<std::size_t>(tokens) * 32, 6));
        const Tensor output = backend().floats({tokens, 16});
        backend().linear(activations({tokens, 32}, input).view(), *matrix, nullptr, output.view());
        expectNear(read(output.view()), referenceLinear(input, tokens, ordered, 16, {}),
                   tolerance() * 20);
    }
}

TEST_P(OpTest, linearsAndAddLinearDoWhatLinearAndAddDo) {
    const auto weights = randomFloats(24 * 32, 7);
    const auto first = weight(16, {weights.begin(), weights.begin() + 16 * 32});
    const auto second = weight(8, {weights.begin() + 16 * 32, weights.end()});
    const auto bias = randomFloats(8, 8);
    const auto offset = weight(1, bias);
    for (const std::int64_t tokens : {1, 4, 20}) {
        const auto input = seen(randomFloats(static_cast<std::size_t>(tokens) * 32, 9));
        const auto before = seen(randomFloats(static_cast<std::size_t>(tokens) * 16, 10));
        const Tensor in = activations({tokens, 32}, input);
        const Tensor sum = activations({tokens, 16}, before);
        const Tensor work = backend().activations({tokens, 16});
        const Tensor products[2] = {backend().floats({tokens, 16}), backend().floats({tokens, 8})};
        backend().linears(in.view(), {{*first, nullptr, products[0].view()},
                                      {*second, offset.get(), products[1].view()}});
        backend().addLinear(in.view(), *first, sum.view(), work.view());
        const auto expected =
            referenceLinear(input, tokens, std::span(weights).first(16 * 32), 16, {});
        expectNear(read(products[0].view()), expected, tolerance() * 20);
        expectNear(read(products[1].view()),
                   referenceLinear(input, tokens, std::span(weights).subspan(16 * 32), 8, bias),
                   tolerance() * 20);
        auto sums = expected;
        for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += double{before[i]};
        expectNear(read(sum.view()), sums, tolerance() * 20);
    }
}

// Weights of several types share an input of more tokens than one pass of some backends holds.
TEST_P(OpTest, linearsOfMixedTypesDoWhatLinearDoes) {
    constexpr std::int64_t kColumns = 2048;
    constexpr std::int64_t kRows = 8;
    const DataType types[] = {DataType::q4_0, DataType::q8_0, DataType::q4_k, DataType::q4_0};
    std::vector<std::vector<std::byte>> stored;
    std::vector<std::shared_ptr<const Weight>> weights;
    for (const DataType type : types) {
        stored.push_back(randomWeight(type, kRows, kColumns, 5));
        weights.push_back(backend().load(matrixOf(type, kRows, stored.back())));
    }
    for (const std::int64_t tokens : {20, 2500}) {
        const Tensor in = activations({tokens, kColumns},
                                      randomFloats(static_cast<std::size_t>(tokens * kColumns), 9));
        std::vector<Tensor> outputs;
        for (std::size_t i = 0; i < 4; ++i) outputs.push_back(backend().floats({tokens, kRows}));
        backend().linears(in.view(), {{*weights[0], nullptr, outputs[0].view()},
                                      {*weights[1], nullptr, outputs[1].view()},
                                      {*weights[2], nullptr, outputs[2].view()},
                                      {*weights[3], nullptr, outputs[3].view()}});
        for (std::size_t i = 0; i < 4; ++i) {
            const Tensor alone = backend().floats({tokens, kRows});
            backend().linear(in.view(), *weights[i], nullptr, alone.view());
            expectNear(read(outputs[i].view()), widened(read(alone.view())), tolerance());
        }
    }
}

TEST_P(OpTest, quantizeGivesTheBitsOfStoringTheRoundedValues) {
    if (!backend().canQuantize()) GTEST_SKIP() << "stores activations alone";
    constexpr std::int64_t kTokens = 33;
    const auto count = static_cast<std::size_t>(kTokens * 2 * 40);
    for (const KvType type : {KvType::f32, KvType::bf16}) {
        auto keys = randomFloats(count, 3);
        auto values = randomFloats(count, 4);
        const auto blockOf = [&](KvType of) {
            KeyValueBlock block(backend(), KvLayout{of, 1, 2, 40}, kTokens + 7);
            block.setTokens(kTokens);
            return block;
        };
        const auto storeIn = [&](KeyValueBlock& block) {
            const Shape shape{kTokens, 2, 40};
            backend().store(floats(shape, keys).view(), floats(shape, values).view(), block.view(0),
                            0);
        };
        KeyValueBlock plain = blockOf(type);
        storeIn(plain);
        KeyValueBlock quantized = blockOf(KvType::q8);
        backend().quantize(plain.view(0), quantized.view(0));
        if (type == KvType::bf16)
            for (auto* all : {&keys, &values})
                for (float& value : *all) value = fromBf16(toBf16(value));
        KeyValueBlock expected = blockOf(KvType::q8);
        storeIn(expected);
        for (std::int64_t head = 0; head < 2; ++head) expectSameHead(quantized, expected, head);
    }
}

TEST_P(OpTest, normedLinearsAndNormedGateDoWhatTheirStepsDo) {
    for (const DataType type : kWeightTypes)
        for (const std::int64_t tokens : {1, 3, 20}) checkNormed(type, tokens);
}

std::vector<std::pair<std::int32_t, float>> sortedTop(std::span<const float> values,
                                                      std::size_t count) {
    std::vector<std::pair<std::int32_t, float>> all;
    for (std::size_t i = 0; i < values.size(); ++i)
        all.emplace_back(static_cast<std::int32_t>(i), values[i]);
    std::stable_sort(all.begin(), all.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    all.resize(std::min(count, all.size()));
    return all;
}

TEST_P(OpTest, topIsSortedWithTheFirstOfEqualsFirstAndWeighsAllValues) {
    for (const std::size_t count : {1U, 200U, 2048U, 5000U, 152064U}) {
        SCOPED_TRACE(count);
        auto values = randomFloats(count, 35, 4.0F);
        for (std::size_t i = 0; i < count; i += 3) values[i] = std::round(values[i]);
        const Tensor row = floats({1, static_cast<std::int64_t>(count)}, values);
        const auto top = backend().top(row.view(), 256, 0.7);
        ASSERT_TRUE(top);
        EXPECT_EQ(top->best, sortedTop(values, 256));
        EXPECT_EQ(top->count, static_cast<std::int64_t>(count));
        double total = 0;
        for (const float value : values)
            total += std::exp((double{value} - top->best.front().second) / 0.7);
        EXPECT_NEAR(top->total / total, 1, 1e-12);
        EXPECT_EQ(backend().top(row.view(), 3, 0.7)->best, sortedTop(values, 3));
        EXPECT_EQ(backend().top(row.view(), 256, 0.7)->total, top->total) << "not reproducible";
    }
    const std::vector<float> alike(30000, -2.5F);
    EXPECT_EQ(backend().top(floats({1, 30000}, alike).view(), 256, 1)->best, sortedTop(alike, 256));
}

TEST_P(OpTest, topIsNoneIfAValueIsNotFinite) {
    for (const float spoiled :
         {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
        auto values = randomFloats(70001, 36);
        values[69999] = spoiled;
        EXPECT_FALSE(backend().top(floats({1, 70001}, values).view(), 10, 1));
    }
}

TEST_P(OpTest, penalizeChangesTheNamedValuesAlone) {
    auto values = randomFloats(5000, 37);
    const Tensor row = floats({1, 5000}, values);
    const std::vector<std::int32_t> places{4999, 0, 77, 1234};
    backend().penalize(row.view(), places, 1.3);
    for (const std::int32_t place : places) {
        float& value = values[static_cast<std::size_t>(place)];
        value = penalized(value, 1.3);
    }
    EXPECT_EQ(read(row.view()), values);
}

TEST_P(OpTest, aDrawFromTheTopIsTheOneFromAllValues) {
    const auto logits = randomFloats(20000, 38, 3.0F);
    const std::vector<TokenId> previous{5, 900, 5, 19999};
    // top-k, top-p, min-p
    const std::tuple<int, double, double> cuts[] = {
        {0, 1, 0}, {40, 1, 0}, {0, 0.9, 0}, {100, 0.95, 0.02}, {0, 1, 0.05}};
    for (const double temperature : {0.3, 0.8, 1.5})
        for (const auto& [topK, topP, minP] : cuts) {
            SamplingOptions options;
            options.temperature = temperature;
            options.topK = topK;
            options.topP = topP;
            options.minP = minP;
            options.repetitionPenalty = 1.2;
            options.seed = 7;
            Sampler whole(options);
            Sampler steps(options);
            for (int draw = 0; draw < 8; ++draw) {
                const Tensor row = floats({1, std::ssize(logits)}, logits);
                backend().penalize(row.view(), steps.penalizedOf(previous), 1.2);
                const auto top = backend().top(row.view(), 256, temperature);
                ASSERT_TRUE(top);
                auto token = steps.next(*top);
                if (!token) token = steps.next(read(row.view()), {});
                ASSERT_EQ(*token, whole.next(logits, previous));
            }
        }
}

TEST_P(OpTest, largestIsTheFirstOfEqualsAndMinusOneIfAValueIsNotFinite) {
    auto values = randomFloats(70001, 30);
    values[401] = values[69000] = 9;
    EXPECT_EQ(backend().largest(floats({1, 70001}, values).view()), 401);
    for (float& value : values) value = value < 0 ? value : -value - 1e-30F;
    values[77] = -1e-38F;
    EXPECT_EQ(backend().largest(floats({1, 70001}, values).view()), 77);
    values[70000] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_EQ(backend().largest(floats({1, 70001}, values).view()), -1);
    values[70000] = std::numeric_limits<float>::infinity();
    EXPECT_EQ(backend().largest(floats({1, 70001}, values).view()), -1);
}

TEST_P(OpTest, embedReadsAndScalesRowsOfEveryType) {
    constexpr TokenId kTokens[] = {3, 0, 3, 9};
    for (const DataType type : kWeightTypes) {
        SCOPED_TRACE(dataTypeInfo(type).name);
        const auto bytes = randomWeight(type, 10, 256, 21);
        const auto values = dequantized(type, bytes, 10 * 256);
        HostWeight host;
        host.type = type;
        host.rows = 10;
        host.columns = 256;
        host.bytes = bytes;
        const auto table = backend().load(host);
        const Tensor output = backend().activations({4, 256});
        backend().embed(*table, kTokens, 2.5F, output.view());
        std::vector<double> expected;
        for (const TokenId token : kTokens)
            for (std::int64_t i = 0; i < 256; ++i)
                expected.push_back(
                    2.5 * static_cast<double>(values[static_cast<std::size_t>(token * 256 + i)]));
        expectNear(read(output.view()), expected, tolerance());
    }
}

// Rows that end within a vector, as those of small plain models may.
TEST_P(OpTest, embedWritesNothingBehindTheRowsOfItsTokens) {
    constexpr TokenId kTokens[] = {3, 1};
    for (const DataType type : {DataType::f32, DataType::f16, DataType::bf16}) {
        for (const std::int64_t columns : {8, 40, 104}) {
            SCOPED_TRACE(testing::Message() << dataTypeInfo(type).name << ", " << columns);
            const auto bytes = randomWeight(type, 4, columns, 21);
            const auto values = dequantized(type, bytes, static_cast<std::size_t>(4 * columns));
            const auto table = backend().load(matrixOf(type, 4, bytes));
            const std::vector<float> before(static_cast<std::size_t>(3 * columns), 7.0F);
            const Tensor output = activations({3, columns}, before);
            backend().embed(*table, kTokens, 1.0F, output.view().slice(0, 2));
            std::vector<double> expected;
            for (const TokenId token : kTokens)
                for (std::int64_t i = 0; i < columns; ++i)
                    expected.push_back(values[static_cast<std::size_t>(token * columns + i)]);
            expected.resize(before.size(), 7.0);
            expectNear(read(output.view()), expected, tolerance());
        }
    }
}

TEST_P(OpTest, rmsNormAddsTheGainsOffsetAndMayWorkInPlace) {
    for (const std::int64_t columns : {8, 50, 576}) {
        const auto input = seen(randomFloats(static_cast<std::size_t>(columns) * 5, 31, 3.0F));
        auto gain = randomFloats(static_cast<std::size_t>(columns), 32);
        HostWeight host;
        host.columns = columns;
        host.bytes = std::as_bytes(std::span(gain));
        host.offset = 1.0F;
        const auto gains = backend().load(host);
        const Tensor values = activations({5, columns}, input);
        backend().rmsNorm(values.view(), *gains, 1e-5F, values.view());
        for (float& value : gain) value += 1.0F;
        expectNear(read(values.view()), referenceRmsNorm(input, gain, 1e-5F), tolerance());
    }
}

TEST_P(OpTest, gateAppliesBothActivationsAcrossTheirRange) {
    std::vector<float> gate;
    for (int i = -300; i <= 300; ++i) gate.push_back(static_cast<float>(i) * 0.3F);
    gate = seen(gate);
    const auto up = seen(randomFloats(gate.size(), 41));
    const auto count = static_cast<std::int64_t>(gate.size());
    for (const Activation activation : {Activation::silu, Activation::geluTanh}) {
        const Tensor output = backend().activations({count});
        const Tensor gates = activations({count}, gate);
        backend().gate(gates.view(), activations({count}, up).view(), activation, output.view());
        backend().gate(gates.view(), activations({count}, up).view(), activation, gates.view());
        std::vector<double> expected;
        for (std::size_t i = 0; i < gate.size(); ++i) {
            const double x = gate[i];
            expected.push_back(
                (activation == Activation::silu ? referenceSilu(x) : referenceGeluTanh(x)) *
                static_cast<double>(up[i]));
        }
        expectNear(read(output.view()), expected, tolerance());
        EXPECT_EQ(read(gates.view()), read(output.view()));
    }
}

TEST_P(OpTest, addSumsLongAndOddVectors) {
    for (const std::int64_t count : {1, 7, 40001}) {
        const auto a = seen(randomFloats(static_cast<std::size_t>(count), 51));
        const auto b = seen(randomFloats(static_cast<std::size_t>(count), 52));
        const Tensor sum = activations({count}, a);
        backend().add(activations({count}, b).view(), sum.view());
        std::vector<double> expected = widened(a);
        for (std::size_t i = 0; i < b.size(); ++i) expected[i] += static_cast<double>(b[i]);
        expectNear(read(sum.view()), expected, tolerance());
    }
}

TEST_P(OpTest, convertRoundsToNearestEvenAndBack) {
    const std::vector<float> values = {0.0F,   1.0F,         -2.5F, 1.00390625F, 1.01171875F, 3e38F,
                                       1e-40F, 0.333333343F, 65504, -1e-3F,      7.0F};
    const auto count = static_cast<std::int64_t>(values.size());
    const Tensor bf16 = backend().tensor({count}, DataType::bf16);
    const Tensor f32 = backend().floats({count});
    backend().convert(floats({count}, values).view(), bf16.view());
    backend().convert(bf16.view(), f32.view());
    std::vector<float> expected;
    expected.reserve(values.size());
    for (const float value : values) expected.push_back(fromBf16(toBf16(value)));
    EXPECT_EQ(read(f32.view()), expected);
}

TEST_P(OpTest, copyMovesASliceIntoASlice) {
    const auto values = seen(randomFloats(40, 61));
    const Tensor from = activations({5, 8}, values);
    const Tensor to = activations({5, 8}, std::vector<float>(40));
    backend().copy(from.view().slice(1, 3), to.view().slice(3, 5));
    const auto result = read(to.view());
    EXPECT_TRUE(std::equal(result.begin() + 24, result.end(), values.begin() + 8));
    EXPECT_EQ(std::count(result.begin(), result.begin() + 24, 0.0F), 24);
}

TEST_P(OpTest, loadRefusesBytesThatDoNotFitTheSizes) {
    const std::vector<float> values(31);
    HostWeight host;
    host.rows = 4;
    host.columns = 8;
    host.bytes = std::as_bytes(std::span(values));
    EXPECT_ANY_THROW(backend().load(host));
}

TEST_P(OpTest, allocateNamesTheSizeItCannotHave) {
    constexpr std::int64_t kTooMuch = std::int64_t{1} << 60;
    try {
        backend().allocate(kTooMuch);
        FAIL() << "2^60 bytes were granted";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("1152921504606846976"), std::string::npos);
    }
}

INSTANTIATE_TEST_SUITE_P(Backends, OpTest, testing::ValuesIn(backendsUnderTest()), nameOf);

}  // namespace
}  // namespace asterism::test
