#include "tests/engine/engine_run.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <stop_token>
#include <variant>

#include <gtest/gtest.h>

#include "core/comm/local_communicator.h"
#include "core/cpu/cpu_backend.h"

namespace asterism::test {

std::unique_ptr<Engine> openEngine(const std::filesystem::path& model, int ranks) {
    EngineParts parts;
    parts.file = openModelFile(model);
    for (int rank = 0; rank < ranks; ++rank) {
        parts.backends.push_back(makeCpuBackend({.threads = 1}));
        parts.deviceOf.push_back(0);
    }
    parts.connectRanks = [ranks] { return makeLocalCommunicators(ranks); };
    return std::make_unique<Engine>(std::move(parts));
}

ContextOptions exactOptions(std::int64_t blockTokens) {
    ContextOptions options;
    options.blockTokens = blockTokens;
    options.positions = Positions::global;
    options.kv = KvType::f32;
    return options;
}

PlacementOptions truePlacement() {
    PlacementOptions options;
    options.placement = Placement::trueOrder;
    return options;
}

Answer ask(Engine& engine, const Question& question) {
    const auto context = engine.encode(question.context, {}, question.options, {}, {});
    Conversation conversation =
        engine.startConversation(*context, question.placement, question.passages);
    AnswerOptions options;
    options.maxTokens = question.maxTokens;
    options.recordsTokenMass = question.recordsTokenMass;
    options.topLogits = engine.config().vocabulary;
    options.ignoresEnd = true;
    return engine.answer(conversation, question.query, options, {}, {});
}

void encodeUntil(Engine& engine, EncodedContext& context, std::span<const std::size_t> blocks,
                 std::size_t finished) {
    std::stop_source stop;
    std::size_t count = 0;
    const EventSink stopThen = [&](const EngineEvent& event) {
        if (std::holds_alternative<BlockEncoded>(event) && ++count == finished) stop.request_stop();
    };
    EXPECT_THROW(engine.encode(context, blocks, stopThen, stop.get_token()), Stopped);
}

std::vector<float> logitsOf(const Engine& engine, const Answer& answer) {
    std::vector<float> logits(static_cast<std::size_t>(engine.config().vocabulary));
    for (const auto& [token, logit] : answer.firstLogits)
        logits[static_cast<std::size_t>(token)] = logit;
    return logits;
}

std::vector<TokenId> someTokens(std::int64_t count, std::int64_t vocabulary, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<TokenId> tokens;
    for (std::int64_t i = 0; i < count; ++i)
        tokens.push_back(static_cast<TokenId>(random() % static_cast<std::uint64_t>(vocabulary)));
    return tokens;
}

void expectNear(std::span<const float> actual, std::span<const double> expected, double tolerance) {
    ASSERT_EQ(actual.size(), expected.size());
    double worst = 0;
    for (std::size_t i = 0; i < actual.size(); ++i)
        worst = std::max(worst, std::abs(static_cast<double>(actual[i]) - expected[i]));
    EXPECT_LE(worst, tolerance) << "is the largest difference of " << actual.size() << " logits";
}

void expectNear(std::span<const float> actual, std::span<const float> expected, double tolerance) {
    expectNear(actual, std::vector<double>(expected.begin(), expected.end()), tolerance);
}

}  // namespace asterism::test
