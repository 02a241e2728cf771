#pragma once

#include <span>
#include <vector>

#include "core/star/block_plan.h"
#include "core/text/tokenizer.h"

namespace asterism {

// Places where a tokenised text may be cut into blocks: at line ends, blank lines (paragraphs) and
// in front of Markdown headings (sections). Token indices are offset by `first`. Only places
// between two tokens count; a token that holds a line end may lie on either side.
std::vector<CutPoint> findCutPoints(const Tokenizer& tokenizer, std::span<const TokenId> tokens,
                                    std::int64_t first = 0);

}  // namespace asterism
