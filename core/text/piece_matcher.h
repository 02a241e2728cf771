#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/data_type.h"

namespace asterism {

// Finds pieces that are matched whole in a text: at the leftmost place, the longest one first.
// Immutable after construction; any thread.
class PieceMatcher {
  public:
    struct Match {
        std::size_t offset = 0;
        std::size_t length = 0;  // 0: no piece found
        TokenId id = -1;
    };

    // Empty pieces are left out. A piece listed twice keeps one of its ids.
    explicit PieceMatcher(std::vector<std::pair<std::string, TokenId>> pieces);

    // The first match that starts at or after `offset`.
    Match find(std::string_view text, std::size_t offset) const;

  private:
    Match matchAt(std::string_view text, std::size_t offset) const;

    std::vector<std::pair<std::string, TokenId>> m_pieces;  // sorted by spelling
    std::array<bool, 256> m_startsPiece{};
};

}  // namespace asterism
