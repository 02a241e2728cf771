#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/check.h"

namespace asterism {

// How cached keys and values are stored. Persistent, do not renumber.
// f32, bf16: as they are. q8: keys as unsigned bytes per channel of a block, asymmetric
// (key = keyOffset + keyScale * byte); values as signed bytes per token and head, symmetric.
enum class KvType : std::uint8_t { f32 = 0, bf16 = 1, q8 = 2 };

// Borrowed keys and values of a run of tokens in one layer, in the memory of one backend. Keys are
// un-rotated: rotation happens where they are read (Backend::attend), so that a run can be placed
// anywhere without touching it.
struct KeyValueView {
    KvType type = KvType::f32;
    std::int64_t kvHeads = 0;
    std::int64_t headDim = 0;
    std::int64_t tokens = 0;      // tokens in this view
    std::int64_t capacity = 0;    // tokens from one head to the next
    void* keys = nullptr;         // [kvHeads, capacity, headDim], f32, bf16 or u8
    void* values = nullptr;       // [kvHeads, capacity, headDim], f32, bf16 or i8
    float* keyScale = nullptr;    // q8 only: [kvHeads, headDim]
    float* keyOffset = nullptr;   // q8 only: [kvHeads, headDim]
    float* valueScale = nullptr;  // q8 only: [kvHeads, capacity]

    static std::int64_t valueBytes(KvType type) {
        return type == KvType::f32 ? 4 : type == KvType::bf16 ? 2 : 1;
    }

    // The tokens [begin, end) of this view; no copy.
    KeyValueView range(std::int64_t begin, std::int64_t end) const {
        ASTERISM_CHECK(begin >= 0 && begin <= end && end <= tokens);
        KeyValueView part = *this;
        const std::int64_t skip = begin * headDim * valueBytes(type);
        part.tokens = end - begin;
        part.keys = static_cast<std::byte*>(keys) + skip;
        part.values = static_cast<std::byte*>(values) + skip;
        if (valueScale) part.valueScale = valueScale + begin;
        return part;
    }
};

}  // namespace asterism
