#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/star/block_plan.h"

namespace asterism {

// What every block is encoded behind.
// first: the first tokens of the context (the paper); none; fixedText: tokens given by the caller.
enum class AnchorMode : std::uint8_t { first, none, fixedText };

// Where a block stands while it is encoded: right behind the anchor, or where it stands in the
// context (the paper).
enum class Positions : std::uint8_t { contiguous, global };

// Where blocks stand when a query is run over them (design: relocatable blocks).
// trueOrder: where they stand in the context. stagger: as trueOrder if everything fits into the
// window, else the starts are squeezed together so that it does, blocks overlapping. reuse: all
// blocks at the same place behind the anchor. squeeze: every key at a fraction of its position.
enum class Placement : std::uint8_t { trueOrder, stagger, reuse, squeeze };

struct PlacementRequest {
    Placement placement = Placement::stagger;
    AnchorMode anchor = AnchorMode::first;
    std::int64_t fixedAnchorTokens = 0;  // length of a fixedText anchor, else 0
    std::span<const TokenRange> blocks;  // in order, covering the context
    std::int64_t window = 0;             // positions that may be used
    std::int64_t room = 0;               // positions kept for query, turns and answer
};

struct PlacedBlocks {
    // Where a block stands that is not attended.
    static constexpr double kNowhere = -1;

    std::vector<double> starts;  // position of each block's first token
    double step = 1;             // distance from token to token inside a block
    double queryStart = 0;       // position of the first query token; the rest follow at 1

    bool operator==(const PlacedBlocks&) const = default;
};

// Throws Error with the numbers if the window cannot hold anchor, room and the longest block
// (stagger), or anything at all beside the room (squeeze).
PlacedBlocks placeBlocks(const PlacementRequest& request);

// Places only the blocks at `selected` (in rising order), as if the context consisted of them
// alone; the others stand nowhere. Throws as placeBlocks().
PlacedBlocks placeSelected(const PlacementRequest& request, std::span<const std::size_t> selected);

// The window used where none is given: the smaller of the model's and
// max(8192, 1.5 blocks + fixed anchor + room).
std::int64_t defaultWindow(std::int64_t modelWindow, std::int64_t blockTokens,
                           std::int64_t fixedAnchorTokens, std::int64_t room);

}  // namespace asterism
