#include "core/text/merge_table.h"

#include <queue>

namespace asterism {

namespace {

// Up to here looking through all pairs for the best is faster than keeping them in order.
constexpr std::size_t kFew = 24;

// A symbol of a long stretch; merged ones leave the list but stay in the array.
struct Node {
    TokenId symbol;
    std::int32_t previous;
    std::int32_t next;  // -1 at the end
};

struct Candidate {
    std::uint32_t rank;
    std::int32_t position;  // of the left symbol
    TokenId left;
    TokenId right;
    TokenId merged;
    // The top of a std::priority_queue is its greatest element.
    bool operator<(const Candidate& other) const {
        return rank != other.rank ? rank > other.rank : position > other.position;
    }
};

}  // namespace

std::uint64_t MergeTable::keyOf(TokenId left, TokenId right) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 |
           static_cast<std::uint32_t>(right);
}

std::size_t MergeTable::Hash::operator()(std::uint64_t key) const {
    key *= 0x9E3779B97F4A7C15U;
    return static_cast<std::size_t>(key ^ key >> 32);
}

bool MergeTable::add(TokenId left, TokenId right, TokenId merged) {
    const auto rank = static_cast<std::uint32_t>(m_merges.size());
    return m_merges.emplace(keyOf(left, right), Merge{rank, merged}).second;
}

const MergeTable::Merge* MergeTable::find(TokenId left, TokenId right) const {
    const auto found = m_merges.find(keyOf(left, right));
    return found == m_merges.end() ? nullptr : &found->second;
}

void MergeTable::apply(std::vector<TokenId>& symbols) const {
    if (symbols.size() <= kFew)
        applyToFew(symbols);
    else
        applyToMany(symbols);
}

void MergeTable::applyToFew(std::vector<TokenId>& symbols) const {
    const Merge* merges[kFew] = {};  // of each symbol with the next
    std::size_t count = symbols.size();
    for (std::size_t i = 0; i + 1 < count; ++i) merges[i] = find(symbols[i], symbols[i + 1]);
    while (count > 1) {
        std::size_t best = count;
        for (std::size_t i = 0; i + 1 < count; ++i)
            if (merges[i] && (best == count || merges[i]->rank < merges[best]->rank)) best = i;
        if (best == count) break;
        symbols[best] = merges[best]->merged;
        for (std::size_t i = best + 1; i + 1 < count; ++i) {
            symbols[i] = symbols[i + 1];
            merges[i] = merges[i + 1];
        }
        --count;
        merges[best] = best + 1 < count ? find(symbols[best], symbols[best + 1]) : nullptr;
        if (best > 0) merges[best - 1] = find(symbols[best - 1], symbols[best]);
    }
    symbols.resize(count);
}

void MergeTable::applyToMany(std::vector<TokenId>& symbols) const {
    const auto count = static_cast<std::int32_t>(symbols.size());
    std::vector<Node> nodes(symbols.size());
    const auto at = [&nodes](std::int32_t i) -> Node& {
        return nodes[static_cast<std::size_t>(i)];
    };
    std::priority_queue<Candidate> queue;
    const auto consider = [&](std::int32_t position) {
        if (position < 0 || at(position).next < 0) return;
        const TokenId left = at(position).symbol;
        const TokenId right = at(at(position).next).symbol;
        if (const Merge* merge = find(left, right))
            queue.push({merge->rank, position, left, right, merge->merged});
    };
    for (std::int32_t i = 0; i < count; ++i)
        at(i) = {symbols[static_cast<std::size_t>(i)], i - 1, i + 1 < count ? i + 1 : -1};
    for (std::int32_t i = 0; i < count; ++i) consider(i);
    while (!queue.empty()) {
        const Candidate best = queue.top();
        queue.pop();
        Node& node = at(best.position);
        // An entry whose symbols have been merged since is out of date; -1 marks merged ones.
        if (node.symbol != best.left || node.next < 0 || at(node.next).symbol != best.right)
            continue;
        Node& gone = at(node.next);
        node.symbol = best.merged;
        node.next = gone.next;
        gone.symbol = -1;
        if (node.next >= 0) at(node.next).previous = best.position;
        consider(node.previous);
        consider(best.position);
    }
    symbols.clear();
    for (std::int32_t i = 0; i >= 0; i = at(i).next) symbols.push_back(at(i).symbol);
}

}  // namespace asterism
