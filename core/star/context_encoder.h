#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <stop_token>

#include "core/base/clock.h"
#include "core/events.h"
#include "core/star/context_cache.h"
#include "core/star/encoded_context.h"
#include "core/star/rank.h"

namespace asterism {

// What all ranks of one phase-1 run share. `context` has its plan and assignment; every rank fills
// in the keys, values and seconds of its own ones of the blocks.
struct EncodingJob {
    EncodedContext& context;
    const EventSink& events;  // one caller at a time
    std::stop_token stop = {};
    std::span<const std::size_t> blocks =
        {};  // that are not there, in rising order (star mode only)
    // Nothing is missing behind these: no later run needs the anchor.
    bool isLast = false;
    // Where blocks are kept; null: nowhere.
    const ContextCache* cache = nullptr;
    Stopwatch clock = {};
    // Receives the hidden states [tokens, hidden] of every run of dense and window mode, on every
    // rank; may be empty.
    std::function<void(Rank&, TokenRange, const TensorView&)> onHidden = {};
};

// Each rank takes those of its blocks from the store that are there. Throws Stopped or Error.
void restoreBlocks(Rank& rank, const EncodingJob& job);

// Context encoding, phase 1 of Star Attention (arXiv 2411.17116): each rank encodes its blocks
// behind the shared anchor and keeps the blocks' own keys and values. The anchor is a causal
// prefix, so its keys are the same in front of every block: rank 0 computes them once, layer by
// layer, and broadcasts each layer as soon as it is there; EncodedContext::anchors keeps them.
// Collective: all ranks call it. Throws Stopped, RankAborted or Error.
void encodeStar(Rank& rank, const EncodingJob& job);

// Dense and window attention: the context runs through all ranks block by block, every rank
// attends over the keys it holds and the partials are merged; each block's keys stay with its rank.
// Only attention is shared out, and the keys' memory: all else is computed on every rank. What
// scales is ring attention.
void encodeCausal(Rank& rank, const EncodingJob& job);

// Ring attention (arXiv 2310.01889) with a zigzag split: every rank runs its two chunks at once
// and the keys travel around the ring.
void encodeRing(Rank& rank, const EncodingJob& job);

// Where a block of a star context stands while it is encoded (position of its first token).
std::int64_t encodingStart(const EncodedContext& context, std::size_t index);

// Layout of a block of the model's KV cache in one type.
KvLayout kvLayout(const ModelConfig& config, KvType type);

}  // namespace asterism
