// The engine on the GPU against the engine on the processor: the same questions, the same answers.
#include <gtest/gtest.h>

#include <cmath>
#include <deque>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "tests/cuda/gpu_engine.h"
#include "tests/engine/engine_run.h"
#include "tests/support/test_files.h"
#include "tests/support/tiny_model.h"

namespace asterism::test {
namespace {

// Length of the difference over the length of the expected logits.
double relativeError(std::span<const float> actual, std::span<const float> expected) {
    double difference = 0;
    double length = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        difference += std::pow(double{actual[i]} - double{expected[i]}, 2);
        length += std::pow(double{expected[i]}, 2);
    }
    return std::sqrt(difference / length);
}

Question someQuestion(const Engine& engine, std::int64_t context) {
    Question question;
    question.context = someTokens(context, engine.config().vocabulary, 21);
    question.query = someTokens(11, engine.config().vocabulary, 22);
    question.maxTokens = 4;
    return question;
}

struct TinyModel {
    std::string name;
    TinyModelOptions options;
};

void PrintTo(const TinyModel& model, std::ostream* stream) {
    *stream << model.name;
}

// Heads of 16 values take the kernels for any head size, those of 64 and more the fast ones.
std::vector<TinyModel> tinyModels() {
    std::vector<TinyModel> models;
    for (const std::string architecture : {"llama", "qwen2", "qwen3", "gemma3"})
        for (const std::int64_t headDim : {16, 64})
            models.push_back({architecture + "_" + std::to_string(headDim),
                              {.architecture = architecture, .headDim = headDim}});
    models.push_back({"wide_heads", {.heads = 4, .kvHeads = 1, .headDim = 256}});
    models.push_back({"quantised",
                      {.hidden = 256,
                       .feedForward = 512,
                       .headDim = 128,
                       .weights = DataType::q4_k,
                       .hasOutput = true}});
    return models;
}

class GpuAndProcessor : public OnGpu {
  protected:
    // Asks both engines; `allowed` is the relative error of the logits.
    void expectSame(Engine& gpu, Engine& cpu, const Question& question, double allowed) {
        const Answer actual = ask(gpu, question);
        const Answer expected = ask(cpu, question);
        const auto logits = logitsOf(gpu, actual);
        EXPECT_LT(relativeError(logits, logitsOf(cpu, expected)), allowed);
        ASSERT_EQ(actual.mass.front().size(), expected.mass.front().size());
        for (std::size_t i = 0; i < expected.mass.front().size(); ++i)
            EXPECT_NEAR(actual.mass.front()[i], expected.mass.front()[i], allowed)
                << "attention mass " << i;
        EXPECT_NEAR(std::accumulate(actual.mass.front().begin(), actual.mass.front().end(), 0.0),
                    1.0, 1e-5);
    }
};

class CudaEngine : public GpuAndProcessor, public testing::WithParamInterface<TinyModel> {
  protected:
    void SetUp() override {
        OnGpu::SetUp();
        if (IsSkipped()) return;
        m_path = m_folder.path() / "tiny.gguf";
        writeTinyModel(m_path, GetParam().options);
    }

    void expectSameInAllModes(DataType activations, double allowed) {
        const auto cpu = openEngine(m_path);
        const auto gpu = openOnGpu(m_path, activations);
        Question question = someQuestion(*cpu, 150);
        for (const KvType kv : {KvType::f32, KvType::bf16, KvType::q8}) {
            for (const AttentionMode mode :
                 {AttentionMode::star, AttentionMode::dense, AttentionMode::window}) {
                SCOPED_TRACE(testing::Message() << "KV type " << static_cast<int>(kv) << ", mode "
                                                << static_cast<int>(mode));
                question.options = exactOptions(40);
                question.options.kv = kv;
                question.options.attention = mode;
                question.options.slidingTokens = 50;
                expectSame(*gpu, *cpu, question, allowed);
            }
        }
    }

