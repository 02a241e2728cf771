#pragma once

#include <cstdint>

#include "core/data_type.h"
#include "core/key_values.h"
#include "core/softmax_partial.h"

namespace asterism::cuda {

// One segment of an attention call as the kernels read it. Everything is counted from where the
// queries start, so one rotation of the queries serves all segments.
struct SegmentEntry {
    const void* keys;  // [kvHeads, capacity, headDim] as KeyValueView
    const void* values;
    const float* keyScale;
    const float* keyOffset;
    const float* valueScale;
    std::int64_t capacity;
    double keyStart;           // position of key 0
    double keyStep;            // from one key to the next
    std::int64_t firstToken;   // token index of key 0
    std::int64_t gatheredRow;  // of key 0 in the copies that rotate_kernels.h makes
    std::int64_t sinkKeys;     // first keys that stay visible outside the window; may be negative
    std::int32_t keyCount;
    std::int32_t growth;      // keys that every repetition of a recorded step adds
    std::int32_t firstPiece;  // its pieces among those of the call
    std::int32_t pieces;
    std::int32_t onlyToken;  // the one query token that sees the keys; -1: all of them do
    KvType type;
};

// A run of keys of one segment that one block of threads attends to.
struct PieceEntry {
    std::int32_t segment;
    std::int32_t begin;
    std::int32_t end;
};

// What the kernels of one attention call share. Rows are (token, head) pairs.
struct AttentionShape {
    std::int64_t tokens;
    std::int32_t heads;
    std::int32_t kvHeads;
    std::int32_t headDim;
    std::int32_t pairs;  // rotated pairs (i, i + pairs)
    std::int64_t window;
    float scale;
    float magnitude;
    const double* halfTurns;  // [pairs]: angle per position, in units of pi
    // Where the query tokens stand behind their start, [tokens], and the first of them; null: token
    // t stands at t. Only what attends to keys where they lie knows of it.
    const std::int32_t* places;
    std::int32_t firstPlace;
};

// Where a query token stands behind the queries' start.
ASTERISM_HD inline std::int32_t tokenPlace(const AttentionShape& shape, std::int64_t token) {
    return shape.places ? shape.places[token] : static_cast<std::int32_t>(token);
}

}  // namespace asterism::cuda
