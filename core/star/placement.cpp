#include "core/star/placement.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"
#include "core/base/error.h"

namespace asterism {

namespace {

std::int64_t longestBlock(std::span<const TokenRange> blocks) {
    std::int64_t longest = 0;
    for (const TokenRange& block : blocks) longest = std::max(longest, block.tokens());
    return longest;
}

// Factor on the true starts so that the last block ends inside the window.
double staggerFactor(const PlacementRequest& request) {
    const std::int64_t anchor = request.fixedAnchorTokens;
    const std::int64_t used = anchor + request.blocks.back().end + request.room;
    if (used <= request.window) return 1.0;
    const std::int64_t longest = longestBlock(request.blocks);
    const std::int64_t needed = anchor + request.room + longest;
    if (request.window <= needed)
        throw Error("placement stagger: a window of ", request.window,
                    " positions cannot hold an anchor of ", anchor, ", a block of ", longest,
                    " and a room of ", request.room, " tokens; use a window over ", needed,
                    " or smaller blocks");
    return static_cast<double>(request.window - needed) /
           static_cast<double>(request.blocks.back().begin);
}

double squeezeStep(const PlacementRequest& request) {
    if (request.window <= request.room)
        throw Error("placement squeeze: a window of ", request.window,
                    " positions leaves nothing beside a room of ", request.room,
                    "; use a larger window or a smaller room");
    const auto free = static_cast<double>(request.window - request.room);
    return std::min(1.0, free / static_cast<double>(request.blocks.back().end));
}

}  // namespace

PlacedBlocks placeBlocks(const PlacementRequest& request) {
    ASTERISM_CHECK(!request.blocks.empty());
    PlacedBlocks placed;
    const auto anchor = static_cast<double>(request.fixedAnchorTokens);
    const double factor = request.placement == Placement::stagger ? staggerFactor(request) : 1.0;
    if (request.placement == Placement::squeeze) placed.step = squeezeStep(request);
    const bool firstBlockApart = request.anchor == AnchorMode::first;

    for (const TokenRange& block : request.blocks) {
        const auto begin = static_cast<double>(block.begin);
        double start = anchor + begin;
        if (request.placement == Placement::stagger && factor != 1.0)
            start = anchor + std::round(factor * begin);
        if (request.placement == Placement::squeeze) start = begin * placed.step;
        if (request.placement == Placement::reuse) {
            const auto front = static_cast<double>(request.blocks.front().tokens());
            start = anchor + (firstBlockApart && block.begin > 0 ? front : 0.0);
        }
        placed.starts.push_back(start);
        const double last = start + static_cast<double>(block.tokens() - 1) * placed.step;
        placed.queryStart = std::max(placed.queryStart, last + 1);
    }
    return placed;
}

PlacedBlocks placeSelected(const PlacementRequest& request, std::span<const std::size_t> selected) {
    std::vector<TokenRange> joined;
    std::int64_t end = 0;
    for (const std::size_t index : selected) {
        const std::int64_t begin = end;
        end += request.blocks[index].tokens();
        joined.push_back({begin, end});
    }
    PlacementRequest alone = request;
    alone.blocks = joined;
    PlacedBlocks placed = placeBlocks(alone);
    std::vector<double> starts(request.blocks.size(), PlacedBlocks::kNowhere);
    for (std::size_t i = 0; i < selected.size(); ++i) starts[selected[i]] = placed.starts[i];
    placed.starts = std::move(starts);
    return placed;
}

std::int64_t defaultWindow(std::int64_t modelWindow, std::int64_t blockTokens,
                           std::int64_t fixedAnchorTokens, std::int64_t room) {
    const std::int64_t wanted = blockTokens + blockTokens / 2 + fixedAnchorTokens + room;
    return std::min(modelWindow, std::max<std::int64_t>(8192, wanted));
}

}  // namespace asterism