    TempDir m_folder;
    std::filesystem::path m_path;
};

TEST_P(CudaEngine, floatLogitsAndMassEqualTheProcessorsInEveryMode) {
    // A stored byte may be rounded either way, hence not the 1e-5 of float sums.
    expectSameInAllModes(DataType::f32, 5e-3);
}

TEST_P(CudaEngine, bf16LogitsAndMassAreTheProcessorsWithinBf16) {
    expectSameInAllModes(DataType::bf16, 4e-2);
}

TEST_P(CudaEngine, longAnswersAreTheProcessorsTokenByToken) {
    const auto cpu = openEngine(m_path);
    const auto gpu = openOnGpu(m_path, DataType::f32);
    Question question = someQuestion(*cpu, 150);
    question.options = exactOptions(40);
    question.maxTokens = 90;
    question.recordsTokenMass = true;
    for (const AttentionMode mode : {AttentionMode::star, AttentionMode::window}) {
        question.options.attention = mode;
        question.options.slidingTokens = 50;
        const Answer actual = ask(*gpu, question);
        const Answer expected = ask(*cpu, question);
        EXPECT_EQ(actual.tokens, expected.tokens);
        ASSERT_EQ(actual.mass.size(), expected.mass.size());
        for (std::size_t step = 0; step < expected.mass.size(); ++step)
            for (std::size_t i = 0; i < expected.mass[step].size(); ++i)
                EXPECT_NEAR(actual.mass[step][i], expected.mass[step][i], 5e-3)
                    << "step " << step << ", figure " << i;
    }
}

TEST_P(CudaEngine, severalRanksOnOneGpuGiveTheSameAnswer) {
    const auto one = openOnGpu(m_path, DataType::f32);
    const auto three = openOnGpu(m_path, DataType::f32, 3);
    Question question = someQuestion(*one, 150);
    question.options = exactOptions(40);
    for (const AttentionMode mode : {AttentionMode::star, AttentionMode::dense}) {
        question.options.attention = mode;
        expectSame(*three, *one, question, 1e-3);
    }
    // The ring cuts the context into two chunks a rank, so only the logits can be compared.
    const auto dense = logitsOf(*one, ask(*one, question));
    question.options.attention = AttentionMode::ring;
    EXPECT_LT(relativeError(logitsOf(*three, ask(*three, question)), dense), 1e-3);
}

TEST_P(CudaEngine, questionsAskedAtOnceAreAnsweredAsOneByOne) {
    for (const int ranks : {1, 2}) {
        const auto gpu = openOnGpu(m_path, DataType::f32, ranks);
        const Question question = someQuestion(*gpu, 150);
        const auto context = gpu->encode(question.context, {}, exactOptions(40), {}, {});
        std::deque<Conversation> together;
        std::deque<std::vector<TokenId>> queries;
        std::vector<BatchedQuestion> batch;
        for (const std::int64_t length : {2, 11, 7}) {
            together.push_back(gpu->startConversation(*context, truePlacement()));
            queries.push_back(someTokens(length, gpu->config().vocabulary, 23));
            AnswerOptions options;
            options.maxTokens = 3 * length;
            options.ignoresEnd = true;
            batch.push_back({together.back(), queries.back(), options, {}, {}});
        }
        const std::vector<Answer> answers = gpu->answerAll(batch, {});
        for (std::size_t i = 0; i < batch.size(); ++i) {
            Conversation alone = gpu->startConversation(*context, truePlacement());
            const Answer expected = gpu->answer(alone, queries[i], batch[i].options, {}, {});
            EXPECT_EQ(answers[i].tokens, expected.tokens) << ranks << " ranks, question " << i;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Tiny, CudaEngine, testing::ValuesIn(tinyModels()),
                         [](const auto& test) { return test.param.name; });

// Real weights, quantised: greedy tokens are the same as long as the choice is clear.
class CudaModel : public GpuAndProcessor, public testing::WithParamInterface<std::string> {};

TEST_P(CudaModel, answersAsTheProcessorDoes) {
    ASTERISM_MODEL_OR_SKIP(path, GetParam());
    const auto cpu = openEngine(path);
    Question question;
    question.query = cpu->tokenizer().encode("The capital of France is", ControlTokens::asText);
    const std::vector<TokenId> text = cpu->tokenizer().encode(
        "Paris is the capital and the largest city of France. Berlin is that of Germany. Rome is "
        "that of Italy. Madrid is that of Spain. Lisbon is that of Portugal.",
        ControlTokens::asText);
    while (question.context.size() < 700)
        question.context.insert(question.context.end(), text.begin(), text.end());
    question.options = exactOptions(256);
    question.options.kv = KvType::q8;
    expectSame(*openOnGpu(path, DataType::f32), *cpu, question, 1e-2);
    // Rounding every activation of 30 layers to 8 bits moves logits by some hundredths.
    const auto gpu = openOnGpu(path, DataType::bf16);
    expectSame(*gpu, *cpu, question, 1e-1);
    EXPECT_EQ(ask(*gpu, question).tokens.front(), ask(*cpu, question).tokens.front());
}

INSTANTIATE_TEST_SUITE_P(Real, CudaModel,
                         testing::Values("smollm2-135m-instruct-q4_1.gguf",
                                         "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
                                         "gemma-3-270m-q4_k_m.gguf"),
                         [](const auto& test) {
                             // Up to the first character a test's name cannot have.
                             return test.param.substr(0, test.param.find_first_of("-."));
                         });

}  // namespace
}  // namespace asterism::test
