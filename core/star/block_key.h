#pragma once

#include <array>
#include <span>
#include <string>

#include "core/options.h"
#include "core/star/block_store.h"

namespace asterism {

// All numeric classes there are. A context is opened from blocks of any of them: a project that was
// encoded on a GPU opens on the CPU.
inline constexpr std::array<const char*, 4> kNumericClasses = {"f32", "bf16", "q8a", "q8a-bf16"};

// What all blocks of one context have in common in their keys.
struct BlockKeyBase {
    std::string modelFingerprint;     // of the weights and settings
    std::string numericClass;         // numbers phase 1 computes with; see Backend::numericClass()
    ContextOptions options;           // KV type, attention and positions mode
    KvType anchorType = KvType::f32;  // of the anchor's own keys and values: the activations'
    std::span<const TokenId> anchor;  // tokens that the block was encoded behind; may be empty
};

// Key of a block of these tokens that was encoded at position `start`.
BlockKey blockKey(const BlockKeyBase& base, std::span<const TokenId> tokens, std::int64_t start);

// What the keys and values of a conversation's turns depend on beside their own tokens.
struct TurnView {
    std::span<const BlockKey> blocks;  // of the whole context
    std::span<const TokenRange> passages;
    std::span<const double> starts;  // where the blocks are placed
    double step = 1;
    double queryStart = 0;
};

// Key of the last turn of a conversation. `tokens` are those of all turns, the last one included,
// which begins at `begin`.
BlockKey turnKey(const BlockKeyBase& base, KvType type, const TurnView& view,
                 std::span<const TokenId> tokens, std::int64_t begin);

// Key of the anchor's own keys and values, kept as the activations have them.
BlockKey anchorKey(const BlockKeyBase& base);

}  // namespace asterism
