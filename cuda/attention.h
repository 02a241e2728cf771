#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "core/backend.h"
#include "cuda/fused_attention.h"
#include "cuda/kernels/attention_args.h"
#include "cuda/step_recorder.h"
#include "cuda/stream.h"
#include "cuda/upload_ring.h"

namespace asterism::cuda {

// Backend::attend on the GPU: describes a call to the kernels and chooses between them. The list
// of segments goes up once a call; partials of pieces of the keys are merged on the GPU.
class Attention {
  public:
    Attention(std::shared_ptr<Stream> stream, UploadRing& ring);

    int addRope(const RopeConfig& rope);
    void attend(const AttentionCall& call);

    // While a step is recorded: who records it (null: nobody), and what was stored last.
    void setRecorder(StepRecorder* recorder) { m_recorder = recorder; }
    void noteStored(const KeyValueView& run, std::int64_t end) {
        m_storedEnd = endOf(run.range(0, end));
    }

  private:
    struct Rope {
        RopeConfig config;
        DeviceMemory halfTurns;
    };
    // Pieces whose keys and values are of one type.
    struct PieceGroup {
        KvType type;
        std::int64_t first;
        std::int64_t count;
    };
    // A call's segments and pieces, on the host and on the GPU.
    struct Plan {
        AttentionShape shape{};
        std::vector<SegmentEntry> segments;
        std::vector<PieceEntry> pieces;
        std::vector<std::int32_t> places;  // of the query tokens; empty: they follow each other
        std::vector<PieceGroup> groups;
        const SegmentEntry* segmentsThere = nullptr;
        const PieceEntry* piecesThere = nullptr;
        std::int64_t rows() const { return shape.tokens * shape.heads; }
    };

    // Which keys a query does not see: none, or those behind its own.
    enum class Mask { none, causal };
    // Copies that gather() fills.
    struct Gathered {
        std::byte* queries;  // [tokens, heads, headDim]
        std::byte* keys;     // [kvHeads, rows, headDim]
        std::byte* values;
        std::int64_t rows;
        std::int64_t keyCount;  // of the rows
        bool padsPieces;
    };

    static const void* endOf(const KeyValueView& run);
    std::int64_t keysToCut(const SegmentEntry& segment) const;
    void describe(const AttentionCall& call);
    void cutPieces(std::int64_t keysOfPiece);
    void cutPiecesOfType(KvType type, std::int64_t keysOfPiece);
    std::int64_t keysOfPiece() const;
    void upload();
    bool takesTiles(const AttentionCall& call) const;
    void attendPieces(const AttentionCall& call);
    void attendGroup(const AttentionCall& call, const PieceGroup& group, float* outputs,
                     float* logSumExps);
    std::optional<Mask> plainMask() const;
    bool attendFused(const AttentionCall& call);
    void gather(const AttentionCall& call, const Gathered& to);
    void attendTiles(const AttentionCall& call);
    void attendLastRow(const AttentionCall& call);

    std::shared_ptr<Stream> m_stream;
    UploadRing& m_ring;
    FusedAttention m_fused;
    std::deque<Rope> m_ropes;
    Plan m_plan;
    StepRecorder* m_recorder = nullptr;
    const void* m_storedEnd = nullptr;
    std::vector<std::byte> m_tables;  // what goes up
    Scratch m_partials;
    Scratch m_gathered;  // rotated queries, and keys and values of all segments
    Scratch m_lastRow;   // a partial
};

}  // namespace asterism::cuda
