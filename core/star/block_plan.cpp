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

// A cut where the text offers none, by the tokens around it.
CutPoint tokenCut(std::span<const TokenId> context, std::int64_t token) {
    constexpr std::int64_t kReach = 4;
    std::uint64_t hash = 0;
    const std::int64_t end = std::min(token + kReach, static_cast<std::int64_t>(context.size()));
    for (std::int64_t i = std::max<std::int64_t>(0, token - kReach); i < end; ++i) {
        hash = (hash ^ static_cast<std::uint64_t>(context[static_cast<std::size_t>(i)])) *
               0x9e3779b97f4a7c15U;
        hash ^= hash >> 29;
    }
    return {token, CutPoint::Strength::line, hash};
}

bool ranksBelow(const CutPoint& left, const CutPoint& right) {
    if (left.strength != right.strength) return left.strength < right.strength;
    return left.hash < right.hash;
}

// Splits ranges at their highest-ranking cut until every part fits into a block.
class DocumentsPlanner {
  public:
    DocumentsPlanner(std::span<const TokenId> context, std::span<const CutPoint> cuts,
                     std::int64_t blockTokens)
        : m_context(context), m_cuts(cuts), m_blockTokens(blockTokens) {}

    std::vector<TokenRange> plan() {
        split({0, static_cast<std::int64_t>(m_context.size())});
        return std::move(m_blocks);
    }

  private:
    void split(const TokenRange& range) {
        if (range.tokens() <= m_blockTokens) {
            m_blocks.push_back(range);
            return;
        }
        const std::int64_t cut = chooseCut(range);
        split({range.begin, cut});
        split({cut, range.end});
    }

    // Both sides get at least a quarter: halves of very different sizes would waste blocks.
    std::int64_t chooseCut(const TokenRange& range) const {
        const std::int64_t margin = std::max<std::int64_t>(1, range.tokens() / 4);
        const std::int64_t low = range.begin + margin;
        const std::int64_t high = range.end - margin;
        const auto before = [](const CutPoint& cut, std::int64_t token) {
            return cut.token < token;
        };
        const auto first = std::lower_bound(m_cuts.begin(), m_cuts.end(), low, before);
        const auto last = std::lower_bound(first, m_cuts.end(), high + 1, before);
        if (first != last) return std::max_element(first, last, ranksBelow)->token;

        CutPoint best = tokenCut(m_context, low);
        for (std::int64_t token = low + 1; token <= high; ++token) {
            const CutPoint other = tokenCut(m_context, token);
            if (ranksBelow(best, other)) best = other;
        }
        return best.token;
    }

    std::span<const TokenId> m_context;
    std::span<const CutPoint> m_cuts;
    std::int64_t m_blockTokens;
    std::vector<TokenRange> m_blocks;
};

}  // namespace

std::vector<TokenRange> documentsPlan(std::span<const TokenId> context,
                                      std::span<const CutPoint> cuts, std::int64_t blockTokens) {
    checkPlan(static_cast<std::int64_t>(context.size()), blockTokens);
    return DocumentsPlanner(context, cuts, blockTokens).plan();
}

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
