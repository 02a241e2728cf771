#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "core/data_type.h"

namespace asterism {

// The byte-pair merges of a vocabulary and the loop that applies them. Immutable once filled;
// any thread.
class MergeTable {
  public:
    // Declares that `left` and `right` side by side become `merged`; earlier merges go first.
    // False if this pair was declared before.
    bool add(TokenId left, TokenId right, TokenId merged);
    void reserve(std::size_t count) { m_merges.reserve(count); }

    // Merges the symbols until no pair is left to merge, always the earliest declared merge first
    // and of equal ones the leftmost. Takes n log n for n symbols.
    void apply(std::vector<TokenId>& symbols) const;

  private:
    struct Merge {
        std::uint32_t rank;
        TokenId merged;
    };
    static std::uint64_t keyOf(TokenId left, TokenId right);
    const Merge* find(TokenId left, TokenId right) const;
    void applyToFew(std::vector<TokenId>& symbols) const;
    void applyToMany(std::vector<TokenId>& symbols) const;

    struct Hash {
        std::size_t operator()(std::uint64_t key) const;
    };
    std::unordered_map<std::uint64_t, Merge, Hash> m_merges;
};

}  // namespace asterism
