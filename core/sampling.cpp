#include "core/sampling.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/check.h"
#include "core/base/error.h"

namespace asterism {

namespace {

void require(bool holds, const char* option, double value, const char* range) {
    if (!holds) throw Error(option, " ", value, " is out of range; use ", range);
}

void penalize(std::vector<float>& logits, std::span<const TokenId> previous, double penalty) {
    std::vector<TokenId> seen(previous.begin(), previous.end());
    std::sort(seen.begin(), seen.end());
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    for (const TokenId id : seen) {
        float& logit = logits[static_cast<std::size_t>(id)];
        logit = static_cast<float>(logit > 0 ? logit / penalty : logit * penalty);
    }
}

struct Candidate {
    TokenId id;
    double probability;
};

// Probabilities of the tokens that top-k, top-p and min-p leave, most likely first, not normalised.
std::vector<Candidate> candidatesOf(std::span<const float> logits, const SamplingOptions& options) {
    const auto wanted = options.topK > 0 ? options.topK : static_cast<std::int64_t>(logits.size());
    const auto best = topLogits(logits, wanted);
    std::vector<Candidate> candidates;
    double total = 0;
    for (const auto& [id, logit] : best) {
        const double relative =
            std::exp((double{logit} - best.front().second) / options.temperature);
        candidates.push_back({id, relative});
        total += relative;
    }
    double kept = 0;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const bool tooUnlikely = candidates[i].probability < options.minP;
        const bool enough = kept >= options.topP * total;
        if (i > 0 && (tooUnlikely || enough))
            candidates.resize(i);
        else
            kept += candidates[i].probability;
    }
    return candidates;
}

}  // namespace

void checkSampling(const SamplingOptions& options) {
    require(std::isfinite(options.temperature) && options.temperature >= 0, "temperature",
            options.temperature, "0 (greedy) or more");
    require(options.topK >= 0, "top-k", static_cast<double>(options.topK), "0 (all) or more");
    require(options.topP > 0 && options.topP <= 1, "top-p", options.topP, "more than 0, at most 1");
    require(options.minP >= 0 && options.minP <= 1, "min-p", options.minP, "0 to 1");
    require(std::isfinite(options.repetitionPenalty) && options.repetitionPenalty > 0,
            "repetition-penalty", options.repetitionPenalty, "a number over 0 (1: none)");
}

Sampler::Sampler(const SamplingOptions& options) : m_options(options), m_random(options.seed) {
    checkSampling(options);
}

TokenId Sampler::next(std::span<const float> logits, std::span<const TokenId> previous) {
    ASTERISM_CHECK(!logits.empty());
    std::vector<float> penalized;
    if (m_options.repetitionPenalty != 1) {
        const auto reach =
            std::min(previous.size(), static_cast<std::size_t>(m_options.penaltyTokens));
        penalized.assign(logits.begin(), logits.end());
        penalize(penalized, previous.last(reach), m_options.repetitionPenalty);
        logits = penalized;
    }
    if (m_options.temperature == 0) return topLogits(logits, 1).front().first;

    const std::vector<Candidate> candidates = candidatesOf(logits, m_options);
    double total = 0;
    for (const Candidate& candidate : candidates) total += candidate.probability;
    // 53 random bits, so that every machine draws the same: the library's distributions differ.
    const double draw = static_cast<double>(m_random() >> 11) * 0x1p-53 * total;
    double sum = 0;
    for (const Candidate& candidate : candidates) {
        sum += candidate.probability;
        if (draw < sum) return candidate.id;
    }
    return candidates.back().id;
}

std::vector<std::pair<TokenId, float>> topLogits(std::span<const float> logits,
                                                 std::int64_t count) {
    const auto kept = std::clamp<std::int64_t>(count, 0, static_cast<std::int64_t>(logits.size()));
    std::vector<TokenId> ids(logits.size());
    std::iota(ids.begin(), ids.end(), 0);
    const auto greater = [&](TokenId a, TokenId b) {
        const float left = logits[static_cast<std::size_t>(a)];
        const float right = logits[static_cast<std::size_t>(b)];
        return left != right ? left > right : a < b;
    };
    std::partial_sort(ids.begin(), ids.begin() + kept, ids.end(), greater);
    std::vector<std::pair<TokenId, float>> best;
    for (std::int64_t i = 0; i < kept; ++i) {
        const TokenId id = ids[static_cast<std::size_t>(i)];
        best.emplace_back(id, logits[static_cast<std::size_t>(id)]);
    }
    return best;
}

}  // namespace asterism
