#include "core/text/cut_points.h"

#include <xxhash.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace asterism {

namespace {

// Bytes on both sides of a cut that its hash covers.
constexpr std::size_t kReach = 48;

bool isSpace(char letter) {
    return letter == ' ' || letter == '\t' || letter == '\r' || letter == '\n';
}

// What stands around a place between two tokens. Tokens often hold a line end together with the
// indentation behind it, so the run of white space counts, as far as the cut reaches.
struct Gap {
    std::ptrdiff_t lineEnds = 0;
    std::size_t next = 0;  // offset of the first visible byte behind the gap

    Gap(std::string_view text, std::size_t at) {
        std::size_t begin = at;
        while (begin > 0 && at - begin < kReach && isSpace(text[begin - 1])) --begin;
        next = at;
        while (next < text.size() && next - at < kReach && isSpace(text[next])) ++next;
        lineEnds = std::count(text.begin() + static_cast<std::ptrdiff_t>(begin),
                              text.begin() + static_cast<std::ptrdiff_t>(next), '\n');
    }
};

CutPoint::Strength strengthOf(const Gap& gap, std::string_view text) {
    if (gap.lineEnds < 2) return CutPoint::Strength::line;
    const bool isHeading = gap.next < text.size() && text[gap.next] == '#';
    return isHeading ? CutPoint::Strength::section : CutPoint::Strength::paragraph;
}

// True if a line ends in the token before `at` or the token behind it begins with a line end.
bool isLineBoundary(std::string_view text, std::size_t tokenBegin, std::size_t at) {
    const std::string_view token = text.substr(tokenBegin, at - tokenBegin);
    const std::size_t lineEnd = token.rfind('\n');
    const bool endsLine =
        lineEnd != std::string_view::npos &&
        std::all_of(token.begin() + static_cast<std::ptrdiff_t>(lineEnd), token.end(), isSpace);
    return endsLine || (at < text.size() && text[at] == '\n');
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
        if (!isLineBoundary(text, offsets[i - 1], at)) continue;
        CutPoint cut;
        cut.token = first + static_cast<std::int64_t>(i);
        cut.strength = strengthOf(Gap(text, at), text);
        const std::size_t begin = at - std::min(at, kReach);
        const std::string_view around = std::string_view(text).substr(begin, at - begin + kReach);
        cut.hash = XXH3_64bits(around.data(), around.size());
        cuts.push_back(cut);
    }
    return cuts;
}

}  // namespace asterism
