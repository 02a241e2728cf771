#include "tests/support/reference_model.h"

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/model/model_file.h"
#include "tests/support/golden.h"
#include "tests/support/reference_maps.h"
#include "tests/support/test_files.h"

namespace asterism::test {

namespace {

constexpr double kFloatNoise = 1e-3;  // of transformers' float32 on logits up to 30

std::vector<TokenId> joined(std::vector<TokenId> front, const std::vector<TokenId>& back) {
    front.insert(front.end(), back.begin(), back.end());
    return front;
}

std::vector<float> lastLogits(const ReferenceModel& model, const ReferencePass& pass) {
    const std::vector<double> logits = model.logits(pass, pass.hidden.rows - 1);
    return {logits.begin(), logits.end()};
}

// Folders of tests/data/tiny.
class TinyFolder : public testing::TestWithParam<std::string> {
  protected:
    const GoldenModel m_golden = loadGolden(dataFile("tiny/" + GetParam() + "/golden.json"));
    const std::unique_ptr<ModelFile> m_file = openModelFile(dataFile("tiny/" + GetParam()));
    const ReferenceModel m_model{*m_file};
};

TEST_P(TinyFolder, DenseLogitsEqualTransformers) {
    for (const GoldenDense& golden : m_golden.dense) {
        SCOPED_TRACE(golden.name);
        const auto count = static_cast<std::int64_t>(golden.tokens.size());
        const ReferencePass pass = m_model.run(golden.tokens, denseMap(count));
        expectLogitsNear(lastLogits(m_model, pass), golden.logits, kFloatNoise);
        for (std::int64_t i = 0; i + 1 < count; ++i) {
            const auto at = static_cast<std::size_t>(i);
            EXPECT_NEAR(negativeLogLikelihood(m_model.logits(pass, i), golden.tokens[at + 1]),
                        golden.tokenNll[at], kFloatNoise);
        }
    }
}

// The goldens encode the anchor anew in front of every block; here it is shared.
TEST_P(TinyFolder, StarLogitsAndMassEqualTransformers) {
    for (const GoldenStar& golden : m_golden.star) {
        SCOPED_TRACE(golden.name);
        StarLayout layout =
            trueLayout(static_cast<std::int64_t>(golden.context.size()),
                       static_cast<std::int64_t>(golden.query.size()), golden.blockTokens);
        layout.firstAnchorTokens =
            layout.blockBegins.size() == 1 ? layout.contextTokens : golden.anchorTokens;
        layout.globalPositions = true;
        const ReferencePass pass =
            m_model.run(joined(golden.context, golden.query), starMap(layout));
        expectLogitsNear(lastLogits(m_model, pass), golden.star.logits, kFloatNoise);

        const std::size_t blocks = layout.blockBegins.size();
        ASSERT_EQ(golden.star.attentionMass.size(), blocks + 1);
        layout.blockBegins.push_back(layout.contextTokens);
        for (std::size_t i = 0; i < blocks; ++i)
            EXPECT_NEAR(pass.mass(layout.blockBegins[i], layout.blockBegins[i + 1]),
                        golden.star.attentionMass[i], 1e-5);
        EXPECT_NEAR(pass.mass(layout.contextTokens, layout.tokens()),
                    golden.star.attentionMass.back(), 1e-5);
    }
}

INSTANTIATE_TEST_SUITE_P(Reference, TinyFolder,
                         testing::Values("llama31", "mistral", "qwen2", "qwen3", "gemma3"),
                         [](const auto& test) { return test.param; });

// The one case of rows stored interleaved: llama in GGUF.
TEST(ReferenceModel, EqualsTransformersOnInterleavedGguf) {
    ASTERISM_MODEL_OR_SKIP(path, "smollm2-135m-instruct-q4_1.gguf");
    const GoldenModel golden = loadGolden(dataFile("golden/smollm2.json"));
    const GoldenDense& dense = golden.dense.front();
    constexpr std::size_t kTokens = 6;
    const ReferenceModel model(*openModelFile(path));
    const ReferencePass pass = model.run(std::span(dense.tokens).first(kTokens), denseMap(kTokens));
    for (std::size_t i = 0; i + 1 < kTokens; ++i)
        EXPECT_NEAR(negativeLogLikelihood(model.logits(pass, static_cast<std::int64_t>(i)),
                                          dense.tokens[i + 1]),
                    dense.tokenNll[i], kFloatNoise);
}

}  // namespace

}  // namespace asterism::test
