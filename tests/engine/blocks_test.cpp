// What a block's keys and values depend on: the anchor and its own tokens, nothing else.

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/engine_run.h"
#include "tests/support/test_files.h"

namespace asterism::test {

namespace {

constexpr std::int64_t kBlock = 24;
constexpr std::size_t kBlocks = 4;
constexpr std::int64_t kContext = 3 * kBlock + 10;  // the last block is short

// One block's keys, then its values, of all layers, without the room between heads.
std::vector<float> floatsOf(const KeyValueBlock& block) {
    std::vector<float> floats;
    for (std::int64_t layer = 0; layer < block.layout().layers; ++layer) {
        const KeyValueView view = block.view(layer);
        for (const void* part : {view.keys, view.values})
            for (std::int64_t head = 0; head < view.kvHeads; ++head) {
                const float* begin =
                    static_cast<const float*>(part) + head * view.capacity * view.headDim;
                floats.insert(floats.end(), begin, begin + view.tokens * view.headDim);
            }
    }
    return floats;
}

std::vector<TokenId> slice(const std::vector<TokenId>& tokens, TokenRange range) {
    return {tokens.begin() + range.begin, tokens.begin() + range.end};
}

class Blocks : public testing::TestWithParam<std::string> {
  protected:
    Blocks() : m_engine(openEngine(dataFile("tiny/" + GetParam()))) {
        m_context = someTokens(kContext, m_engine->config().vocabulary, 31);
        m_options = exactOptions(kBlock);
        m_options.positions = Positions::contiguous;
    }

    std::unique_ptr<EncodedContext> encode(const std::vector<TokenId>& context) {
        return m_engine->encode(context, {}, m_options, {}, {});
    }

    std::unique_ptr<Engine> m_engine;
    std::vector<TokenId> m_context;
    ContextOptions m_options;
};

// The shared anchor is exact. Keys are un-rotated, so this also shows that a block encoded behind
// the anchor may be placed anywhere: it is as if the anchor had been shifted right before it.
TEST_P(Blocks, EqualTheAnchorAndTheBlockEncodedAnew) {
    const auto star = encode(m_context);
    ASSERT_EQ(star->blocks.size(), kBlocks);
    m_options.attention = AttentionMode::dense;
    for (std::size_t i = 1; i < kBlocks; ++i) {
        std::vector<TokenId> anew = slice(m_context, star->blocks[0]);
        const std::vector<TokenId> own = slice(m_context, star->blocks[i]);
        anew.insert(anew.end(), own.begin(), own.end());
        const auto dense = encode(anew);
        expectNear(floatsOf(*star->keyValues[i]), floatsOf(*dense->keyValues[1]), 1e-4);
    }
}

TEST_P(Blocks, AreTheSameBitsWhereverTheyStand) {
    const auto before = encode(m_context);
    // Block 1 is gone, so the others move up.
    std::vector<TokenId> edited = m_context;
    edited.erase(edited.begin() + kBlock, edited.begin() + 2 * kBlock);
    const auto after = encode(edited);
    EXPECT_EQ(floatsOf(*after->keyValues[0]), floatsOf(*before->keyValues[0]));
    EXPECT_EQ(floatsOf(*after->keyValues[1]), floatsOf(*before->keyValues[2]));
    EXPECT_EQ(floatsOf(*after->keyValues[2]), floatsOf(*before->keyValues[3]));
}

TEST_P(Blocks, AreTheSameBitsWhateverTheOthersHold) {
    const auto before = encode(m_context);
    std::vector<TokenId> edited = m_context;
    edited[kBlock + 5] = (edited[kBlock + 5] + 1) % 256;
    const auto after = encode(edited);
    EXPECT_NE(floatsOf(*after->keyValues[1]), floatsOf(*before->keyValues[1]));
    for (const std::size_t i : {0U, 2U, 3U})
        EXPECT_EQ(floatsOf(*after->keyValues[i]), floatsOf(*before->keyValues[i])) << i;
}

TEST_P(Blocks, DependOnTheAnchor) {
    const auto before = encode(m_context);
    m_context[3] = (m_context[3] + 1) % 256;
    const auto after = encode(m_context);
    for (std::size_t i = 0; i < kBlocks; ++i)
        EXPECT_NE(floatsOf(*after->keyValues[i]), floatsOf(*before->keyValues[i])) << i;
}

TEST_P(Blocks, DoNotDependOnAnAnchorThatIsNotThere) {
    m_options.anchor = AnchorMode::none;
    const auto before = encode(m_context);
    m_context[3] = (m_context[3] + 1) % 256;
    const auto after = encode(m_context);
    for (std::size_t i = 1; i < kBlocks; ++i)
        EXPECT_EQ(floatsOf(*after->keyValues[i]), floatsOf(*before->keyValues[i])) << i;
}

TEST_P(Blocks, TakeTheBytesTheirKvTypeSays) {
    const ModelConfig& config = m_engine->config();
    const std::int64_t values =
        2 * config.layers * config.kvHeads * config.headDim * kContext;  // keys and values
    m_options.kv = KvType::f32;
    EXPECT_GE(encode(m_context)->kvBytes(), 4 * values);
    m_options.kv = KvType::bf16;
    const std::int64_t half = encode(m_context)->kvBytes();
    m_options.kv = KvType::q8;
    const std::int64_t quarter = encode(m_context)->kvBytes();
    EXPECT_GE(half, 2 * values);
    EXPECT_LT(half, 3 * values);
    EXPECT_GE(quarter, values);
    EXPECT_LT(quarter, half);
}

INSTANTIATE_TEST_SUITE_P(Engine, Blocks,
                         testing::Values("llama31", "mistral", "qwen2", "qwen3", "gemma3"),
                         [](const auto& test) { return test.param; });

}  // namespace

}  // namespace asterism::test
