#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/options.h"
#include "core/star/kv_block.h"

namespace asterism {

// A context and its blocks' keys and values, each in the memory of the rank it is assigned to. Made
// by Engine::layOut, filled by Engine::encode, at once or in parts; belongs to that engine and must
// not outlive it. While an engine call uses it nobody else may.
struct EncodedContext {
    ContextOptions options;
    std::vector<TokenId> tokens;
    std::vector<TokenRange> blocks;
    std::vector<int> rankOf;  // rank of every block
    // Where every block stands, or will (chooseMemory).
    std::vector<MemoryPlace> places;
    std::vector<double> seconds;      // encoding (or loading) time of every block that is there
    std::int64_t restoredBlocks = 0;  // that came from a store and were not encoded
    std::int64_t anchorTokens = 0;    // length of the anchor that was used
    std::vector<std::unique_ptr<KeyValueBlock>> keyValues;  // one per block; null: not there yet
    // The anchor's keys and values, unquantised (Rank::activationKvType), a copy for every rank,
    // while blocks are still to be encoded behind it; rank 0 keeps that of AnchorMode::fixedText.
    std::vector<std::unique_ptr<KeyValueBlock>> anchors;
    double encodeSeconds = 0;

    std::span<const TokenId> tokensOf(const TokenRange& range) const {
        return std::span(tokens).subspan(static_cast<std::size_t>(range.begin),
                                         static_cast<std::size_t>(range.tokens()));
    }
    std::int64_t contextTokens() const { return static_cast<std::int64_t>(tokens.size()); }
    bool hasBlock(std::size_t index) const { return keyValues[index] != nullptr; }
    bool isComplete() const;
    bool hasFixedAnchor() const {
        return anchorTokens > 0 && options.anchor == AnchorMode::fixedText;
    }
    std::int64_t fixedAnchorTokens() const { return hasFixedAnchor() ? anchorTokens : 0; }
    // Keys of a fixed anchor; null until a block was encoded or loaded.
    const KeyValueBlock* fixedAnchor() const {
        return hasFixedAnchor() && !anchors.empty() ? anchors.front().get() : nullptr;
    }
    // True token index of the first context token: behind a fixed anchor.
    std::int64_t firstToken() const { return fixedAnchorTokens(); }
    std::int64_t kvBytes() const;
    // Bytes of keys and values that one rank holds.
    std::int64_t kvBytes(int rank) const;
    // How many blocks every rank holds.
    std::vector<std::int64_t> blocksByRank() const;
};

}  // namespace asterism
