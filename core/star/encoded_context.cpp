#include "core/star/encoded_context.h"

#include <algorithm>
#include <numeric>

namespace asterism {

bool EncodedContext::isComplete() const {
    return std::all_of(keyValues.begin(), keyValues.end(),
                       [](const auto& block) { return block != nullptr; });
}

std::int64_t EncodedContext::kvBytes(int rank) const {
    std::int64_t sum = rank == 0 && fixedAnchor() ? fixedAnchor()->bytes() : 0;
    for (std::size_t i = 0; i < keyValues.size(); ++i)
        if (keyValues[i] && rankOf[i] == rank) sum += keyValues[i]->bytes();
    return sum;
}

std::int64_t EncodedContext::kvBytes() const {
    const std::int64_t anchor = fixedAnchor() ? fixedAnchor()->bytes() : 0;
    return std::accumulate(
        keyValues.begin(), keyValues.end(), anchor,
        [](std::int64_t sum, const auto& block) { return block ? sum + block->bytes() : sum; });
}

std::vector<std::int64_t> EncodedContext::blocksByRank() const {
    std::vector<std::int64_t> counts(anchors.size());  // one for each rank
    for (std::size_t i = 0; i < rankOf.size(); ++i)
        if (hasBlock(i)) ++counts[static_cast<std::size_t>(rankOf[i])];
    return counts;
}

}  // namespace asterism
