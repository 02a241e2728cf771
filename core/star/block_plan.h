#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/data_type.h"

namespace asterism {

// Tokens [begin, end) of a context.
struct TokenRange {
    std::int64_t begin = 0;
    std::int64_t end = 0;
    std::int64_t tokens() const { return end - begin; }
    bool operator==(const TokenRange&) const = default;
};

// How a context is cut into blocks.
// fixed: blocks of exactly B tokens, the last one shorter (the paper's).
// documents: cuts follow the text and are chosen by its content, so that an edit moves few blocks.
enum class PlanKind : std::uint8_t { fixed, documents };

// A place where the text allows a cut, between the tokens before `token` and `token` itself.
struct CutPoint {
    enum class Strength : std::uint8_t { line, paragraph, section, document };
    std::int64_t token = 0;
    Strength strength = Strength::line;
    std::uint64_t hash = 0;  // of the text around the cut: the same text gives the same hash
};

// Blocks of blockTokens tokens over the whole context. Throws Error if blockTokens < 1 or the
// context is empty.
std::vector<TokenRange> fixedPlan(std::int64_t contextTokens, std::int64_t blockTokens);

// Blocks of at most blockTokens tokens, any two neighbours together longer than that but for the
// first, which is made long to serve as an anchor. The text is taken apart at every cut and joined
// again at the weakest cuts first (strength, then hash) as far as blocks have room. Which cuts
// remain depends only on the text near them, so an edit changes the block it falls in and at most
// its neighbours. Where a stretch longer than a block has no cut point, cuts are chosen by a hash
// of its tokens. `cuts` are in rising order; those outside the context are ignored. Throws Error
// as fixedPlan does.
std::vector<TokenRange> documentsPlan(std::span<const TokenId> context,
                                      std::span<const CutPoint> cuts, std::int64_t blockTokens);

// Chunks of a ring of `ranks` ranks: 2 * ranks even parts, of which rank r holds r and
// 2 * ranks - 1 - r (zigzag), so that causal attention costs every rank the same.
std::vector<TokenRange> ringPlan(std::int64_t contextTokens, int ranks);

// Spreads blocks over ranks, costliest share kept smallest: every block, in order, goes to the
// rank with the least cost so far (block 0 to rank 0). One rank number per block.
std::vector<int> assignBlocks(std::span<const double> costs, int ranks);

}  // namespace asterism
