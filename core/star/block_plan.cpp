#include "core/star/block_plan.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/base/check.h"
#include "core/base/error.h"

namespace asterism {

namespace {

void checkPlan(std::int64_t contextTokens, std::int64_t blockTokens) {
    if (blockTokens < 1)
        throw Error("a block of ", blockTokens, " tokens is not possible; use 1 or more");
    if (contextTokens < 1) throw Error("the context is empty; give it at least one token");
}

// A place where two blocks may meet. Those of a higher rank last longer when blocks are joined.
struct Border {
    std::int64_t token = 0;
    int strength = 0;
    std::uint64_t hash = 0;
};

// Weaker and stronger than every cut of the text.
constexpr int kNoCut = -1;
constexpr int kAlwaysKept = 4;

bool ranksBelow(const Border& left, const Border& right) {
    if (left.strength != right.strength) return left.strength < right.strength;
    return left.hash < right.hash;
}

// A border where the text offers none, ranked by the tokens around it.
Border borderBetween(std::span<const TokenId> context, std::int64_t token) {
    constexpr std::int64_t kReach = 4;
    std::uint64_t hash = 0;
    const std::int64_t end = std::min(token + kReach, static_cast<std::int64_t>(context.size()));
    for (std::int64_t i = std::max<std::int64_t>(0, token - kReach); i < end; ++i) {
        hash = (hash ^ static_cast<std::uint64_t>(context[static_cast<std::size_t>(i)])) *
               0x9e3779b97f4a7c15U;
        hash ^= hash >> 29;
    }
    return {token, kNoCut, hash};
}

// All borders of a context, in order, from its first token to behind its last; no two are farther
// apart than a block is long.
std::vector<Border> bordersOf(std::span<const TokenId> context, std::span<const CutPoint> cuts,
                              std::int64_t blockTokens) {
    std::vector<Border> borders{{}};
    const auto append = [&](const Border& border) {
        if (border.token - borders.back().token > blockTokens)
            for (std::int64_t token = borders.back().token + 1; token < border.token; ++token)
                borders.push_back(borderBetween(context, token));
        borders.push_back(border);
    };
    const auto end = static_cast<std::int64_t>(context.size());
    for (const CutPoint& cut : cuts)
        if (cut.token > borders.back().token && cut.token < end)
            append({cut.token, static_cast<int>(cut.strength), cut.hash});
    append({end});
    return borders;
}

// Block 0 serves as the anchor of all others: it ends at the best border of its last quarter.
void keepFirstBlockLong(std::vector<Border>& borders, std::int64_t blockTokens) {
    if (borders.back().token <= blockTokens) return;
    const auto from = [&](std::int64_t token) {
        return std::partition_point(borders.begin() + 1, borders.end(),
                                    [&](const Border& border) { return border.token < token; });
    };
    const auto first = from(blockTokens - blockTokens / 4);
    const auto last = from(blockTokens + 1);
    if (first != last) std::max_element(first, last, ranksBelow)->strength = kAlwaysKept;
}

// Removes borders, the lowest rank first, wherever the two runs that meet there fit into one block.
// What becomes of a border depends on lower-ranked ones nearby alone, and the chain of those that
// depend on each other is short: hence an edit moves only the borders next to it.
class BlockJoiner {
  public:
    explicit BlockJoiner(std::vector<Border> borders) : m_borders(std::move(borders)) {
        for (std::size_t i = 0; i < m_borders.size(); ++i) {
            m_previous.push_back(i - 1);
            m_next.push_back(i + 1);
        }
    }

    std::vector<TokenRange> join(std::int64_t blockTokens) {
        for (const std::size_t border : risingRank()) {
            const std::size_t left = m_previous[border];
            const std::size_t right = m_next[border];
            if (m_borders[border].strength == kAlwaysKept ||
                m_borders[right].token - m_borders[left].token > blockTokens)
                continue;
            m_next[left] = right;
            m_previous[right] = left;
        }
        std::vector<TokenRange> blocks;
        const std::size_t last = m_borders.size() - 1;
        for (std::size_t i = 0; i != last; i = m_next[i])
            blocks.push_back({m_borders[i].token, m_borders[m_next[i]].token});
        return blocks;
    }

  private:
    // The inner borders; those of equal rank from left to right.
    std::vector<std::size_t> risingRank() const {
        std::vector<std::size_t> order(m_borders.size() - 2);
        std::iota(order.begin(), order.end(), 1);
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return ranksBelow(m_borders[a], m_borders[b]);
        });
        return order;
    }

    std::vector<Border> m_borders;
    std::vector<std::size_t> m_previous;  // border that was not removed, on either side
    std::vector<std::size_t> m_next;
};

}  // namespace

std::vector<TokenRange> documentsPlan(std::span<const TokenId> context,
                                      std::span<const CutPoint> cuts, std::int64_t blockTokens) {
    checkPlan(static_cast<std::int64_t>(context.size()), blockTokens);
    std::vector<Border> borders = bordersOf(context, cuts, blockTokens);
    keepFirstBlockLong(borders, blockTokens);
    return BlockJoiner(std::move(borders)).join(blockTokens);
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
