#pragma once

#include <cstdint>
#include <vector>

#include "core/backend.h"
#include "core/cpu/aligned_buffer.h"
#include "core/cpu/attention_kernels.h"
#include "core/cpu/rotary_tables.h"
#include "core/cpu/thread_pool.h"

namespace asterism::cpu {

// Backend::attend on the CPU. Work items are (tile of query tokens, key head, share of the keys);
// shares are used when there are few tiles, and merged as partials.
//
// Runs one call at a time; keeps its working memory from call to call.
class Attention {
  public:
    Attention(ThreadPool& pool, const AttentionKernels& kernels);

    int addRope(const RopeConfig& rope);
    void attend(const AttentionCall& call);

  private:
    // A run of at most kPieceKeys keys of one segment, rotated with one table.
    struct Piece {
        std::size_t segment = 0;
        std::int64_t firstKey = 0;
        std::int64_t keys = 0;
        double place = 0;             // of query token 0 relative to the piece's first key
        std::int64_t firstToken = 0;  // of the piece's first key relative to query token 0
        std::int64_t sinkKeys = 0;    // first keys of the piece that are sinks
        KeyRotation rotation;
    };
    struct Plan;
    struct Tile;

    void makePieces(const AttentionCall& call);
    void planShares(Plan& plan) const;
    void runItem(const Plan& plan, std::int64_t item, int worker);
    Tile makeTile(const Plan& plan, std::int64_t item, int worker);
    void packQueries(const Plan& plan, const Tile& tile) const;
    void attendPiece(const Plan& plan, const Tile& tile, const Piece& piece) const;
    void rotateQueries(const Plan& plan, const Tile& tile, const Piece& piece) const;
    void attendKeys(const Plan& plan, const Tile& tile, const Piece& piece, std::int64_t first,
                    std::int64_t count) const;
    void keepPieceLogSumExp(const Plan& plan, const Tile& tile, std::size_t piece);
    void writeTile(const Plan& plan, const Tile& tile) const;
    void mergeShares(const Plan& plan);
    void mergePieces(const Plan& plan) const;

    ThreadPool& m_pool;
    const AttentionKernels& m_kernels;
    std::vector<RotaryTables> m_ropes;
    std::vector<Piece> m_pieces;
    std::vector<float> m_pieceLogSumExp;  // [pieces, heads]
    Scratch m_shares;                     // partials of the shares
    std::vector<Scratch> m_scratch;       // one per worker
};

}  // namespace asterism::cpu
