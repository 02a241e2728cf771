#include "core/star/block_plan.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/error.h"

namespace asterism {

namespace {

void checkPlan(std::int64_t contextTokens, std::int64_t blockTokens) {
    if (blockTokens < 1)
        throw Error("a block of ", blockTokens, " tokens is not possible; use 1 or more");
    if (contextTokens < 1) throw Error("the context is empty; give it at least one token");
}

}  // namespace

std::vector<TokenRange> fixedPlan(std::int64_t contextTokens, std::int64_t blockTokens) {
    checkPlan(contextTokens, blockTokens);
    std::vector<TokenRange> blocks;
    for (std::int64_t begin = 0; begin < contextTokens; begin += blockTokens)
        blocks.push_back({begin, std::min(contextTokens, begin + blockTokens)});
    return blocks;
}

std::vector<TokenRange> ringPlan(std::int64_t contextTokens, int ranks) {
    checkPlan(contextTokens, 1);
    const std::int64_t chunks = 2 * ranks;
    std::vector<TokenRange> plan;
    for (std::int64_t i = 0; i < chunks; ++i)
        plan.push_back({contextTokens * i / chunks, contextTokens * (i + 1) / chunks});
    return plan;
}

std::vector<int> assignBlocks(std::span<const double> costs, int ranks) {
    ASTERISM_CHECK(ranks >= 1);
    std::vector<double> load(static_cast<std::size_t>(ranks), 0.0);
    std::vector<int> rankOf;
    for (const double cost : costs) {
        const auto least = std::min_element(load.begin(), load.end());
        *least += cost;
        rankOf.push_back(static_cast<int>(least - load.begin()));
    }
    return rankOf;
}

}  // namespace asterism
