#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/engine.h"

namespace asterism {

namespace {

double logSumExp(std::span<const float> logits) {
    const float top = *std::max_element(logits.begin(), logits.end());
    double sum = 0;
    for (const float logit : logits) sum += std::exp(double{logit} - top);
    return top + std::log(sum);
}

// Adds the figures of the tokens that follow the rows of `hidden`, a few rows at a time: the
// logits of a whole block would take more memory than the model.
void addTokenNll(Rank& rank, TokenRange range, const TensorView& hidden,
                 std::span<const TokenId> tokens, std::vector<float>& tokenNll) {
    constexpr std::int64_t kRows = 64;
    const auto vocabulary = static_cast<std::size_t>(rank.config().vocabulary);
    for (std::int64_t row = 0; row < range.tokens(); row += kRows) {
        const std::int64_t end = std::min(range.tokens(), row + kRows);
        const std::vector<float> logits = rank.decoder().logits(hidden.slice(row, end));
        for (std::int64_t i = row; i < end; ++i) {
            const auto next = static_cast<std::size_t>(range.begin + i + 1);
            if (next == tokens.size()) return;
            const auto line = std::span(logits).subspan(
                static_cast<std::size_t>(i - row) * vocabulary, vocabulary);
            const float logit = line[static_cast<std::size_t>(tokens[next])];
            tokenNll.push_back(static_cast<float>(logSumExp(line) - logit));
        }
    }
}

}  // namespace

Score Engine::score(std::span<const TokenId> tokens, std::stop_token stop) {
    if (tokens.size() < 2)
        throw Error("a text of ", tokens.size(), " tokens has no likelihood; give at least 2");
    ContextOptions options;
    options.attention = AttentionMode::dense;
    options.kv = m_ranks.front()->activationKvType();
    const auto context = layOut({tokens.begin(), tokens.end()},
                                fixedPlan(std::ssize(tokens), options.blockTokens), options);

    Score score;
    score.tokens = static_cast<std::int64_t>(tokens.size());
    const EventSink ignored;
    EncodingJob job{*context, ignored, std::move(stop), {}, nullptr, {}, {}};
    job.onHidden = [&](Rank& rank, TokenRange range, const TensorView& hidden) {
        if (rank.isLast()) addTokenNll(rank, range, hidden, tokens, score.tokenNll);
    };
    runOnRanks([&](Rank& rank) {
        rank.setVisibleWindow({});
        encodeCausal(rank, job);
    });
    for (const float nll : score.tokenNll) score.meanNegativeLogLikelihood += nll;
    score.meanNegativeLogLikelihood /= static_cast<double>(score.tokenNll.size());
    return score;
}

}  // namespace asterism
