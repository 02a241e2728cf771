// Times questions of one context that are answered one after another and all at once, on the CPU,
// and compares their tokens.
// Usage: batched_questions MODEL_FILE [CONTEXT_TOKENS [QUESTIONS [ANSWER_TOKENS]]]
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <iostream>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "tests/bench/cpu_engine.h"

namespace asterism {
namespace {

std::vector<TokenId> someTokens(std::int64_t count, std::int64_t seed, std::int64_t vocabulary) {
    std::vector<TokenId> tokens;
    for (std::int64_t i = 0; i < count; ++i)
        tokens.push_back(static_cast<TokenId>((seed + i * 7919) % vocabulary));
    return tokens;
}

class Comparison {
  public:
    Comparison(Engine& engine, const EncodedContext& context, std::int64_t questions,
               std::int64_t answerTokens)
        : m_engine(engine), m_context(context) {
        m_options.maxTokens = answerTokens;
        m_options.ignoresEnd = true;
        m_placement.room = 128 + answerTokens;
        // Of unlike lengths, as questions are.
        for (std::int64_t i = 0; i < questions; ++i)
            m_questions.push_back(someTokens(20 + 3 * (i % 8), i, engine.config().vocabulary));
    }

    void run() {
        const Stopwatch watch;
        const std::vector<Answer> alone = oneByOne();
        const double aloneSeconds = watch.seconds();
        const Stopwatch batchWatch;
        const std::vector<Answer> together = atOnce();
        const double seconds = batchWatch.seconds();
        std::size_t same = 0;
        for (std::size_t i = 0; i < alone.size(); ++i)
            same += alone[i].tokens == together[i].tokens ? 1 : 0;
        std::printf(
            "one by one %.2f s, at once %.2f s: %.2f times as fast; same tokens in %zu of "
            "%zu answers\n",
            aloneSeconds, seconds, aloneSeconds / seconds, same, alone.size());
    }

  private:
    std::vector<Answer> oneByOne() {
        std::vector<Answer> answers;
        for (const auto& question : m_questions) {
            Conversation conversation = m_engine.startConversation(m_context, m_placement);
            answers.push_back(m_engine.answer(conversation, question, m_options, {}, {}));
        }
        return answers;
    }

    std::vector<Answer> atOnce() {
        std::deque<Conversation> conversations;
        std::vector<BatchedQuestion> batch;
        for (const auto& question : m_questions) {
            conversations.push_back(m_engine.startConversation(m_context, m_placement));
            batch.push_back({conversations.back(), question, m_options, {}, {}});
        }
        return m_engine.answerAll(batch, {});
    }

    Engine& m_engine;
    const EncodedContext& m_context;
    std::vector<std::vector<TokenId>> m_questions;
    AnswerOptions m_options;
    PlacementOptions m_placement;
};

}  // namespace
}  // namespace asterism

int main(int argc, char** argv) {
    const auto number = [&](int place, std::int64_t otherwise) {
        return argc > place ? std::atoll(argv[place]) : otherwise;
    };
    try {
        if (argc < 2)
            throw asterism::Error(
                "usage: batched_questions MODEL_FILE [CONTEXT_TOKENS [QUESTIONS [ANSWER_TOKENS]]]");
        const auto engine = asterism::openCpuEngine(argv[1]);
        const auto context =
            engine->encode(asterism::someTokens(number(2, 8192), 100, engine->config().vocabulary),
                           {}, {}, {}, {});
        asterism::Comparison comparison(*engine, *context, number(3, 4), number(4, 32));
        for (int round = 0; round < 3; ++round) comparison.run();
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
    return 0;
}
