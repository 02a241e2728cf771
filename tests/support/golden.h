#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/data_type.h"

namespace asterism::test {

// Results of an independent implementation (Hugging Face transformers, float32) for one model, as
// tests/data/golden/*.json and tests/data/tiny/*/golden.json hold them.

struct GoldenLogit {
    TokenId token = 0;
    double value = 0;
};

// What is kept of the logits after one token: the best ones and figures over all of them.
struct GoldenLogits {
    std::vector<GoldenLogit> top;  // best first
    double sum = 0;
    double logSumExp = 0;
    std::int64_t stride = 1;
    std::vector<double> strided;  // logits of the tokens 0, stride, 2 * stride ...
};

// A greedy continuation. Where the margin (best logit minus second best) is small, another
// implementation may rightly choose the other token and the two go separate ways.
struct GoldenGreedy {
    std::vector<TokenId> tokens;
    std::vector<double> margins;  // one per token

    // Tokens before the first margin under `clear`: those everybody must agree on.
    std::span<const TokenId> certain(double clear = 0.05) const;
};

// One pass over tokens that all see each other causally.
struct GoldenDense {
    std::string name;
    std::vector<TokenId> tokens;
    GoldenLogits logits;           // after the last token
    std::vector<double> tokenNll;  // of tokens 1, 2, ... given all before
    GoldenGreedy greedy;
};

// Context and query through one kind of attention.
struct GoldenAnswer {
    GoldenLogits logits;  // after the last query token
    GoldenGreedy greedy;
    // Softmax mass of the last query token, mean over heads and layers: one per block, then the
    // query's own tokens.
    std::vector<double> attentionMass;
};

// The same context and query through Star Attention as the paper defines it (global positions,
// anchor = the first tokens of the context) and through dense attention.
struct GoldenStar {
    std::string name;
    std::vector<TokenId> context;
    std::vector<TokenId> query;
    std::int64_t blockTokens = 0;
    std::int64_t anchorTokens = 0;  // as asked for; longer than block 0 means all of it
    GoldenAnswer star;
    GoldenAnswer dense;
};

struct GoldenModel {
    std::string model;
    std::vector<GoldenDense> dense;
    std::vector<GoldenStar> star;
};

// Throws nlohmann::json::exception if the file is not of this form.
GoldenModel loadGolden(const std::filesystem::path& file);

// The case of that name; throws std::out_of_range if there is none.
const GoldenStar& starCase(const GoldenModel& golden, std::string_view name);

// Fails the test that runs where logits are farther than `tolerance` from the golden ones. The sum
// over the vocabulary may be off by `tolerance` for every token on average.
void expectLogitsNear(std::span<const float> logits, const GoldenLogits& golden, double tolerance);

}  // namespace asterism::test
