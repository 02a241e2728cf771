#include "core/star/block_selection.h"

#include <algorithm>

namespace asterism {

BlockPieces cutAtBlocks(std::span<const TokenRange> blocks, std::span<const TokenRange> passages) {
    BlockPieces pieces;
    std::size_t block = 0;
    for (const TokenRange& passage : passages.empty() ? blocks : passages) {
        while (block < blocks.size() && blocks[block].end <= passage.begin) ++block;
        for (std::size_t i = block; i < blocks.size() && blocks[i].begin < passage.end; ++i) {
            const TokenRange piece{std::max(blocks[i].begin, passage.begin),
                                   std::min(blocks[i].end, passage.end)};
            if (piece.tokens() <= 0) continue;
            pieces.tokens.push_back(piece);
            pieces.blockOf.push_back(i);
        }
    }
    return pieces;
}

std::vector<std::size_t> chooseBlocks(std::span<const double> mass,
                                      std::span<const std::size_t> candidates, std::int64_t count) {
    std::vector<std::size_t> chosen;
    for (const std::size_t block : candidates)
        if (block > 0) chosen.push_back(block);
    std::stable_sort(chosen.begin(), chosen.end(),
                     [&](std::size_t a, std::size_t b) { return mass[a] > mass[b]; });
    chosen.resize(std::min(chosen.size(), static_cast<std::size_t>(count)));
    chosen.push_back(0);
    std::sort(chosen.begin(), chosen.end());
    return chosen;
}

std::vector<std::span<const TokenId>> firstPassParts(std::span<const TokenId> query) {
    constexpr std::size_t kParts = 8;
    const std::size_t length = (query.size() + kParts - 1) / kParts;
    std::vector<std::span<const TokenId>> parts;
    for (std::size_t begin = 0; begin < query.size(); begin += length)
        parts.push_back(query.subspan(begin, std::min(length, query.size() - begin)));
    return parts;
}

}  // namespace asterism
