#include "tests/support/reference_maps.h"

namespace asterism::test {

namespace {

// Phase 1: the tokens of one block see the anchor and, causally, their own block.
void seeFromBlock(const StarLayout& layout, std::size_t block, std::int64_t end,
                  AttentionMap& map) {
    const bool isBehindAnchor = block > 0 || layout.fixedAnchorTokens > 0;
    const std::int64_t anchor =
        layout.fixedAnchorTokens > 0 ? layout.fixedAnchorTokens : layout.firstAnchorTokens;
    const std::int64_t begin = layout.blockRow(block);
    std::int64_t start = begin;
    if (!layout.globalPositions && isBehindAnchor) start = anchor;
    for (std::int64_t row = begin; row < end; ++row) {
        const std::int64_t position = start + row - begin;
        for (std::int64_t key = 0; key < anchor && isBehindAnchor; ++key)
            map.see(row, key, static_cast<double>(position - key));
        for (std::int64_t key = begin; key <= row; ++key)
            map.see(row, key, static_cast<double>(row - key));
    }
}

// Phase 2: the query sees everything that was kept, wherever placement has put it.
void seeFromQuery(const StarLayout& layout, std::int64_t row, AttentionMap& map) {
    const auto apart = [&](std::int64_t key) { return static_cast<double>(row - key); };
    const double position = layout.queryStart + apart(layout.queryRow());
    for (std::int64_t key = 0; key < layout.fixedAnchorTokens; ++key)
        map.see(row, key, position - static_cast<double>(key), apart(key));
    std::size_t block = 0;
    for (std::int64_t token = 0; token < layout.contextTokens; ++token) {
        if (block + 1 < layout.blockBegins.size() && token == layout.blockBegins[block + 1])
            ++block;
        if (!layout.hidden.empty() && layout.hidden[static_cast<std::size_t>(token)]) continue;
        const auto within = static_cast<double>(token - layout.blockBegins[block]);
        const std::int64_t key = layout.fixedAnchorTokens + token;
        map.see(row, key, position - (layout.starts[block] + within * layout.step), apart(key));
    }
    for (std::int64_t key = layout.queryRow(); key <= row; ++key) map.see(row, key, apart(key));
}

}  // namespace

AttentionMap denseMap(std::int64_t tokens) {
    return windowMap(tokens, 0, tokens);
}

AttentionMap windowMap(std::int64_t tokens, std::int64_t sinkTokens, std::int64_t window) {
    AttentionMap map(tokens);
    for (std::int64_t row = 0; row < tokens; ++row)
        for (std::int64_t key = 0; key <= row; ++key)
            if (row - key < window || key < sinkTokens)
                map.see(row, key, static_cast<double>(row - key));
    return map;
}

StarLayout trueLayout(std::int64_t contextTokens, std::int64_t queryTokens,
                      std::int64_t blockTokens) {
    StarLayout layout;
    layout.contextTokens = contextTokens;
    layout.queryTokens = queryTokens;
    for (std::int64_t begin = 0; begin < contextTokens; begin += blockTokens) {
        layout.blockBegins.push_back(begin);
        layout.starts.push_back(static_cast<double>(begin));
    }
    layout.queryStart = static_cast<double>(contextTokens);
    return layout;
}

AttentionMap starMap(const StarLayout& layout) {
    AttentionMap map(layout.tokens());
    for (std::int64_t row = 0; row < layout.fixedAnchorTokens; ++row)
        for (std::int64_t key = 0; key <= row; ++key)
            map.see(row, key, static_cast<double>(row - key));
    for (std::size_t block = 0; block < layout.blockBegins.size(); ++block) {
        const bool isLast = block + 1 == layout.blockBegins.size();
        const std::int64_t end = isLast ? layout.queryRow() : layout.blockRow(block + 1);
        seeFromBlock(layout, block, end, map);
    }
    for (std::int64_t row = layout.queryRow(); row < layout.tokens(); ++row)
        seeFromQuery(layout, row, map);
    return map;
}

}  // namespace asterism::test
