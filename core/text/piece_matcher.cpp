#include "core/text/piece_matcher.h"

#include <algorithm>
#include <cstdint>

namespace asterism {

PieceMatcher::PieceMatcher(std::vector<std::pair<std::string, TokenId>> pieces)
    : m_pieces(std::move(pieces)) {
    std::erase_if(m_pieces, [](const auto& piece) { return piece.first.empty(); });
    std::sort(m_pieces.begin(), m_pieces.end());
    for (const auto& [spelling, id] : m_pieces)
        m_startsPiece[static_cast<std::uint8_t>(spelling.front())] = true;
}

PieceMatcher::Match PieceMatcher::find(std::string_view text, std::size_t offset) const {
    for (; offset < text.size(); ++offset) {
        if (!m_startsPiece[static_cast<std::uint8_t>(text[offset])]) continue;
        const Match match = matchAt(text, offset);
        if (match.length > 0) return match;
    }
    return {};
}

// Narrows the sorted pieces to those that agree with the text, byte by byte; the last piece that
// ended on the way is the longest.
PieceMatcher::Match PieceMatcher::matchAt(std::string_view text, std::size_t offset) const {
    Match longest;
    auto first = m_pieces.begin();
    auto last = m_pieces.end();
    for (std::size_t depth = 0; first != last && offset + depth < text.size(); ++depth) {
        const auto wanted = static_cast<std::uint8_t>(text[offset + depth]);
        // A piece that ends here sorts before all longer ones.
        const auto byteAt = [depth](const auto& piece) {
            return piece.first.size() > depth ? static_cast<std::uint8_t>(piece.first[depth]) : -1;
        };
        first = std::partition_point(first, last,
                                     [&](const auto& piece) { return byteAt(piece) < wanted; });
        last = std::partition_point(first, last,
                                    [&](const auto& piece) { return byteAt(piece) <= wanted; });
        if (first != last && first->first.size() == depth + 1)
            longest = {offset, depth + 1, first->second};
    }
    return longest;
}

}  // namespace asterism
