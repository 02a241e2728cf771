#include "core/star/encoded_context.h"

namespace asterism {

std::int64_t EncodedContext::kvBytes(int rank) const {
    std::int64_t sum = rank == 0 && fixedAnchor ? fixedAnchor->bytes() : 0;
    for (std::size_t i = 0; i < keyValues.size(); ++i)
        if (keyValues[i] && rankOf[i] == rank) sum += keyValues[i]->bytes();
    return sum;
}

std::int64_t EncodedContext::kvBytes() const {
    std::int64_t sum = fixedAnchor ? fixedAnchor->bytes() : 0;
    for (const auto& block : keyValues)
        if (block) sum += block->bytes();
    return sum;
}

}  // namespace asterism
