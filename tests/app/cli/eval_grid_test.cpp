#include "app/cli/eval_grid.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "app/cli/command.h"
#include "tests/core/text/tiny_vocabulary.h"
#include "tests/support/test_files.h"

namespace asterism {
namespace {

std::vector<eval::Setting> settingsOf(const EvalGrid& grid) {
    static const auto tokenizer = makeTokenizer(test::bytePairVocabulary({}));
    return grid.settings(*tokenizer);
}

std::vector<std::string> namesOf(const EvalGrid& grid) {
    std::vector<std::string> names;
    for (const eval::Setting& setting : settingsOf(grid)) names.push_back(setting.name);
    return names;
}

TEST(EvalGrid, ComparesTheDefaultsWithDenseAttention) {
    const auto settings = settingsOf({});
    ASSERT_EQ(settings.size(), 2U);
    EXPECT_EQ(settings[0].name, "dense q8");
    EXPECT_EQ(settings[0].placement.placement, Placement::trueOrder);
    EXPECT_EQ(settings[1].name, "star blocks 4096 anchor first contiguous stagger q8");
    EXPECT_EQ(settings[1].placement.placement, Placement::stagger);
    EXPECT_EQ(baselinesOf(settings), std::vector<std::string>{"dense q8"});
}

TEST(EvalGrid, HasARowForEveryCombinationThatMeansSomething) {
    EvalGrid grid;
    grid.modes = {"dense", "window", "star"};
    grid.blockTokens = {"2048", "n/4"};
    grid.anchors = {"first", "none"};
    grid.anchorTokens = {0, 256};
    grid.placements = {"true", "stagger", "squeeze"};
    grid.windows = {6144, 8192};
    // dense: in place, and squeezed into two windows. star: two block sizes; three anchors, as
    // none has no length; in place, and staggered into two windows.
    const auto names = namesOf(grid);
    EXPECT_EQ(names.size(), 3U + 1U + 2U * 3U * 3U);
    const auto has = [&](const std::string& name) {
        return std::count(names.begin(), names.end(), name) == 1;
    };
    EXPECT_TRUE(has("dense squeeze 6144 q8"));
    EXPECT_TRUE(has("window 4096 q8"));
    EXPECT_TRUE(has("star blocks n/4 anchor none contiguous stagger 8192 q8"));
    EXPECT_TRUE(has("star blocks 2048 anchor first 256 contiguous true q8"));
    EXPECT_EQ(baselinesOf(settingsOf(grid)),
              (std::vector<std::string>{"dense q8", "dense squeeze 6144 q8"}));
}

TEST(EvalGrid, SharesContextsBetweenPlacements) {
    EvalGrid grid;
    grid.modes = {"star"};
    grid.blockTokens = {"2048", "n/4"};
    grid.placements = {"true", "reuse"};
    const auto settings = settingsOf(grid);
    ASSERT_EQ(settings.size(), 4U);
    EXPECT_TRUE(settings[0].sharesContextsWith(settings[1]));
    EXPECT_FALSE(settings[1].sharesContextsWith(settings[2]));
    EXPECT_EQ(settings[0].contextFor(16384).blockTokens, 2048);
    EXPECT_EQ(settings[2].contextFor(16384).blockTokens, 4096);
}

TEST(EvalGrid, SelectsBlocksOfStarAndSharesItsContexts) {
    EvalGrid grid;
    grid.selectBlocks = {0, 4, 8};
    EXPECT_EQ(namesOf(grid), (std::vector<std::string>{
                                 "dense q8", "star blocks 4096 anchor first contiguous stagger q8",
                                 "star blocks 4096 anchor first contiguous stagger select 4 q8",
                                 "star blocks 4096 anchor first contiguous stagger select 8 q8"}));
    const auto settings = settingsOf(grid);
    EXPECT_EQ(settings[2].placement.selectBlocks, 4);
    EXPECT_TRUE(settings[1].sharesContextsWith(settings[3]));
}

TEST(EvalGrid, ReadsAnchorsFromFiles) {
    const test::TempDir folder;
    test::writeFile(folder / "anchor.txt", "abc");
    EvalGrid grid;
    grid.modes = {"star"};
    grid.anchors = {(folder / "anchor.txt").string()};
    EXPECT_EQ(settingsOf(grid).front().context.fixedAnchor.size(), 3U);
    grid.anchors = {(folder / "missing").string()};
    EXPECT_THROW(settingsOf(grid), Error);
}

TEST(EvalGrid, RefusesNamesThatAreNone) {
    for (auto field : {&EvalGrid::modes, &EvalGrid::blockTokens, &EvalGrid::positions,
                       &EvalGrid::plans, &EvalGrid::placements, &EvalGrid::kvTypes}) {
        EvalGrid grid;
        grid.*field = {"nonsense"};
        EXPECT_THROW(settingsOf(grid), UsageError);
    }
}

}  // namespace
}  // namespace asterism
