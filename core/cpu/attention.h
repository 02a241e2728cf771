#pragma once

#include <deque>

#include "core/backend.h"
#include "core/cpu/aligned_buffer.h"
#include "core/cpu/arithmetic.h"
#include "core/cpu/attention_plan.h"
#include "core/cpu/row_attention.h"
#include "core/cpu/thread_pool.h"
#include "core/cpu/tile_attention.h"

namespace asterism::cpu {

// Backend::attend on the CPU: plans a call and gives it to the kernels for a few query rows of a
// head (decoding) or for many (context encoding). Runs one call at a time; keeps its working
// memory from call to call.
class Attention {
  public:
    Attention(ThreadPool& pool, Arithmetic arithmetic, InstructionSet set);

    int addRope(const RopeConfig& rope);
    void attend(const AttentionCall& call);

  private:
    void attendEachRow(const AttentionCall& call);

    TileAttention m_tiles;
    TileAttention m_floatTiles;  // for what m_tiles does not take
    RowAttention m_rows;
    std::deque<RotaryTables> m_ropes;
    AttentionPlan m_plan;
    Scratch m_shares;  // partials of the shares
};

}  // namespace asterism::cpu
