#include "core/cpu/attention.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/cpu/amx_attention_kernels.h"
#include "core/cpu/bf16_attention_kernels.h"
#include "core/cpu/sizes.h"

namespace asterism::cpu {
namespace {

const AttentionKernels& tileKernels(Arithmetic arithmetic, InstructionSet set) {
#if HWY_ARCH_X86
    const Arithmetic products = attentionArithmetic(arithmetic);
    if (products == Arithmetic::amxBf16) return amx::attentionKernelTable();
    if (products == Arithmetic::avx512Bf16) return bf16::attentionKernelTable();
#endif
    return attentionKernels(set);
}

}  // namespace

Attention::Attention(ThreadPool& pool, Arithmetic arithmetic, InstructionSet set)
    : m_tiles(pool, tileKernels(arithmetic, set)),
      m_floatTiles(pool, attentionKernels(set)),
      m_rows(pool, rowAttentionKernels(set), byteAttentionKernels(arithmetic, set)) {}

int Attention::addRope(const RopeConfig& rope) {
    ASTERISM_CHECK(static_cast<std::int64_t>(rope.frequencies.size()) * 2 == rope.dimensions);
    // Layers and runs that share a rotation share its tables.
    const auto same = std::find_if(m_ropes.begin(), m_ropes.end(), [&](const RotaryTables& known) {
        return known.config() == rope;
    });
    if (same != m_ropes.end()) return static_cast<int>(same - m_ropes.begin());
    m_ropes.emplace_back(rope);
    return static_cast<int>(m_ropes.size()) - 1;
}

void Attention::attend(const AttentionCall& call) {
    ASTERISM_CHECK(call.rope >= 0 && index(call.rope) < m_ropes.size());
    RotaryTables& rope = m_ropes[index(call.rope)];
    AttentionPlan& plan = m_plan;
    plan.begin(call, rope);
    if (plan.tokens == 0) return;

    rope.forgetOld();
    const bool fewRows = m_rows.takes(plan);
    if (!fewRows && !call.rowPlaces.empty()) return attendEachRow(call);
    plan.cutPieces(fewRows ? RowAttention::kPiece : kPieceKeys, rope);
    TileAttention& tiles = m_tiles.takes(plan) ? m_tiles : m_floatTiles;
    plan.cutShares(fewRows ? m_rows.wantedShares(plan) : tiles.wantedShares(plan));
    plan.shareOutputs = call.partial.output.floats();
    plan.shareLogSumExp = call.partial.logSumExp.floats();
    if (plan.shares() > 1) {
        plan.shareOutputs = m_shares.floats(plan.shares() * plan.rows() * (plan.headDim + 1));
        plan.shareLogSumExp = plan.shareOutputs + plan.shares() * plan.rows() * plan.headDim;
    }
    if (fewRows)
        m_rows.attend(plan);
    else
        tiles.attend(plan);
    if (plan.shares() > 1) plan.mergeShares();
    if (plan.wantsPieces()) plan.mergePieces();
}

// Tiles of queries stand in a row: what stands anywhere, and cannot be read row by row, becomes one
// call a row.
void Attention::attendEachRow(const AttentionCall& call) {
    std::vector<AttentionSegment> segments;
    for (std::int64_t row = 0; row < call.queries.rows(); ++row) {
        const std::int32_t place = call.rowPlaces[index(row)];
        segments.clear();
        for (AttentionSegment segment : call.segments) {
            if (segment.onlyRow >= 0 && segment.onlyRow != row) continue;
            segment.onlyRow = -1;
            segment.queryStart += static_cast<double>(place);
            segment.queryToken += place;
            segments.push_back(segment);
        }
        AttentionCall alone = call;
        alone.queries = call.queries.slice(row, row + 1);
        alone.segments = segments;
        alone.rowPlaces = {};
        alone.partial = {call.partial.output.slice(row, row + 1),
                         call.partial.logSumExp.slice(row, row + 1)};
        attend(alone);
    }
}

}  // namespace asterism::cpu
