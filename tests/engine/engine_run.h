#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/engine.h"

namespace asterism::test {

// An engine on the CPU backend, of `ranks` ranks in this process, one thread each.
std::unique_ptr<Engine> openEngine(const std::filesystem::path& model, int ranks = 1);

// Options for exact comparisons: the paper's positions, nothing quantised.
ContextOptions exactOptions(std::int64_t blockTokens);
PlacementOptions truePlacement();

struct Question {
    std::vector<TokenId> context;
    std::vector<TokenId> query;
    ContextOptions options;
    PlacementOptions placement = truePlacement();
    std::vector<Passage> passages;
    std::int64_t maxTokens = 1;
    bool recordsTokenMass = false;
};

// Encodes the context anew and asks. The answer goes on after end tokens.
Answer ask(Engine& engine, const Question& question);

// Encodes blocks of a context that is laid out, and stops when so many of them are finished.
void encodeUntil(Engine& engine, EncodedContext& context, std::span<const std::size_t> blocks,
                 std::size_t finished);

// Logits after the query, one per token of the vocabulary.
std::vector<float> logitsOf(const Engine& engine, const Answer& answer);

// Tokens below `vocabulary`, the same ones for the same seed.
std::vector<TokenId> someTokens(std::int64_t count, std::int64_t vocabulary, std::uint64_t seed);

// Fails the test that runs where any two differ by more than `tolerance`.
void expectNear(std::span<const float> actual, std::span<const double> expected, double tolerance);
void expectNear(std::span<const float> actual, std::span<const float> expected, double tolerance);

}  // namespace asterism::test
