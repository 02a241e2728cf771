#pragma once

#include <cstdint>
#include <vector>

#include "core/cpu/aligned_buffer.h"
#include "core/cpu/attention_plan.h"
#include "core/cpu/byte_attention_kernels.h"
#include "core/cpu/row_attention_kernels.h"
#include "core/cpu/thread_pool.h"

namespace asterism::cpu {

// Attention of a few query rows a head, as in decoding, or of rows that stand anywhere, as when
// several conversations are decoded: work items are shares of the keys, with all heads, so that the
// table of rotations is read from the nearest cache.
class RowAttention {
  public:
    static constexpr std::int64_t kPiece = kWordKeys;  // keys of a piece

    // `bytes`, for q8 keys that they take, may be null.
    RowAttention(ThreadPool& pool, const RowAttentionKernels& kernels,
                 const ByteAttentionKernels* bytes);

    // Whether a call is for this way of attending.
    bool takes(const AttentionPlan& plan) const;
    std::int64_t wantedShares(const AttentionPlan& plan) const;
    // Writes the partials of all shares.
    void attend(AttentionPlan& plan);

  private:
    struct Memory;
    struct Rows;
    // Angles of the query tokens at every piece, and what they were made for.
    struct Angles {
        Scratch values;  // [pieces, tokens, 2, pairs] as cos and sin
        std::vector<double> places;
        std::vector<std::int64_t> tokens;    // where they stand
        const RotaryTables* rope = nullptr;  // none: there are no values yet

        bool areFor(const AttentionPlan& plan) const;
    };

    static std::int64_t placeOf(const AttentionPlan& plan, std::int64_t row);
    void findAngles(const AttentionPlan& plan);
    void makeAngles(const AttentionPlan& plan);
    Memory makeMemory(const AttentionPlan& plan, int worker);
    void runShare(AttentionPlan& plan, std::int64_t share, const Memory& memory) const;
    void rotateQueries(const AttentionPlan& plan, std::size_t piece, const Rows& rows,
                       const Memory& memory) const;
    void prepareBytes(const AttentionPlan& plan, RowTile& tile, const Rows& rows,
                      const Memory& memory) const;
    void attendPiece(const AttentionPlan& plan, const AttentionPiece& piece, const Rows& rows,
                     const Memory& memory) const;
    void attendKeys(const AttentionPlan& plan, const AttentionPiece& piece, RowTile& tile,
                    const Rows& rows, const Memory& memory, bool asBytes) const;
    static void mask(const AttentionPlan& plan, const AttentionPiece& piece, const RowTile& tile,
                     std::int64_t token, float* scores);
    void mergePiece(AttentionPlan& plan, std::size_t piece, const Rows& rows,
                    const Memory& memory) const;
    void writeShare(const AttentionPlan& plan, std::int64_t share, const Memory& memory) const;

    ThreadPool& m_pool;
    const RowAttentionKernels& m_kernels;
    const ByteAttentionKernels* m_bytes;
    std::vector<Scratch> m_scratch;  // one per worker
    // The layers of a model ask for the same ones, or, where some of them have a sliding window,
    // for two in turn.
    Angles m_angles;       // of the call
    Angles m_otherAngles;  // asked for before
};

}  // namespace asterism::cpu
