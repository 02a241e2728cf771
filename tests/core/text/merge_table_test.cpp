#include "core/text/merge_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <vector>

namespace asterism {
namespace {

using Symbols = std::vector<TokenId>;

Symbols merged(const MergeTable& table, Symbols symbols) {
    table.apply(symbols);
    return symbols;
}

// The definition: look for the earliest merge anywhere, apply it at its leftmost place, repeat.
Symbols mergedSlowly(const std::vector<std::array<TokenId, 3>>& merges, Symbols symbols) {
    for (bool isMerged = true; isMerged;) {
        isMerged = false;
        for (const auto& [left, right, both] : merges) {
            const Symbols pair{left, right};
            const auto found =
                std::search(symbols.begin(), symbols.end(), pair.begin(), pair.end());
            if (found == symbols.end()) continue;
            *found = both;
            symbols.erase(found + 1);
            isMerged = true;
            break;
        }
    }
    return symbols;
}

TEST(MergeTable, AppliesEarlierMergesFirstAndTheLeftmostOfEqualOnes) {
    MergeTable table;
    ASSERT_TRUE(table.add(2, 3, 10));
    ASSERT_TRUE(table.add(1, 2, 11));
    ASSERT_TRUE(table.add(1, 1, 12));
    EXPECT_EQ(merged(table, {1, 2, 3}), (Symbols{1, 10}));
    EXPECT_EQ(merged(table, {1, 2, 1}), (Symbols{11, 1}));
    EXPECT_EQ(merged(table, {1, 1, 1}), (Symbols{12, 1}));
    EXPECT_EQ(merged(table, {}), Symbols{});
    EXPECT_EQ(merged(table, {9}), Symbols{9});
}

TEST(MergeTable, RefusesAPairGivenTwice) {
    MergeTable table;
    EXPECT_TRUE(table.add(1, 2, 3));
    EXPECT_FALSE(table.add(1, 2, 4));
}

TEST(MergeTable, EqualsTheDefinitionOnShortAndLongStretches) {
    std::mt19937 random(11);
    for (int round = 0; round < 300; ++round) {
        std::vector<std::array<TokenId, 3>> merges;
        MergeTable table;
        for (TokenId both = 4; both < 16; ++both) {
            const auto left = static_cast<TokenId>(random() % static_cast<unsigned>(both));
            const auto right = static_cast<TokenId>(random() % static_cast<unsigned>(both));
            if (table.add(left, right, both)) merges.push_back({left, right, both});
        }
        Symbols symbols(random() % 80);
        for (TokenId& symbol : symbols) symbol = static_cast<TokenId>(random() % 4);
        ASSERT_EQ(merged(table, symbols), mergedSlowly(merges, symbols)) << "round " << round;
    }
}

}  // namespace
}  // namespace asterism
