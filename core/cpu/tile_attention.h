#pragma once

#include <cstdint>
#include <vector>

#include "core/cpu/aligned_buffer.h"
#include "core/cpu/attention_kernels.h"
#include "core/cpu/attention_plan.h"
#include "core/cpu/thread_pool.h"

namespace asterism::cpu {

// Attention of many query rows: work items are (tile of query tokens, key head, share of the
// keys). Each item widens and rotates a tile of keys once for all its rows.
class TileAttention {
  public:
    TileAttention(ThreadPool& pool, const AttentionKernels& kernels);

    // Whether the kernels can do a call.
    bool takes(const AttentionPlan& plan) const { return plan.headDim % m_kernels.headStep == 0; }
    // Shares of the keys that keep all threads busy.
    std::int64_t wantedShares(const AttentionPlan& plan) const;
    // Writes the partials of all shares.
    void attend(AttentionPlan& plan);

  private:
    struct State;
    struct Tile;
    // Keys of a piece.
    struct KeyRange {
        std::int64_t first;
        std::int64_t count;
    };

    std::int64_t tileTokens(const AttentionPlan& plan) const;
    std::int64_t tileCount(const AttentionPlan& plan) const;
    Tile makeTile(const AttentionPlan& plan, std::int64_t item, int worker);
    void giveMemory(const AttentionPlan& plan, Scratch& scratch, Tile& tile) const;
    void runTile(AttentionPlan& plan, const Tile& tile) const;
    void packQueries(const AttentionPlan& plan, const Tile& tile) const;
    void spreadAngles(const Tile& tile, std::int64_t panel, std::int64_t pairs) const;
    void rotateQueries(const AttentionPlan& plan, const Tile& tile,
                       const AttentionPiece& piece) const;
    void clear(const AttentionPlan& plan, const Tile& tile, const State& state) const;
    void attendPiece(const AttentionPlan& plan, const Tile& tile, const AttentionPiece& piece,
                     const State& state) const;
    void attendKeys(const AttentionPlan& plan, const Tile& tile, const AttentionPiece& piece,
                    KeyRange range, const State& state) const;
    void keepPiece(AttentionPlan& plan, const Tile& tile, std::size_t piece) const;
    void writeTile(const AttentionPlan& plan, const Tile& tile) const;

    ThreadPool& m_pool;
    const AttentionKernels& m_kernels;
    std::vector<Scratch> m_scratch;  // one per worker
};

}  // namespace asterism::cpu
