#include "core/star/placement.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace asterism {
namespace {

using Starts = std::vector<double>;

// Three full blocks and a shorter one.
const std::vector<TokenRange> kBlocks{{0, 100}, {100, 200}, {200, 300}, {300, 350}};

PlacementRequest request(Placement placement, std::int64_t window, std::int64_t room) {
    PlacementRequest request;
    request.placement = placement;
    request.blocks = kBlocks;
    request.window = window;
    request.room = room;
    return request;
}

PlacementRequest withFixedAnchor(PlacementRequest request, std::int64_t tokens) {
    request.anchor = AnchorMode::fixedText;
    request.fixedAnchorTokens = tokens;
    return request;
}

std::string errorOf(const PlacementRequest& request) {
    try {
        placeBlocks(request);
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

TEST(Placement, TrueOrderKeepsEveryBlockWhereItStands) {
    const PlacedBlocks placed = placeBlocks(request(Placement::trueOrder, 10, 20));
    EXPECT_EQ(placed.starts, (Starts{0, 100, 200, 300}));
    EXPECT_EQ(placed.step, 1);
    EXPECT_EQ(placed.queryStart, 350);
}

TEST(Placement, AFixedAnchorMovesTheContextBehindIt) {
    const auto placed = placeBlocks(withFixedAnchor(request(Placement::trueOrder, 10, 20), 7));
    EXPECT_EQ(placed.starts, (Starts{7, 107, 207, 307}));
    EXPECT_EQ(placed.queryStart, 357);
}

TEST(Placement, StaggerInsideTheWindowIsTrueOrder) {
    const PlacedBlocks placed = placeBlocks(request(Placement::stagger, 370, 20));
    EXPECT_EQ(placed.starts, (Starts{0, 100, 200, 300}));
    EXPECT_EQ(placed.queryStart, 350);
}

// One position too few: s = (W - m - b) / t_last = (369 - 20 - 100) / 300 = 0.83.
TEST(Placement, StaggerSqueezesTheStartsIntoTheWindow) {
    const PlacedBlocks placed = placeBlocks(request(Placement::stagger, 369, 20));
    EXPECT_EQ(placed.starts, (Starts{0, 83, 166, 249}));
    EXPECT_EQ(placed.step, 1);
    EXPECT_EQ(placed.queryStart, 299);
}

// The query follows the highest position used, here the end of the longer block before the last:
// s = (160 - 20 - 100) / 300 = 0.1333.
TEST(Placement, StaggeredBlocksOverlapAndTheQueryFollowsTheHighest) {
    const PlacedBlocks placed = placeBlocks(request(Placement::stagger, 160, 20));
    EXPECT_EQ(placed.starts, (Starts{0, 13, 27, 40}));
    EXPECT_EQ(placed.queryStart, 127);
}

// s = (W - a - m - b) / t_last = (207 - 7 - 20 - 100) / 300 = 0.2667.
TEST(Placement, StaggerBehindAFixedAnchor) {
    const auto placed = placeBlocks(withFixedAnchor(request(Placement::stagger, 207, 20), 7));
    EXPECT_EQ(placed.starts, (Starts{7, 7 + 27, 7 + 53, 7 + 80}));
    EXPECT_EQ(placed.queryStart, 160);
}

TEST(Placement, StaggerLeavesTheRoomInsideEveryWindowItAccepts) {
    for (std::int64_t window = 121; window < 400; ++window) {
        const PlacedBlocks placed = placeBlocks(request(Placement::stagger, window, 20));
        EXPECT_LE(placed.queryStart + 20, static_cast<double>(window)) << "window " << window;
        EXPECT_TRUE(std::is_sorted(placed.starts.begin(), placed.starts.end()));
    }
}

TEST(Placement, StaggerRefusesAWindowThatHoldsNothingBesideOneBlock) {
    EXPECT_EQ(errorOf(withFixedAnchor(request(Placement::stagger, 127, 20), 7)),
              "placement stagger: a window of 127 positions cannot hold an anchor of 7, a block of "
              "100 and a room of 20 tokens; use a window over 127 or smaller blocks");
    EXPECT_EQ(errorOf(withFixedAnchor(request(Placement::stagger, 128, 20), 7)), "no error");
}

TEST(Placement, StaggerTakesASingleBlockThatJustFits) {
    const std::vector<TokenRange> one{{0, 100}};
    PlacementRequest single = request(Placement::stagger, 120, 20);
    single.blocks = one;
    EXPECT_EQ(placeBlocks(single).queryStart, 100);
    single.window = 119;
    EXPECT_NE(errorOf(single), "no error");
}

TEST(Placement, ReusePutsAllBlocksBehindTheFirst) {
    const PlacedBlocks placed = placeBlocks(request(Placement::reuse, 50, 20));
    EXPECT_EQ(placed.starts, (Starts{0, 100, 100, 100}));
    EXPECT_EQ(placed.queryStart, 200);
}

TEST(Placement, ReusePutsAllBlocksBehindAFixedAnchor) {
    const auto placed = placeBlocks(withFixedAnchor(request(Placement::reuse, 50, 20), 7));
    EXPECT_EQ(placed.starts, Starts(4, 7));
    EXPECT_EQ(placed.queryStart, 107);
}

TEST(Placement, ReuseWithoutAnchorPutsAllBlocksAtTheBeginning) {
    PlacementRequest none = request(Placement::reuse, 50, 20);
    none.anchor = AnchorMode::none;
    const PlacedBlocks placed = placeBlocks(none);
    EXPECT_EQ(placed.starts, Starts(4, 0));
    EXPECT_EQ(placed.queryStart, 100);
}

// step = (W - m) / n = (160 - 20) / 350 = 0.4; the last key stands at 349 * 0.4.
TEST(Placement, SqueezePutsKeysAtFractions) {
    const PlacedBlocks placed = placeBlocks(request(Placement::squeeze, 160, 20));
    EXPECT_DOUBLE_EQ(placed.step, 0.4);
    EXPECT_EQ(placed.starts, (Starts{0, 40, 80, 120}));
    EXPECT_DOUBLE_EQ(placed.queryStart, 349 * 0.4 + 1);
}

TEST(Placement, SqueezeInsideTheWindowIsTrueOrder) {
    const PlacedBlocks placed = placeBlocks(request(Placement::squeeze, 370, 20));
    EXPECT_EQ(placed.step, 1);
    EXPECT_EQ(placed.starts, (Starts{0, 100, 200, 300}));
    EXPECT_EQ(placed.queryStart, 350);
}

TEST(Placement, SqueezeRefusesAWindowOfTheRoomAlone) {
    EXPECT_EQ(errorOf(request(Placement::squeeze, 20, 20)),
              "placement squeeze: a window of 20 positions leaves nothing beside a room of 20; use "
              "a larger window or a smaller room");
    EXPECT_EQ(errorOf(request(Placement::squeeze, 21, 20)), "no error");
}

// min(model's, max(8192, 1.5 blocks + anchor + room)).
TEST(Placement, DefaultWindowFollowsBlocksAnchorAndRoomUpToTheModels) {
    EXPECT_EQ(defaultWindow(131'072, 4096, 0, 256), 8192);
    EXPECT_EQ(defaultWindow(2048, 4096, 0, 256), 2048);
    EXPECT_EQ(defaultWindow(131'072, 8192, 100, 256), 12'288 + 100 + 256);
    EXPECT_EQ(defaultWindow(12'000, 8192, 100, 256), 12'000);
    EXPECT_EQ(defaultWindow(131'072, 4096, 3000, 2048), 6144 + 3000 + 2048);
}

}  // namespace
}  // namespace asterism
