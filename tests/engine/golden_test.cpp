// The engine against Hugging Face transformers: the models of the catalogue, and tiny ones of
// every architecture read from Hugging Face folders.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/engine_run.h"
#include "tests/support/golden.h"
#include "tests/support/test_files.h"

namespace asterism::test {

namespace {

// Far above the noise of float32 on either side (1e-4), far below what any mistake costs.
constexpr double kTolerance = 0.005;

// A model and the goldens made for it. `file` is a model of the catalogue; without one the model
// is the folder the goldens lie in.
struct GoldenSource {
    std::string name;
    std::string golden;
    std::string file;
};

void PrintTo(const GoldenSource& source, std::ostream* stream) {
    *stream << source.name;
}

Question questionOf(const GoldenStar& golden) {
    Question question;
    question.context = golden.context;
    question.query = golden.query;
    question.options = exactOptions(golden.blockTokens);
    question.options.anchorTokens = golden.anchorTokens;
    question.maxTokens = std::ssize(golden.star.greedy.certain());
    return question;
}

class Golden : public testing::TestWithParam<GoldenSource> {
  protected:
    void SetUp() override {
        const std::filesystem::path golden = dataFile(GetParam().golden);
        m_golden = loadGolden(golden);
        if (GetParam().file.empty()) {
            m_engine = openEngine(golden.parent_path());
            return;
        }
        ASTERISM_MODEL_OR_SKIP(path, GetParam().file);
        m_engine = openEngine(path);
    }

    void expectAnswer(const Answer& answer, const GoldenLogits& logits,
                      const GoldenGreedy& greedy) {
        expectLogitsNear(logitsOf(*m_engine, answer), logits, kTolerance);
        const std::span<const TokenId> certain = greedy.certain();
        ASSERT_LE(certain.size(), answer.tokens.size());
        EXPECT_EQ(std::vector<TokenId>(answer.tokens.begin(),
                                       answer.tokens.begin() + std::ssize(certain)),
                  std::vector<TokenId>(certain.begin(), certain.end()));
    }

    void expectMass(const Answer& answer, const std::vector<double>& golden) {
        std::vector<double> mass = answer.mass.front();
        EXPECT_EQ(mass.at(mass.size() - 2), 0.0) << "there is no fixed anchor";
        mass.erase(mass.end() - 2);
        ASSERT_EQ(mass.size(), golden.size());
        for (std::size_t i = 0; i < mass.size(); ++i)
            EXPECT_NEAR(mass[i], golden[i], 5e-4) << "part " << i;
    }

    GoldenModel m_golden;
    std::unique_ptr<Engine> m_engine;
};

TEST_P(Golden, DenseLogitsAndGreedyTokens) {
    for (const GoldenDense& golden : m_golden.dense) {
        SCOPED_TRACE(golden.name);
        Question question;
        question.context.assign(golden.tokens.begin(), golden.tokens.end() - 1);
        question.query = {golden.tokens.back()};
        question.options = exactOptions(16);
        question.options.attention = AttentionMode::dense;
        question.maxTokens = std::ssize(golden.greedy.certain());
        expectAnswer(ask(*m_engine, question), golden.logits, golden.greedy);
    }
}

TEST_P(Golden, ScoreOfEveryToken) {
    for (const GoldenDense& golden : m_golden.dense) {
        SCOPED_TRACE(golden.name);
        const Score score = m_engine->score(golden.tokens, {});
        EXPECT_EQ(score.tokens, std::ssize(golden.tokens));
        ASSERT_EQ(score.tokenNll.size(), golden.tokenNll.size());
        double sum = 0;
        for (std::size_t i = 0; i < golden.tokenNll.size(); ++i) {
            EXPECT_NEAR(score.tokenNll[i], golden.tokenNll[i], kTolerance) << i;
            sum += golden.tokenNll[i];
        }
        EXPECT_NEAR(score.meanNegativeLogLikelihood,
                    sum / static_cast<double>(golden.tokenNll.size()), kTolerance);
    }
}

// Context encoding with the shared anchor, where the goldens encode the anchor in front of every
// block anew.
TEST_P(Golden, StarLogitsGreedyTokensAndMass) {
    for (const GoldenStar& golden : m_golden.star) {
        SCOPED_TRACE(golden.name);
        const Answer answer = ask(*m_engine, questionOf(golden));
        expectAnswer(answer, golden.star.logits, golden.star.greedy);
        expectMass(answer, golden.star.attentionMass);
    }
}

// What cached keys and values lose in fewer bits, on a real model: logits of size 30 move by some
// hundredths, and what was found stays found.
class CompactKeys : public testing::TestWithParam<KvType> {};

TEST_P(CompactKeys, StayNearTheGoldensOfFloat32) {
    ASTERISM_MODEL_OR_SKIP(path, "smollm2-135m-instruct-q4_1.gguf");
    const auto engine = openEngine(path);
    const GoldenModel golden = loadGolden(dataFile("golden/smollm2.json"));
    const GoldenStar& needle = starCase(golden, "needle_256");
    Question question = questionOf(needle);
    question.options.kv = GetParam();
    question.maxTokens = 10;
    const Answer answer = ask(*engine, question);
    const std::vector<float> logits = logitsOf(*engine, answer);
    for (const GoldenLogit& expected : needle.star.logits.top)
        EXPECT_NEAR(logits[static_cast<std::size_t>(expected.token)], expected.value, 0.15);
    for (std::size_t block = 0; block + 1 < needle.star.attentionMass.size(); ++block)
        EXPECT_NEAR(answer.mass.front()[block], needle.star.attentionMass[block], 0.005);
    EXPECT_NE(answer.text.find("marigold"), std::string::npos) << answer.text;
}

INSTANTIATE_TEST_SUITE_P(Catalogue, CompactKeys, testing::Values(KvType::bf16, KvType::q8),
                         [](const auto& test) {
                             return test.param == KvType::bf16 ? "bf16" : "q8";
                         });

INSTANTIATE_TEST_SUITE_P(Catalogue, Golden,
                         testing::Values(GoldenSource{"smollm2", "golden/smollm2.json",
                                                      "smollm2-135m-instruct-q4_1.gguf"},
                                         GoldenSource{"qwen05", "golden/qwen05.json",
                                                      "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"},
                                         GoldenSource{"gemma270m", "golden/gemma270m.json",
                                                      "gemma-3-270m-q4_k_m.gguf"}),
                         [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(Tiny, Golden,
                         testing::Values(GoldenSource{"llama31", "tiny/llama31/golden.json", ""},
                                         GoldenSource{"mistral", "tiny/mistral/golden.json", ""},
                                         GoldenSource{"qwen2", "tiny/qwen2/golden.json", ""},
                                         GoldenSource{"qwen3", "tiny/qwen3/golden.json", ""},
                                         GoldenSource{"gemma3", "tiny/gemma3/golden.json", ""}),
                         [](const auto& test) { return test.param.name; });

}  // namespace

}  // namespace asterism::test
