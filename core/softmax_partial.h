#pragma once

#include <cmath>
#include <limits>

#include "core/base/host_device.h"
#include "core/tensor.h"

namespace asterism {

// Attention over part of the keys: what softmax needs to be completed later. For every query row
// and head: output = sum(exp(s_j - L) v_j) and L = log(sum(exp(s_j))), natural log, fp32.
// No visible key: output = 0, L = -infinity.
struct Partial {
    TensorView output;     // [tokens, heads, headDim], f32
    TensorView logSumExp;  // [tokens, heads], f32
};

// Weights of two partials in their union (Star Attention, arXiv 2411.17116, equation 3).
struct MergeWeights {
    float first;
    float second;
    float logSumExp;
};

// Associative and commutative; two empty partials merge to the empty partial, never to NaN.
ASTERISM_HD inline MergeWeights mergeWeights(float first, float second) {
    const float top = first > second ? first : second;
    if (top == -std::numeric_limits<float>::infinity()) return {0.0F, 0.0F, top};
    const float a = std::exp(first - top);
    const float b = std::exp(second - top);
    return {a / (a + b), b / (a + b), top + std::log(a + b)};
}

// The same for any number of partials: the weight of one, still to be divided by the sum of all
// weights, where `top` is the largest log-sum-exp. An empty one adds nothing; what is no number
// spoils the sum, so that it is noticed.
ASTERISM_HD inline float partWeight(float logSumExp, float top) {
    return logSumExp == -std::numeric_limits<float>::infinity() ? 0.0F : std::exp(logSumExp - top);
}
// The log-sum-exp of all from the sum of their weights.
ASTERISM_HD inline float logSumExpOfParts(float sum, float top) {
    return sum != 0.0F ? top + std::log(sum) : -std::numeric_limits<float>::infinity();
}

}  // namespace asterism
