#include "core/text/cut_points.h"

#include <xxhash.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace asterism {

namespace {

// Bytes on both sides of a cut that its hash covers.
constexpr std::size_t kReach = 48;

bool endsParagraph(std::string_view before) {
    return before.ends_with("\n\n") || before.ends_with("\r\n\r\n");
}

}  // namespace

std::vector<CutPoint> findCutPoints(const Tokenizer& tokenizer, std::span<const TokenId> tokens,
                                    std::int64_t first) {
    std::string text;
    std::vector<std::size_t> offsets;  // of every token's first byte
    for (const TokenId token : tokens) {
        offsets.push_back(text.size());
        text += tokenizer.bytesOf(token);
    }
    std::vector<CutPoint> cuts;
    for (std::size_t i = 1; i < offsets.size(); ++i) {
        const std::size_t at = offsets[i];
        const std::string_view before = std::string_view(text).substr(0, at);
        if (!before.ends_with('\n')) continue;
        CutPoint cut;
        cut.token = first + static_cast<std::int64_t>(i);
        if (endsParagraph(before))
            cut.strength =
                text[at] == '#' ? CutPoint::Strength::section : CutPoint::Strength::paragraph;
        const std::size_t begin = at - std::min(at, kReach);
        const std::string_view around = std::string_view(text).substr(begin, at - begin + kReach);
        cut.hash = XXH3_64bits(around.data(), around.size());
        cuts.push_back(cut);
    }
    return cuts;
}

}  // namespace asterism
