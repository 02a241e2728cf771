#pragma once

#include <cstdint>
#include <vector>

#include "tests/support/reference_model.h"

namespace asterism::test {

// Every token sees itself and all before it.
AttentionMap denseMap(std::int64_t tokens);

// Every token sees itself, the window - 1 tokens before it, and the first `sinkTokens` tokens.
AttentionMap windowMap(std::int64_t tokens, std::int64_t sinkTokens, std::int64_t window);

// Star Attention over [fixed anchor] [context] [query and answer], in this order.
struct StarLayout {
    std::int64_t contextTokens = 0;
    std::int64_t queryTokens = 0;
    std::vector<std::int64_t> blockBegins;  // in the context; the first is 0
    // Either the first tokens of the context, no more than block 0 has, ...
    std::int64_t firstAnchorTokens = 0;
    // ... or tokens in front of the context, before which nothing stands.
    std::int64_t fixedAnchorTokens = 0;
    // While a block is encoded: where it stands in the context, or right behind the anchor.
    bool globalPositions = false;
    // As the query sees it: position of every block's first token, distance from token to token
    // inside a block, and position of the first query token.
    std::vector<double> starts;
    double step = 1;
    double queryStart = 0;
    // Context tokens hidden from the query.
    std::vector<bool> hidden;  // one per context token; empty: none

    std::int64_t tokens() const { return fixedAnchorTokens + contextTokens + queryTokens; }
    // First row of a block and of the query in the map.
    std::int64_t blockRow(std::size_t block) const {
        return fixedAnchorTokens + blockBegins[block];
    }
    std::int64_t queryRow() const { return fixedAnchorTokens + contextTokens; }
};

// Every block where it truly stands, query right behind the context.
StarLayout trueLayout(std::int64_t contextTokens, std::int64_t queryTokens,
                      std::int64_t blockTokens);

AttentionMap starMap(const StarLayout& layout);

}  // namespace asterism::test
