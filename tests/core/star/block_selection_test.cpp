#include "core/star/block_selection.h"

#include <gtest/gtest.h>

#include "core/star/placement.h"

namespace asterism {
namespace {

using Blocks = std::vector<std::size_t>;

const std::vector<TokenRange> kBlocks{{0, 100}, {100, 200}, {200, 300}, {300, 350}};

TEST(BlockPieces, AreTheBlocksWhereThereAreNoPassages) {
    const BlockPieces pieces = cutAtBlocks(kBlocks, {});
    EXPECT_EQ(pieces.tokens, kBlocks);
    EXPECT_EQ(pieces.blockOf, (Blocks{0, 1, 2, 3}));
}

TEST(BlockPieces, ArePassagesCutWhereBlocksEnd) {
    const std::vector<TokenRange> passages{{10, 20}, {50, 220}, {299, 350}};
    const BlockPieces pieces = cutAtBlocks(kBlocks, passages);
    EXPECT_EQ(pieces.tokens,
              (std::vector<TokenRange>{
                  {10, 20}, {50, 100}, {100, 200}, {200, 220}, {299, 300}, {300, 350}}));
    EXPECT_EQ(pieces.blockOf, (Blocks{0, 0, 1, 2, 2, 3}));
}

TEST(ChooseBlocks, TakesThoseWithMostMassAndTheFirst) {
    const std::vector<double> mass{0.0, 0.1, 0.4, 0.2, 0.3};
    const Blocks all{0, 1, 2, 3, 4};
    EXPECT_EQ(chooseBlocks(mass, all, 1), (Blocks{0, 2}));
    EXPECT_EQ(chooseBlocks(mass, all, 2), (Blocks{0, 2, 4}));
    EXPECT_EQ(chooseBlocks(mass, all, 9), all);
}

TEST(ChooseBlocks, TakesTheEarlierOfEquals) {
    const std::vector<double> mass{0.2, 0.1, 0.1, 0.1};
    EXPECT_EQ(chooseBlocks(mass, Blocks{0, 1, 2, 3}, 2), (Blocks{0, 1, 2}));
}

TEST(ChooseBlocks, KeepsToTheCandidates) {
    const std::vector<double> mass{0.0, 0.5, 0.1, 0.4};
    EXPECT_EQ(chooseBlocks(mass, Blocks{2, 3}, 1), (Blocks{0, 3}));
}

TEST(FirstPassParts, AreTheWholeQuestionInOrder) {
    std::vector<TokenId> query;
    for (TokenId token = 0; token < 40; ++token) {
        query.push_back(token);
        std::vector<TokenId> joined;
        const auto parts = firstPassParts(query);
        for (const auto& part : parts) joined.insert(joined.end(), part.begin(), part.end());
        EXPECT_EQ(joined, query);
        EXPECT_LE(parts.size(), 8U);
    }
}

PlacementRequest request(Placement placement, std::int64_t window) {
    PlacementRequest request;
    request.placement = placement;
    request.blocks = kBlocks;
    request.window = window;
    request.room = 20;
    return request;
}

TEST(PlaceSelected, ClosesTheGaps) {
    const double nowhere = PlacedBlocks::kNowhere;
    const PlacedBlocks placed = placeSelected(request(Placement::trueOrder, 10), Blocks{0, 2, 3});
    EXPECT_EQ(placed.starts, (std::vector<double>{0, nowhere, 100, 200}));
    EXPECT_EQ(placed.queryStart, 250);
}

// s = (W - m - b) / t_last = (220 - 20 - 100) / 200 = 0.5 of where they stand without the gaps.
TEST(PlaceSelected, StaggersThemInsideTheWindow) {
    const double nowhere = PlacedBlocks::kNowhere;
    const PlacedBlocks wide = placeSelected(request(Placement::stagger, 270), Blocks{0, 1, 3});
    EXPECT_EQ(wide.starts, (std::vector<double>{0, 100, nowhere, 200}));
    const PlacedBlocks narrow = placeSelected(request(Placement::stagger, 220), Blocks{0, 1, 3});
    EXPECT_EQ(narrow.starts, (std::vector<double>{0, 50, nowhere, 100}));
    EXPECT_EQ(narrow.queryStart, 150);
}

TEST(PlaceSelected, AllOfThemIsPlacingTheContext) {
    for (const Placement placement : {Placement::trueOrder, Placement::stagger, Placement::reuse}) {
        const PlacedBlocks all = placeSelected(request(placement, 200), Blocks{0, 1, 2, 3});
        const PlacedBlocks context = placeBlocks(request(placement, 200));
        EXPECT_EQ(all.starts, context.starts);
        EXPECT_EQ(all.queryStart, context.queryStart);
    }
}

}  // namespace
}  // namespace asterism
