#include "tests/support/attention_cases.h"

#include <cmath>
#include <utility>

#include "tests/support/backend_under_test.h"

namespace asterism::test {

RopeConfig ropeOf(std::int64_t dimensions, float magnitude) {
    RopeConfig rope;
    rope.dimensions = dimensions;
    rope.magnitude = magnitude;
    for (std::int64_t i = 0; i < dimensions / 2; ++i)
        rope.frequencies.push_back(
            std::pow(1e4, -2.0 * static_cast<double>(i) / static_cast<double>(dimensions)));
    return rope;
}

ReferenceAttention makeCall(std::int64_t tokens, std::int64_t heads, std::int64_t kvHeads,
                            std::int64_t headDim) {
    ReferenceAttention call;
    call.tokens = tokens;
    call.heads = heads;
    call.kvHeads = kvHeads;
    call.headDim = headDim;
    call.rope = ropeOf(headDim);
    call.scale = 1 / std::sqrt(static_cast<double>(headDim));
    call.queries = randomFloats(static_cast<std::size_t>(tokens * heads * headDim), 100);
    return call;
}

void addSegment(ReferenceAttention& call, std::int64_t tokens) {
    std::int64_t before = 0;
    for (const ReferenceSegment& segment : call.segments) before += segment.tokens;
    const auto values = static_cast<std::size_t>(tokens * call.kvHeads * call.headDim);
    const auto seed = static_cast<std::uint32_t>(200 + 2 * call.segments.size());
    ReferenceSegment segment;
    segment.keys = randomFloats(values, seed, 1.5F);
    segment.values = randomFloats(values, seed + 1);
    segment.tokens = tokens;
    segment.keyStart = static_cast<double>(before);
    segment.keyToken = before;
    call.segments.push_back(std::move(segment));
    for (ReferenceSegment& each : call.segments) {
        each.queryToken = before + tokens;
        each.queryStart = static_cast<double>(before + tokens);
    }
}

void makeCausal(ReferenceAttention& call) {
    for (ReferenceSegment& segment : call.segments) {
        segment.queryToken -= call.tokens;
        segment.queryStart -= static_cast<double>(call.tokens);
    }
}

}  // namespace asterism::test
