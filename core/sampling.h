#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "core/data_type.h"
#include "core/top_values.h"

namespace asterism {

// How the next token is drawn. The defaults are greedy decoding.
struct SamplingOptions {
    double temperature = 0;        // 0: always the most likely token
    std::int64_t topK = 0;         // keep the K most likely; 0: all
    double topP = 1;               // keep the most likely that together reach P
    double minP = 0;               // drop tokens under minP times the most likely one's probability
    double repetitionPenalty = 1;  // over 1: tokens seen before become less likely
    std::int64_t penaltyTokens = 256;  // how far back the penalty looks
    std::uint64_t seed = 0;
};

// Throws Error that names the option that is out of range.
void checkSampling(const SamplingOptions& options);

// Draws tokens, the same ones for the same seed and logits on every machine. One thread.
class Sampler {
  public:
    explicit Sampler(const SamplingOptions& options);

    // `previous` are the tokens the penalty may look at, oldest first.
    TokenId next(std::span<const float> logits, std::span<const TokenId> previous);

    // The same in steps, for logits that are not on the host. Which of the tokens before are to be
    // penalised, each once:
    std::vector<TokenId> penalizedOf(std::span<const TokenId> previous) const;
    // What next() draws of all logits, once they are penalised, if it is one of the top and they
    // tell: none otherwise, and then the next call of either draws with the same random number.
    // `top` was made for the temperature of the options, which is not 0.
    std::optional<TokenId> next(const TopValues& top);

  private:
    double share();

    SamplingOptions m_options;
    std::mt19937_64 m_random;
    std::optional<double> m_share;  // drawn, but not used yet
};

// The K largest logits with their ids, largest first, lower id first among equals.
std::vector<std::pair<TokenId, float>> topLogits(std::span<const float> logits, std::int64_t count);

}  // namespace asterism
