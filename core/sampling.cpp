#include "core/sampling.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <optional>
#include <utility>

#include "core/base/check.h"
#include "core/base/error.h"

namespace asterism {

namespace {

void require(bool holds, const char* option, double value, const char* range) {
    if (!holds) throw Error(option, " ", value, " is out of range; use ", range);
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
    std::size_t known() const { return m_size; }
    bool isCut() const { return m_size < m_logits.size(); }
    double total(double temperature) {
        const double best = logit(0);
        double sum = 0;
        for (const float each : m_logits) sum += std::exp((double{each} - best) / temperature);
        return sum;
    }
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
        const std::size_t wanted =
            isCut() ? m_size : std::max({place + 1, kFirst, kGrowth * m_sorted});
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

// The same of the top alone: what comes behind is not known.
class TopRanking {
  public:
    TopRanking(const TopValues& top, std::size_t most)
        : m_top(top), m_size(std::min(most, static_cast<std::size_t>(top.count))) {}

    std::size_t size() const { return m_size; }
    std::size_t known() const { return std::min(m_size, m_top.best.size()); }
    bool isCut() const { return std::cmp_less(m_size, m_top.count); }
    double total(double) const { return m_top.total; }
    TokenId token(std::size_t place) const { return m_top.best[place].first; }
    float logit(std::size_t place) const { return m_top.best[place].second; }

  private:
    const TopValues& m_top;
    std::size_t m_size;
};

// What top-k, top-p and min-p leave: the first tokens of a ranking. Probabilities are relative to
// the most likely token's.
template <typename Ranked>
class Candidates {
  public:
    Candidates(Ranked ranking, const SamplingOptions& options)
        : m_temperature(options.temperature),
          m_ranking(std::move(ranking)),
          m_best(m_ranking.logit(0)),
          m_count(m_ranking.size()) {
        if (!m_ranking.isCut())
            m_total = m_ranking.total(m_temperature);
        else
            addUp();
        if (m_isKnown && (options.topP < 1 || options.minP > 0)) cut(options);
    }

    // The token at `share`, 0 to 1, of the cumulated probabilities; none if the ranking does not
    // know.
    std::optional<TokenId> at(double share) {
        if (!m_isKnown) return std::nullopt;
        double sum = 0;
        const std::size_t known = std::min(m_count, m_ranking.known());
        for (std::size_t i = 0; i < known; ++i) {
            sum += probability(i);
            if (share * m_total < sum) return m_ranking.token(i);
        }
        if (known < m_count) return std::nullopt;
        return m_ranking.token(m_count - 1);
    }

  private:
    double probability(std::size_t place) {
        return std::exp((double{m_ranking.logit(place)} - m_best) / m_temperature);
    }
    void addUp() {
        m_isKnown = m_count == m_ranking.known();
        for (std::size_t i = 0; m_isKnown && i < m_count; ++i) m_total += probability(i);
    }
    void cut(const SamplingOptions& options) {
        const double enough = options.topP * m_total;
        double kept = 0;
        for (std::size_t i = 0; i < m_count; ++i) {
            if (i > 0 && kept >= enough) {
                m_count = i;
                break;
            }
            if (i == m_ranking.known()) {
                m_isKnown = false;
                return;
            }
            if (i > 0 && probability(i) < options.minP) {
                m_count = i;
                break;
            }
            kept += probability(i);
        }
        m_total = kept;
    }

    double m_temperature;
    Ranked m_ranking;
    double m_best;
    std::size_t m_count;
    double m_total = 0;
    bool m_isKnown = true;
};

std::size_t mostOf(const SamplingOptions& options) {
    return options.topK > 0 ? static_cast<std::size_t>(options.topK) : SIZE_MAX;
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

std::vector<TokenId> Sampler::penalizedOf(std::span<const TokenId> previous) const {
    if (m_options.repetitionPenalty == 1) return {};
    const auto reach = std::min(previous.size(), static_cast<std::size_t>(m_options.penaltyTokens));
    const auto last = previous.last(reach);
    std::vector<TokenId> seen(last.begin(), last.end());
    std::sort(seen.begin(), seen.end());
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    return seen;
}

// 53 random bits, so that every machine draws the same: the library's distributions differ.
double Sampler::share() {
    if (!m_share) m_share = static_cast<double>(m_random() >> 11) * 0x1p-53;
    return *m_share;
}

TokenId Sampler::next(std::span<const float> logits, std::span<const TokenId> previous) {
    ASTERISM_CHECK(!logits.empty());
    std::vector<float> changed;
    if (const std::vector<TokenId> seen = penalizedOf(previous); !seen.empty()) {
        changed.assign(logits.begin(), logits.end());
        for (const TokenId id : seen) {
            float& logit = changed[static_cast<std::size_t>(id)];
            logit = penalized(logit, m_options.repetitionPenalty);
        }
        logits = changed;
    }
    if (m_options.temperature == 0) return topLogits(logits, 1).front().first;
    const auto token = Candidates(Ranking(logits, mostOf(m_options)), m_options).at(share());
    m_share.reset();
    ASTERISM_CHECK(token.has_value());
    return *token;
}

std::optional<TokenId> Sampler::next(const TopValues& top) {
    ASTERISM_CHECK(!top.best.empty() && m_options.temperature > 0);
    const auto token = Candidates(TopRanking(top, mostOf(m_options)), m_options).at(share());
    if (token) m_share.reset();
    return token;
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
