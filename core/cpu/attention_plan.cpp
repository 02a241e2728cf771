#include "core/cpu/attention_plan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/base/check.h"
#include "core/base/error.h"
#include "core/cpu/sizes.h"

namespace asterism::cpu {
namespace {

constexpr float kEmpty = -std::numeric_limits<float>::infinity();

}  // namespace

float naturalLogSumExp(float base2Maximum, float sum) {
    if (sum <= 0) return kEmpty;
    return (base2Maximum + std::log2(sum)) * std::numbers::ln2_v<float>;
}

void AttentionPlan::begin(const AttentionCall& newCall, const RotaryTables& newRope) {
    call = &newCall;
    rope = &newRope;
    tokens = newCall.queries.shape[0];
    heads = newCall.queries.shape[1];
    headDim = newCall.queries.shape[2];
    if (headDim < 8 || headDim % 8 != 0 || headDim > kMaxHeadDim) {
        throw Error("head size ", headDim,
                    " is not supported on the processor: it must be a multiple of 8, ", kMaxHeadDim,
                    " at most; choose another model");
    }
    kvHeads = newCall.segments.empty() ? 1 : newCall.segments.front().keyValues.kvHeads;
    ASTERISM_CHECK(kvHeads > 0 && heads % kvHeads == 0);
    ASTERISM_CHECK(2 * newRope.pairs() <= headDim);
    for (const AttentionSegment& segment : newCall.segments) {
        ASTERISM_CHECK(segment.keyValues.kvHeads == kvHeads);
        ASTERISM_CHECK(segment.keyValues.headDim == headDim);
    }
    group = heads / kvHeads;
    firstPlace = 0;
    lastPlace = tokens - 1;
    if (newCall.rowPlaces.empty()) return;
    ASTERISM_CHECK(std::ssize(newCall.rowPlaces) == tokens && !wantsPieces());
    const auto [first, last] =
        std::minmax_element(newCall.rowPlaces.begin(), newCall.rowPlaces.end());
    firstPlace = *first;
    lastPlace = *last;
}

// The window of the first query token begins before those of the others do.
bool AttentionPlan::isInSight(const AttentionPiece& piece) const {
    const std::int64_t lastToken = piece.firstToken + piece.keys - 1;
    return call->window == 0 || lastToken > firstPlace - call->window || piece.sinkKeys > 0;
}

void AttentionPlan::cutPieces(std::int64_t mostKeys, RotaryTables& tables) {
    pieces.clear();
    for (std::size_t s = 0; s < call->segments.size(); ++s) {
        const AttentionSegment& segment = call->segments[s];
        const KeyRotation rotation = tables.keys(segment.keyStep);
        for (std::int64_t key = 0; key < segment.keyValues.tokens; key += mostKeys) {
            AttentionPiece piece;
            piece.segment = s;
            piece.firstKey = key;
            piece.firstToken = segment.keyToken + key - segment.queryToken;
            piece.keys = std::min(
                {mostKeys, segment.keyValues.tokens - key, lastPlace - piece.firstToken + 1});
            if (piece.keys <= 0) break;
            piece.place = segment.queryStart -
                          (segment.keyStart + static_cast<double>(key) * segment.keyStep);
            piece.sinkKeys = call->sinkTokens - (segment.keyToken + key);
            piece.rotation = rotation;
            if (isInSight(piece)) pieces.push_back(piece);
        }
    }
    pieceLogSumExp.assign(wantsPieces() ? pieces.size() * index(heads) : 0, kEmpty);
}

void AttentionPlan::cutShares(std::int64_t wanted) {
    std::int64_t keys = 0;
    for (const AttentionPiece& piece : pieces) keys += piece.keys;
    shareBegin.assign(1, 0);
    std::int64_t seen = 0;
    for (std::size_t p = 0; p < pieces.size(); ++p) {
        const auto share = static_cast<std::int64_t>(shareBegin.size());
        if (share < wanted && p > 0 && seen * wanted >= keys * share) shareBegin.push_back(p);
        seen += pieces[p].keys;
    }
    shareBegin.push_back(pieces.size());
}

void AttentionPlan::mergeShares() const {
    float* outputs = call->partial.output.floats();
    float* logSumExp = call->partial.logSumExp.floats();
    for (std::int64_t row = 0; row < rows(); ++row) {
        float* output = outputs + row * headDim;
        std::fill_n(output, headDim, 0.0F);
        logSumExp[row] = kEmpty;
        for (std::int64_t share = 0; share < shares(); ++share) {
            const std::int64_t place = share * rows() + row;
            const MergeWeights weights = mergeWeights(logSumExp[row], shareLogSumExp[place]);
            const float* part = shareOutputs + place * headDim;
            for (std::int64_t i = 0; i < headDim; ++i)
                output[i] = weights.first * output[i] + weights.second * part[i];
            logSumExp[row] = weights.logSumExp;
        }
    }
}

void AttentionPlan::mergePieces() const {
    float* results = call->segmentLogSumExp.floats();
    std::fill_n(results, call->segments.size() * index(heads), kEmpty);
    for (std::size_t p = 0; p < pieces.size(); ++p) {
        float* result = results + pieces[p].segment * index(heads);
        for (std::size_t h = 0; h < index(heads); ++h)
            result[h] = mergeWeights(result[h], pieceLogSumExp[p * index(heads) + h]).logSumExp;
    }
}

}  // namespace asterism::cpu
