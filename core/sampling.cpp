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

// The most likely tokens, most likely first, sorted only as far as they are asked for: sorting a
// whole vocabulary for one draw takes longer than the step of a small model.
class Ranking {
  public:
    Ranking(std::span<const float> logits, std::size_t most)
        : m_logits(logits), m_size(std::min(most, logits.size())), m_ids(logits.size()) {
        std::iota(m_ids.begin(), m_ids.end(), 0);
    }

    std::size_t size() const { return m_size; }
    TokenId token(std::size_t place) {
        if (place >= m_sorted) sortMore(place);
        return m_ids[place];
    }
    float logit(std::size_t place) { return logitOf(token(place)); }

  private:
    static constexpr std::size_t kFirst = 64;
    static constexpr std::size_t kGrowth = 8;

    float logitOf(TokenId id) const { return m_logits[static_cast<std::size_t>(id)]; }
    void sortMore(std::size_t place) {
        const std::size_t wanted = std::max({place + 1, kFirst, kGrowth * m_sorted});
        const auto begin = m_ids.begin() + static_cast<std::ptrdiff_t>(m_sorted);
        m_sorted = std::min(wanted, m_ids.size());
        const auto end = m_ids.begin() + static_cast<std::ptrdiff_t>(m_sorted);
        const auto greater = [this](TokenId a, TokenId b) {
            return logitOf(a) != logitOf(b) ? logitOf(a) > logitOf(b) : a < b;
        };
        if (end == m_ids.end())
            std::sort(begin, end, greater);
        else
            std::partial_sort(begin, end, m_ids.end(), greater);
    }

    std::span<const float> m_logits;
    std::size_t m_size;
    std::size_t m_sorted = 0;
    std::vector<TokenId> m_ids;
};

// What top-k, top-p and min-p leave: the first tokens of a ranking. Probabilities are relative to
// the most likely token's.
class Candidates {
  public:
    Candidates(std::span<const float> logits, const SamplingOptions& options)
        : m_temperature(options.temperature),
          m_ranking(logits,
                    options.topK > 0 ? static_cast<std::size_t>(options.topK) : logits.size()),
          m_best(m_ranking.logit(0)),
          m_count(m_ranking.size()) {
        if (m_count < logits.size())
            for (std::size_t i = 0; i < m_count; ++i) m_total += probability(i);
        else
            for (const float logit : logits) m_total += probabilityOf(logit);
        if (options.topP < 1 || options.minP > 0) cut(options);
    }

    // The token at `share`, 0 to 1, of the cumulated probabilities.
    TokenId at(double share) {
        double sum = 0;
        for (std::size_t i = 0; i < m_count; ++i) {
            sum += probability(i);
            if (share * m_total < sum) return m_ranking.token(i);
        }
        return m_ranking.token(m_count - 1);
    }

  private:
    double probabilityOf(float logit) const {
        return std::exp((double{logit} - m_best) / m_temperature);
    }
    double probability(std::size_t place) { return probabilityOf(m_ranking.logit(place)); }
    void cut(const SamplingOptions& options) {
        const double enough = options.topP * m_total;
        double kept = 0;
        for (std::size_t i = 0; i < m_count; ++i) {
            if (i > 0 && (kept >= enough || probability(i) < options.minP))
                m_count = i;
            else
                kept += probability(i);
        }
        m_total = kept;
    }

    double m_temperature;
    Ranking m_ranking;
    double m_best;
    std::size_t m_count;
    double m_total = 0;
};

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

    // 53 random bits, so that every machine draws the same: the library's distributions differ.
    return Candidates(logits, m_options).at(static_cast<double>(m_random() >> 11) * 0x1p-53);
}

std::vector<std::pair<TokenId, float>> topLogits(std::span<const float> logits,
                                                 std::int64_t count) {
    Ranking ranking(logits, static_cast<std::size_t>(std::max<std::int64_t>(count, 0)));
    std::vector<std::pair<TokenId, float>> best;
    best.reserve(ranking.size());
    for (std::size_t i = 0; i < ranking.size(); ++i)
        best.emplace_back(ranking.token(i), ranking.logit(i));
    return best;
}

}  // namespace asterism
