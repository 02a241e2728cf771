#include "core/cpu/byte_attention_kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "core/cpu/rotary_tables.h"

namespace asterism::cpu {
namespace {

constexpr std::int64_t kHeads = 2;  // of which the second is attended to

std::size_t index(std::int64_t value) {
    return static_cast<std::size_t>(value);
}

// q8 keys and values of kHeads heads, queries of one, and what should come of them, in fp64.
class Tile {
  public:
    Tile(RotaryTables& tables, std::int64_t count, int rows);

    // The largest keys and queries that all point the same way.
    void makeExtreme();
    void expectScores(const ByteAttentionKernels& kernels, double tolerance);
    void expectOutputs(const ByteAttentionKernels& kernels, double tolerance);

  private:
    std::vector<float> numbers(std::int64_t count, float least, float most);
    std::vector<std::uint8_t> bytes(std::int64_t count);
    std::int64_t at(std::int64_t key, std::int64_t channel) const {
        return (m_capacity + key) * m_headDim + channel;
    }
    double keyAt(std::int64_t key, std::int64_t channel) const;
    double mostOf(std::int64_t channel) const;
    std::vector<double> rotated(std::int64_t key) const;
    double mostScoreOf(const float* query) const;

    std::mt19937 m_random{7};  // the same numbers everywhere, unlike what std distributions make
    std::int64_t m_headDim;
    std::int64_t m_count;
    std::int64_t m_capacity;
    const RopeConfig& m_rope;
    std::vector<std::uint8_t> m_keys, m_values;
    std::vector<float> m_keyScale, m_keyOffset, m_valueScale, m_queries, m_scores, m_outputs;
    KeyValueView m_view;
    RowTile m_tile;
};

RopeConfig ropeOf(std::int64_t dimensions) {
    RopeConfig rope;
    rope.dimensions = dimensions;
    for (std::int64_t pair = 0; pair < dimensions / 2; ++pair)
        rope.frequencies.push_back(
            std::pow(10000.0, -2.0 * static_cast<double>(pair) / static_cast<double>(dimensions)));
    return rope;
}

Tile::Tile(RotaryTables& tables, std::int64_t count, int rows)
    : m_headDim(2 * tables.pairs()),
      m_count(count),
      m_capacity(count + 3),
      m_rope(tables.config()) {
    const std::int64_t values = kHeads * m_capacity * m_headDim;
    m_keys = bytes(values);
    m_values = bytes(values);
    m_keyScale = numbers(kHeads * m_headDim, 0.001F, 0.1F);
    m_keyOffset = numbers(kHeads * m_headDim, -20.0F, 5.0F);
    m_valueScale = numbers(kHeads * m_capacity, 0.01F, 0.05F);
    m_queries = numbers(rows * m_headDim, -2.0F, 2.0F);
    m_scores.assign(index(rows * kRowKeys), 0.0F);
    m_outputs = numbers(rows * m_headDim, -1.0F, 1.0F);
    m_view = {KvType::q8, kHeads, m_headDim, count, m_capacity, m_keys.data(), m_values.data()};
    m_view.keyScale = m_keyScale.data();
    m_view.keyOffset = m_keyOffset.data();
    m_view.valueScale = m_valueScale.data();
    m_tile.view = &m_view;
    m_tile.head = kHeads - 1;
    m_tile.count = count;
    m_tile.rows = rows;
    m_tile.rotation = tables.keys(1.0);
    m_tile.queries = m_queries.data();
    m_tile.scores = m_scores.data();
    m_tile.outputs = m_outputs.data();
}

std::vector<float> Tile::numbers(std::int64_t count, float least, float most) {
    std::vector<float> made;
    for (std::int64_t i = 0; i < count; ++i)
        made.push_back(least + (most - least) * static_cast<float>(m_random() % 1000) / 999.0F);
    return made;
}

std::vector<std::uint8_t> Tile::bytes(std::int64_t count) {
    std::vector<std::uint8_t> made;
    for (std::int64_t i = 0; i < count; ++i) made.push_back(m_random() & 0xFF);
    return made;
}

void Tile::makeExtreme() {
    std::ranges::fill(m_keys, 255);
    std::ranges::fill(m_keyOffset, 0.0F);
    std::ranges::fill(m_keyScale, 1.0F);
    std::ranges::fill(m_queries, 1.0F);
}

double Tile::keyAt(std::int64_t key, std::int64_t channel) const {
    const auto of = index(m_headDim + channel);
    return m_keyOffset[of] + m_keyScale[of] * static_cast<double>(m_keys[index(at(key, channel))]);
}

// The largest size of a channel that some key may have.
double Tile::mostOf(std::int64_t channel) const {
    const auto of = index(m_headDim + channel);
    const double offset = m_keyOffset[of];
    return std::max(std::abs(offset), std::abs(offset + 255.0 * m_keyScale[of]));
}

std::vector<double> Tile::rotated(std::int64_t key) const {
    const std::int64_t pairs = m_headDim / 2;
    std::vector<double> turned(index(m_headDim));
    for (std::int64_t i = 0; i < pairs; ++i) {
        const double angle = static_cast<double>(key) * m_rope.frequencies[index(i)];
        const double low = keyAt(key, i);
        const double high = keyAt(key, i + pairs);
        turned[index(i)] = low * std::cos(angle) - high * std::sin(angle);
        turned[index(i + pairs)] = low * std::sin(angle) + high * std::cos(angle);
    }
    return turned;
}

double Tile::mostScoreOf(const float* query) const {
    const std::int64_t pairs = m_headDim / 2;
    double score = 0;
    for (std::int64_t i = 0; i < pairs; ++i)
        score += std::hypot(query[i], query[i + pairs]) * std::hypot(mostOf(i), mostOf(i + pairs));
    return score;
}

void Tile::expectScores(const ByteAttentionKernels& kernels, double tolerance) {
    std::vector<float> memory(index(ByteHead::floats(m_tile.rows, m_headDim)));
    const ByteHead head = ByteHead::in(memory.data(), m_tile.rows, m_headDim);
    ASSERT_TRUE(ByteAttentionKernels::takes(m_view, m_tile.rotation));
    kernels.prepare(m_tile, head);
    kernels.score(m_tile, head);
    for (std::int64_t key = 0; key < m_count; ++key) {
        const std::vector<double> turned = rotated(key);
        for (std::int64_t row = 0; row < m_tile.rows; ++row) {
            const float* query = m_queries.data() + row * m_headDim;
            const double expected = std::inner_product(turned.begin(), turned.end(), query, 0.0);
            ASSERT_NEAR(m_tile.scores[row * kRowKeys + key], expected,
                        tolerance * mostScoreOf(query))
                << "row " << row << ", key " << key;
        }
    }
}

void Tile::expectOutputs(const ByteAttentionKernels& kernels, double tolerance) {
    const std::vector<float> factors = numbers(m_tile.rows, 0.0F, 1.0F);
    const std::vector<float> before = m_outputs;
    std::vector<float> weights;
    for (std::int64_t row = 0; row < m_tile.rows; ++row) {
        const std::vector<float> ofRow = numbers(m_count, 0.0F, 1.0F);
        std::ranges::copy(ofRow, m_scores.begin() + row * kRowKeys);
        weights.insert(weights.end(), ofRow.begin(), ofRow.end());
    }
    kernels.accumulate(m_tile, factors.data());
    for (std::int64_t i = 0; i < m_tile.rows * m_headDim; ++i) {
        const std::int64_t row = i / m_headDim;
        double expected = double{factors[index(row)]} * before[index(i)];
        double most = 0;
        for (std::int64_t key = 0; key < m_count; ++key) {
            const double scale = m_valueScale[index(m_capacity + key)];
            const auto value = static_cast<std::int8_t>(m_values[index(at(key, i % m_headDim))]);
            expected += weights[index(row * m_count + key)] * scale * value;
            most += 128 * scale;
        }
        ASSERT_NEAR(m_outputs[index(i)], expected, tolerance * most)
            << "row " << row << ", channel " << i % m_headDim;
    }
}

struct Kernels {
    Arithmetic arithmetic;
    InstructionSet set;
    double scoreTolerance;  // of the largest score that the keys' bytes leave room for
};

// VNNI multiplies keys in 8 bits, AVX2 in 16.
class ByteAttentionKernelsTest : public testing::TestWithParam<Kernels> {
  protected:
    const ByteAttentionKernels& kernels() const {
        return *byteAttentionKernels(GetParam().arithmetic, GetParam().set);
    }
    void SetUp() override {
        const auto known = supportedArithmetics(InstructionSet::automatic);
        if (std::ranges::find(known, GetParam().arithmetic) == known.end())
            GTEST_SKIP() << "this processor lacks " << arithmeticUnit(GetParam().arithmetic);
    }
};

constexpr std::int64_t kHeadDims[] = {64, 128, 192, 512};
constexpr std::int64_t kCounts[] = {1, 15, 34, 64};
constexpr double kWeightTolerance = 2e-5;

TEST_P(ByteAttentionKernelsTest, scoresAreThoseOfRotatedKeys) {
    for (const std::int64_t headDim : kHeadDims) {
        RotaryTables tables(ropeOf(headDim));
        for (const std::int64_t count : kCounts) {
            for (const int rows : {1, 2, 3, 7, 13}) {
                SCOPED_TRACE(testing::Message()
                             << rows << " rows, " << count << " keys of " << headDim);
                Tile(tables, count, rows).expectScores(kernels(), GetParam().scoreTolerance);
            }
        }
    }
}

TEST_P(ByteAttentionKernelsTest, theLargestScoresFitTheSums) {
    for (const std::int64_t headDim : kHeadDims) {
        RotaryTables tables(ropeOf(headDim));
        Tile tile(tables, 33, 3);
        tile.makeExtreme();
        tile.expectScores(kernels(), GetParam().scoreTolerance);
    }
}

TEST_P(ByteAttentionKernelsTest, outputsAreWeightedSumsOfValues) {
    for (const std::int64_t headDim : kHeadDims) {
        RotaryTables tables(ropeOf(headDim));
        for (const std::int64_t count : kCounts) {
            for (int rows = 1; rows <= kMostRows; ++rows) {
                SCOPED_TRACE(testing::Message()
                             << rows << " rows, " << count << " keys of " << headDim);
                Tile(tables, count, rows).expectOutputs(kernels(), kWeightTolerance);
            }
        }
    }
}

TEST(ByteAttentionTest, onlyBytesOfHeadsThatAreRotatedAsAWholeAreTaken) {
    RotaryTables whole(ropeOf(64));
    RotaryTables part(ropeOf(32));
    RotaryTables odd(ropeOf(96));
    KeyValueView view{KvType::q8, 1, 64};
    EXPECT_TRUE(ByteAttentionKernels::takes(view, whole.keys(1.0)));
    EXPECT_FALSE(ByteAttentionKernels::takes(view, part.keys(1.0)));
    view.headDim = 96;
    EXPECT_FALSE(ByteAttentionKernels::takes(view, odd.keys(1.0)));
    view.headDim = 64;
    view.type = KvType::bf16;
    EXPECT_FALSE(ByteAttentionKernels::takes(view, whole.keys(1.0)));
}

INSTANTIATE_TEST_SUITE_P(Cpu, ByteAttentionKernelsTest,
                         testing::Values(Kernels{Arithmetic::avx2Bytes, InstructionSet::avx2, 4e-4},
                                         Kernels{Arithmetic::avx512Vnni, InstructionSet::avx512,
                                                 4e-3}),
                         [](const testing::TestParamInfo<Kernels>& tested) {
                             return std::string(tested.param.arithmetic == Arithmetic::avx2Bytes
                                                    ? "avx2"
                                                    : "avx512_vnni");
                         });

}  // namespace
}  // namespace asterism::cpu
