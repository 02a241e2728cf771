#include <algorithm>

#include "core/base/error.h"
#include "core/engine.h"
#include "core/star/memory_plan.h"

namespace asterism {

Score Engine::score(std::span<const TokenId> tokens, std::stop_token stop) {
    if (tokens.size() < 2)
        throw Error("a text of ", tokens.size(), " tokens has no likelihood; give at least 2");
    ContextOptions options;
    options.attention = AttentionMode::dense;
    options.kv = m_ranks.front()->activationKvType();
    const auto context = layOut({tokens.begin(), tokens.end()},
                                fixedPlan(std::ssize(tokens), options.blockTokens), options);

    chooseMemory(m_ranks, *context, {});

    Score score;
    score.tokens = static_cast<std::int64_t>(tokens.size());
    const EventSink ignored;
    EncodingJob job{.context = *context, .events = ignored, .stop = std::move(stop)};
    job.onHidden = [&](Rank& rank, TokenRange range, const TensorView& hidden) {
        if (!rank.isLast()) return;
        const auto next = tokens.subspan(static_cast<std::size_t>(range.begin) + 1);
        const std::int64_t rows = std::min(range.tokens(), std::ssize(next));
        for (const float figure : logProbabilities(rank.decoder(), hidden.slice(0, rows),
                                                   next.first(static_cast<std::size_t>(rows))))
            score.tokenNll.push_back(-figure);
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
