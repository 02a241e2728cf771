#pragma once

#include <span>
#include <string>

#include "core/options.h"
#include "core/star/block_store.h"

namespace asterism {

// What all blocks of one context have in common in their keys.
struct BlockKeyBase {
    std::string modelFingerprint;     // of the weights and settings
    std::string numericClass;         // numbers phase 1 computed with: "f32", "bf16"
    ContextOptions options;           // KV type, attention and positions mode
    std::span<const TokenId> anchor;  // tokens that the block was encoded behind; may be empty
};

// Key of a block of these tokens that was encoded at position `start`.
BlockKey blockKey(const BlockKeyBase& base, std::span<const TokenId> tokens, std::int64_t start);

// Key of the anchor's own keys and values, kept as the activations have them.
BlockKey anchorKey(const BlockKeyBase& base);

}  // namespace asterism
