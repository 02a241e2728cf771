#pragma once

#include <cstdint>

#include "core/rope.h"
#include "tests/support/reference_ops.h"

namespace asterism::test {

// Calls of attention over random values, for the op suite. The same arguments give the same values.

RopeConfig ropeOf(std::int64_t dimensions, float magnitude = 1.0F);

// Queries without keys yet.
ReferenceAttention makeCall(std::int64_t tokens, std::int64_t heads, std::int64_t kvHeads,
                            std::int64_t headDim);

// Appends `tokens` random keys that stand right behind the ones before; the queries are moved to
// stand behind all of them.
void addSegment(ReferenceAttention& call, std::int64_t tokens);

// Lets the queries stand on the last `tokens` keys, as when a block is encoded.
void makeCausal(ReferenceAttention& call);

}  // namespace asterism::test
