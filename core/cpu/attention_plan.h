#pragma once

#include <cstdint>
#include <vector>

#include "core/backend.h"
#include "core/cpu/rotary_tables.h"

namespace asterism::cpu {

// A run of keys of one segment that is rotated with one table (at most kPieceKeys).
struct AttentionPiece {
    std::size_t segment = 0;
    std::int64_t firstKey = 0;
    std::int64_t keys = 0;
    double place = 0;             // of the queries' start, counted from the piece's first key
    std::int64_t firstToken = 0;  // of the piece's first key, counted from the queries' start
    std::int64_t sinkKeys = 0;    // first keys of the piece that are sinks; may be negative
    KeyRotation rotation;
};

// One attend() call cut into pieces of keys and, where tiles of queries alone do not feed the
// threads, the pieces into shares whose partials are merged in the end.
// Kept from call to call for its memory.
struct AttentionPlan {
    const AttentionCall* call = nullptr;
    const RotaryTables* rope = nullptr;
    std::int64_t tokens = 0;
    std::int64_t heads = 0;
    std::int64_t headDim = 0;
    std::int64_t kvHeads = 0;
    std::int64_t group = 0;  // query heads of one key head
    // Of any query token, counted from queryStart.
    std::int64_t firstPlace = 0;
    std::int64_t lastPlace = 0;

    std::vector<AttentionPiece> pieces;
    std::vector<std::size_t> shareBegin;  // first piece of each share, and the end
    float* shareOutputs = nullptr;        // [shares, tokens, heads, headDim]
    float* shareLogSumExp = nullptr;      // [shares, tokens, heads]
    std::vector<float> pieceLogSumExp;    // [pieces, heads], last token; empty if not asked for

    std::int64_t shares() const { return static_cast<std::int64_t>(shareBegin.size()) - 1; }
    std::int64_t rows() const { return tokens * heads; }
    // Where a query token stands behind queryStart and queryToken.
    std::int64_t placeOf(std::int64_t token) const {
        return call->rowPlaces.empty() ? token : call->rowPlaces[static_cast<std::size_t>(token)];
    }
    bool wantsPieces() const { return call->segmentLogSumExp.data != nullptr; }

    // Takes the sizes of a call; throws Error if its head size is not supported.
    void begin(const AttentionCall& newCall, const RotaryTables& newRope);
    // Pieces of at most `mostKeys` keys that some query token may see.
    void cutPieces(std::int64_t mostKeys, RotaryTables& tables);
    // Whether keys of a piece may be in the window of some query token, or sinks.
    bool isInSight(const AttentionPiece& piece) const;
    // At most `wanted` shares of about as many keys; one at least.
    void cutShares(std::int64_t wanted);
    // Merges the shares into the call's partial, and the pieces into its segments' log-sum-exps.
    void mergeShares() const;
    void mergePieces() const;
};

// Log-sum-exp in natural logarithms of sum * 2^maximum; -infinity if the sum is empty.
float naturalLogSumExp(float base2Maximum, float sum);

}  // namespace asterism::cpu
