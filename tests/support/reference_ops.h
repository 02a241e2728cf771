#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/key_values.h"
#include "core/rope.h"

namespace asterism::test {

// Slow, plain, double-precision definitions of the backend's ops, to test every backend against.

// [tokens, columns] x [outputs, columns] (+ bias) -> [tokens, outputs]
std::vector<double> referenceLinear(std::span<const float> input, std::int64_t tokens,
                                    std::span<const float> weight, std::int64_t outputs,
                                    std::span<const float> bias);

std::vector<double> referenceRmsNorm(std::span<const float> input, std::span<const float> gain,
                                     float epsilon);

double referenceSilu(double x);
double referenceGeluTanh(double x);

// Un-rotated keys and values of one segment, [tokens, kvHeads, headDim], and where it stands; the
// fields mean what they mean in AttentionSegment.
struct ReferenceSegment {
    std::vector<float> keys;
    std::vector<float> values;
    std::int64_t tokens = 0;
    double keyStart = 0;
    double keyStep = 1;
    double queryStart = 0;
    std::int64_t keyToken = 0;
    std::int64_t queryToken = 0;
    std::int64_t onlyRow = -1;
};

struct ReferenceAttention {
    std::vector<float> queries;  // [tokens, heads, headDim], un-rotated
    std::int64_t tokens = 0;
    std::int64_t heads = 0;
    std::int64_t kvHeads = 0;
    std::int64_t headDim = 0;
    RopeConfig rope;
    double scale = 1;
    std::int64_t window = 0;
    std::int64_t sinkTokens = 0;
    std::vector<std::int32_t> rowPlaces;
    std::vector<ReferenceSegment> segments;
};

struct ReferencePartial {
    std::vector<double> output;            // [tokens, heads, headDim]
    std::vector<double> logSumExp;         // [tokens, heads]
    std::vector<double> segmentLogSumExp;  // [segments, heads], last query token
};

ReferencePartial referenceAttend(const ReferenceAttention& call);

// What reading a q8 run gives back: keys per channel over all tokens, asymmetric; values per token
// and head, symmetric. Both are [tokens, kvHeads, headDim] and rounded in place.
void referenceQuantize(ReferenceSegment& segment, std::int64_t kvHeads, std::int64_t headDim);

}  // namespace asterism::test
