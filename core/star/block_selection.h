#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/star/block_plan.h"
#include "core/star/encoded_context.h"

namespace asterism {

// The blocks that a question attends to, and what a first pass over all of them gave.
struct BlockSelection {
    // Attention mass of every block in the first pass: mean over layers, heads and parts of the
    // question. Empty where there was nothing to choose.
    std::vector<double> firstMass;
    std::vector<std::size_t> blocks;  // that are attended, in rising order
    double seconds = 0;               // of the first pass
};

// The passages of a question, cut where blocks end, so that mass can be told by block. Without
// passages every block is one.
struct BlockPieces {
    std::vector<TokenRange> tokens;
    std::vector<std::size_t> blockOf;
};
BlockPieces cutAtBlocks(std::span<const TokenRange> blocks, std::span<const TokenRange> passages);

// The first block, which is the anchor or begins with the chat header, and of the others in
// `candidates` (in rising order) the `count` with most mass; of equals the earlier one.
std::vector<std::size_t> chooseBlocks(std::span<const double> mass,
                                      std::span<const std::size_t> candidates, std::int64_t count);

// Parts of a question that the first pass runs one after the other, taking the mass after each:
// few, because each costs a pass over all keys, and enough that a word in the middle of the
// question has its say.
std::vector<std::span<const TokenId>> firstPassParts(std::span<const TokenId> query);

}  // namespace asterism
