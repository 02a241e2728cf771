// A short evaluation that must notice what the unit tests might not: a real model that answers
// well, and clearly worse with each of three faults planted in what it reads.

#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/comm/local_communicator.h"
#include "core/cpu/cpu_backend.h"
#include "core/engine.h"
#include "core/eval/framed_sample.h"
#include "core/eval/scoring.h"
#include "tests/core/eval/eval_texts.h"
#include "tests/engine/counting_backend.h"
#include "tests/support/test_files.h"

namespace asterism::test {

namespace {

constexpr std::int64_t kLength = 1024;
constexpr std::int64_t kBlockTokens = 256;
constexpr std::int64_t kSamples = 6;
constexpr std::int64_t kAnswerTokens = 12;  // enough for the number asked for

// Merges partials of ranks wrongly when told to: one side's log-sum-exp is taken for larger than
// it is.
class MergeFaultBackend : public CountingBackend {
  public:
    MergeFaultBackend(std::unique_ptr<Backend> inner, const bool& isBroken)
        : CountingBackend(std::move(inner)), m_isBroken(isBroken) {}

    void mergeParts(const TensorView& parts, const Partial& merged) override {
        if (m_isBroken) {
            // Those of the last part, which stand behind its outputs.
            const std::int64_t count = merged.logSumExp.elements();
            float* behind = parts.floats() + parts.elements() - count;
            const TensorView last{behind, {count}, DataType::f32};
            std::vector<float> sums(static_cast<std::size_t>(count));
            download(last, std::as_writable_bytes(std::span(sums)));
            for (float& value : sums) value += 10;
            upload(std::as_bytes(std::span(sums)), last);
        }
        CountingBackend::mergeParts(parts, merged);
    }

  private:
    const bool& m_isBroken;
};

// Begins the conversation in which a question of a sample is asked.
using Converse = std::function<Conversation(const EncodedContext&, const eval::FramedSample&,
                                            std::size_t question)>;

class EvalFaults : public testing::Test {
  protected:
    void SetUp() override {
        ASTERISM_MODEL_OR_SKIP(model, "smollm2-135m-instruct-q4_1.gguf");
        EngineParts parts;
        parts.file = openModelFile(model);
        for (int rank = 0; rank < 2; ++rank) {
            parts.backends.push_back(std::make_unique<MergeFaultBackend>(
                makeCpuBackend({.threads = 1}), m_isMergeBroken));
            parts.deviceOf.push_back(0);
        }
        parts.connectRanks = [] { return makeLocalCommunicators(2); };
        m_engine = std::make_unique<Engine>(std::move(parts));
        encodeSamples();
    }

    // Mean score of all questions.
    double score(const Converse& converse) {
        const eval::Task& task = *eval::tasksNamed({"niah_single_2"}).front();
        AnswerOptions options;
        options.maxTokens = kAnswerTokens;
        double sum = 0;
        int count = 0;
        for (std::size_t i = 0; i < m_samples.size(); ++i)
            for (std::size_t question = 0; question < m_samples[i].queries.size(); ++question) {
                Conversation conversation = converse(*m_contexts[i], m_samples[i], question);
                const Answer answer =
                    m_engine->answer(conversation, m_samples[i].queries[question], options, {}, {});
                sum += eval::scoreOf(task.scoring, m_samples[i].sample.questions[question],
                                     answer.text);
                ++count;
            }
        return sum / count;
    }

    Conversation start(const EncodedContext& context, std::vector<Passage> passages = {}) const {
        return m_engine->startConversation(context, {}, std::move(passages));
    }

    // The first token that holds a byte of a text of the context.
    std::int64_t tokenOf(const eval::FramedSample& sample, const std::string& text) const {
        const std::size_t offset = sample.sample.context.find(text);
        auto token = std::ssize(m_frame.before);
        for (std::size_t at = 0; true; ++token) {
            at += m_engine->tokenizer()
                      .bytesOf(sample.context[static_cast<std::size_t>(token)])
                      .size();
            if (at > offset) return token;
        }
    }

    bool m_isMergeBroken = false;
    std::unique_ptr<Engine> m_engine;

  private:
    void encodeSamples() {
        m_frame = chatFrame(m_engine->tokenizer());
        const eval::Task& task = *eval::tasksNamed({"niah_single_2"}).front();
        ContextOptions options;
        options.blockTokens = kBlockTokens;
        for (std::int64_t index = 0; index < kSamples; ++index) {
            m_samples.push_back(eval::makeSample(
                task, {evalTexts(), m_engine->tokenizer(), m_frame, kLength, 1, 0, index}));
            m_contexts.push_back(m_engine->encode(m_samples.back().context, {}, options, {}, {}));
        }
    }

    PromptFrame m_frame;
    std::vector<eval::FramedSample> m_samples;
    std::vector<std::unique_ptr<EncodedContext>> m_contexts;
};

TEST_F(EvalFaults, LowerTheScoreClearly) {
    const Converse asItIs = [&](const EncodedContext& context, const eval::FramedSample&,
                                std::size_t) { return start(context); };
    const double sound = score(asItIs);

    m_isMergeBroken = true;
    const double brokenMerge = score(asItIs);
    m_isMergeBroken = false;

    // The block that the number stands in is not attended.
    const double lostBlock = score([&](const EncodedContext& context,
                                       const eval::FramedSample& sample, std::size_t question) {
        const std::string& evidence = sample.sample.questions[question].evidence.front();
        const std::int64_t begin = tokenOf(sample, evidence);
        const std::int64_t end = begin + std::ssize(evidence);  // no token is shorter than a byte
        std::vector<Passage> kept;
        for (const TokenRange& block : context.blocks)
            if (block.end <= begin || block.begin >= end) kept.push_back({block});
        return start(context, std::move(kept));
    });

    // The question stands in front of the text instead of behind it.
    const double wrongPlacement =
        score([&](const EncodedContext& context, const eval::FramedSample&, std::size_t) {
            const Conversation right = start(context);
            PlacedBlocks placed = right.placed();
            placed.queryStart = 0;
            return Conversation(context, placed, right.passages());
        });

    std::cout << "score " << sound << "; with a broken merge " << brokenMerge << ", a lost block "
              << lostBlock << ", a wrong placement " << wrongPlacement << std::endl;
    EXPECT_GE(sound, 0.6);
    EXPECT_LE(brokenMerge, sound - 0.4);
    EXPECT_LE(lostBlock, sound - 0.4);
    EXPECT_LE(wrongPlacement, sound - 0.4);
}

}  // namespace

}  // namespace asterism::test
