#include "cuda/attention.h"

#include <algorithm>
#include <cstring>
#include <numbers>
#include <utility>

#include "core/base/check.h"
#include "core/base/error.h"
#include "cuda/check.h"
#include "cuda/kernels/element_kernels.h"
#include "cuda/kernels/merge_kernels.h"
#include "cuda/kernels/rotate_kernels.h"
#include "cuda/kernels/row_attention.h"
#include "cuda/kernels/split_attention.h"
#include "cuda/kernels/tile_attention.h"

namespace asterism::cuda {
namespace {

constexpr std::int64_t kLeastPiece = 64;  // keys
// From here on it pays to rotate all keys into a copy and attend by tiles of queries; with fewer
// rows keys are read where they lie.
constexpr std::int64_t kLeastTileRows = 129;
constexpr std::int64_t kLeastTileTokens = 16;  // where only the slowest kernel could do that
constexpr std::int64_t kBlocksPerUnit = 8;     // blocks of threads that keep a multiprocessor busy
constexpr std::int64_t kLeastFusedTokens = 256;
constexpr std::int64_t kFusedRows = 256;  // queries and keys are rounded up to

std::int64_t divideUp(std::int64_t value, std::int64_t by) {
    return (value + by - 1) / by;
}

// The rows that the vendor's attention works on, round numbers of them, so that blocks of similar
// lengths share what the library prepares, and it needs one kernel for all. Rows behind the last
// query, and as many keys of zeros behind the last key, change nothing that a real query sees; nor
// do rows before the first query, which stand on the keys before its own.
struct FusedRows {
    std::int64_t queries;
    std::int64_t keys;
    std::int64_t before = 0;  // of the queries
};

FusedRows fusedRows(std::int64_t tokens, std::int64_t keys, bool isCausal) {
    if (!isCausal) return {divideUp(tokens, kFusedRows) * kFusedRows, keys};
    const std::int64_t before = (keys - tokens) % kFusedRows;
    const std::int64_t queries = divideUp(before + tokens, kFusedRows) * kFusedRows;
    return {queries, keys + queries - before - tokens, before};
}

}  // namespace

Attention::Attention(std::shared_ptr<Stream> stream, UploadRing& ring)
    : m_stream(std::move(stream)),
      m_ring(ring),
      m_fused(m_stream),
      m_partials(m_stream),
      m_gathered(m_stream),
      m_lastRow(m_stream) {}

int Attention::addRope(const RopeConfig& rope) {
    ASTERISM_CHECK(static_cast<std::int64_t>(rope.frequencies.size()) * 2 == rope.dimensions);
    const auto same = std::find_if(m_ropes.begin(), m_ropes.end(),
                                   [&](const Rope& known) { return known.config == rope; });
    if (same != m_ropes.end()) return static_cast<int>(same - m_ropes.begin());
    std::vector<double> halfTurns;
    for (const double frequency : rope.frequencies)
        halfTurns.push_back(frequency / std::numbers::pi);
    Rope added{rope, DeviceMemory(m_stream, rope.dimensions / 2 * 8)};
    if (!halfTurns.empty())
        check(cudaMemcpyAsync(added.halfTurns.data(), halfTurns.data(), halfTurns.size() * 8,
                              cudaMemcpyHostToDevice, m_stream->handle()),
              "copying a rotation to the GPU");
    m_stream->synchronize();
    m_ropes.push_back(std::move(added));
    return static_cast<int>(m_ropes.size()) - 1;
}

// Where a run's keys end in memory, in its first head: what a store to its last token writes up to.
const void* Attention::endOf(const KeyValueView& run) {
    return static_cast<const std::byte*>(run.keys) +
           run.tokens * run.headDim * KeyValueView::valueBytes(run.type);
}

// Keys that a segment has, or will have when a recorded step is repeated.
std::int64_t Attention::keysToCut(const SegmentEntry& segment) const {
    return segment.keyCount + (m_recorder ? segment.growth * m_recorder->mostSteps() : 0);
}

void Attention::describe(const AttentionCall& call) {
    ASTERISM_CHECK(call.rope >= 0 && static_cast<std::size_t>(call.rope) < m_ropes.size());
    const Rope& rope = m_ropes[static_cast<std::size_t>(call.rope)];
    const Shape& queries = call.queries.shape;
    const std::int64_t headDim = queries[2];
    if (headDim < 8 || headDim % 8 != 0 || headDim > kMostHeadDim)
        throw Error("head size ", headDim, " is not supported on the GPU: it must be a multiple ",
                    "of 8, ", kMostHeadDim, " at most; choose another model");
    const std::int64_t kvHeads =
        call.segments.empty() ? 1 : call.segments.front().keyValues.kvHeads;
    ASTERISM_CHECK(kvHeads > 0 && queries[1] % kvHeads == 0);
    ASTERISM_CHECK(rope.config.dimensions <= headDim);
    m_plan.shape = {.tokens = queries[0],
                    .heads = static_cast<std::int32_t>(queries[1]),
                    .kvHeads = static_cast<std::int32_t>(kvHeads),
                    .headDim = static_cast<std::int32_t>(headDim),
                    .pairs = static_cast<std::int32_t>(rope.config.dimensions / 2),
                    .window = call.window,
                    .scale = call.scale,
                    .magnitude = rope.config.magnitude,
                    .halfTurns = static_cast<const double*>(rope.halfTurns.data()),
                    .places = nullptr,
                    .firstPlace = 0};
    m_plan.places.assign(call.rowPlaces.begin(), call.rowPlaces.end());
    std::int64_t lastPlace = queries[0] - 1;
    if (!m_plan.places.empty()) {
        ASTERISM_CHECK(std::ssize(m_plan.places) == queries[0] && !call.segmentLogSumExp.data);
        const auto [least, most] = std::minmax_element(m_plan.places.begin(), m_plan.places.end());
        m_plan.shape.firstPlace = *least;
        lastPlace = *most;
    }
    m_plan.segments.clear();
    for (const AttentionSegment& segment : call.segments) {
        const KeyValueView& run = segment.keyValues;
        ASTERISM_CHECK(run.kvHeads == kvHeads && run.headDim == headDim);
        SegmentEntry entry{};
        entry.keys = run.keys;
        entry.values = run.values;
        entry.keyScale = run.keyScale;
        entry.keyOffset = run.keyOffset;
        entry.valueScale = run.valueScale;
        entry.capacity = run.capacity;
        entry.keyStart = segment.keyStart - segment.queryStart;
        entry.keyStep = segment.keyStep;
        entry.firstToken = segment.keyToken - segment.queryToken;
        entry.sinkKeys = call.sinkTokens - segment.keyToken;
        // Keys behind the last query are seen by none.
        entry.keyCount = static_cast<std::int32_t>(
            std::clamp<std::int64_t>(lastPlace + 1 - entry.firstToken, 0, run.tokens));
        entry.onlyToken = static_cast<std::int32_t>(segment.onlyRow);
        entry.type = run.type;
        entry.growth = m_recorder && endOf(run) == m_storedEnd ? 1 : 0;
        m_plan.segments.push_back(entry);
    }
}

// Enough pieces to fill the GPU, none shorter than is worth a block of threads.
std::int64_t Attention::keysOfPiece() const {
    std::int64_t keys = 0;
    for (const SegmentEntry& segment : m_plan.segments) keys += keysToCut(segment);
    const std::int64_t blocks = rowAttentionBlocks(m_plan.shape);
    const std::int64_t wanted =
        std::max<std::int64_t>(1, m_stream->device().multiprocessors * kBlocksPerUnit / blocks);
    return divideUp(std::max(kLeastPiece, divideUp(keys, wanted)), kLeastPiece) * kLeastPiece;
}

void Attention::cutPieces(std::int64_t keysOfPiece) {
    m_plan.pieces.clear();
    m_plan.groups.clear();
    for (const KvType type : {KvType::f32, KvType::bf16, KvType::q8}) {
        const auto first = static_cast<std::int64_t>(m_plan.pieces.size());
        cutPiecesOfType(type, keysOfPiece);
        const auto count = static_cast<std::int64_t>(m_plan.pieces.size()) - first;
        if (count > 0) m_plan.groups.push_back({type, first, count});
    }
}

void Attention::cutPiecesOfType(KvType type, std::int64_t keysOfPiece) {
    for (std::size_t s = 0; s < m_plan.segments.size(); ++s) {
        SegmentEntry& segment = m_plan.segments[s];
        if (segment.type != type) continue;
        segment.firstPiece = static_cast<std::int32_t>(m_plan.pieces.size());
        const std::int64_t keys = keysToCut(segment);
        for (std::int64_t key = 0; key < keys; key += keysOfPiece)
            m_plan.pieces.push_back({static_cast<std::int32_t>(s), static_cast<std::int32_t>(key),
                                     static_cast<std::int32_t>(std::min(keys, key + keysOfPiece))});
        segment.pieces = static_cast<std::int32_t>(m_plan.pieces.size()) - segment.firstPiece;
    }
}

void Attention::upload() {
    const std::size_t segmentBytes = m_plan.segments.size() * sizeof(SegmentEntry);
    const std::size_t pieceBytes = m_plan.pieces.size() * sizeof(PieceEntry);
    const std::size_t placeBytes = m_plan.places.size() * sizeof(std::int32_t);
    m_tables.resize(segmentBytes + pieceBytes + placeBytes);
    if (m_tables.empty()) return;
    const auto put = [&](const void* from, std::size_t at, std::size_t bytes) {
        if (bytes > 0) std::memcpy(m_tables.data() + at, from, bytes);
    };
    put(m_plan.segments.data(), 0, segmentBytes);
    put(m_plan.pieces.data(), segmentBytes, pieceBytes);
    put(m_plan.places.data(), segmentBytes + pieceBytes, placeBytes);
    const auto* there = static_cast<const std::byte*>(
        m_recorder ? m_recorder->keep(m_tables, std::ssize(m_plan.segments))
                   : m_ring.upload(m_tables));
    m_plan.segmentsThere = reinterpret_cast<const SegmentEntry*>(there);
    m_plan.piecesThere = reinterpret_cast<const PieceEntry*>(there + segmentBytes);
    if (placeBytes > 0)
        m_plan.shape.places =
            reinterpret_cast<const std::int32_t*>(there + segmentBytes + pieceBytes);
}

void Attention::attend(const AttentionCall& call) {
    describe(call);
    if (m_plan.shape.tokens == 0) return;
    if (!takesTiles(call)) return attendPieces(call);
    ASTERISM_CHECK(!m_recorder);
    if (!attendFused(call)) attendTiles(call);
    if (call.segmentLogSumExp.data) attendLastRow(call);
}

bool Attention::takesTiles(const AttentionCall& call) const {
    const AttentionShape& shape = m_plan.shape;
    const std::int64_t shared = tileAttentionSharedBytes(shape.headDim);
    // Tiles of queries stand in a row.
    if (!call.rowPlaces.empty()) return false;
    if (call.queries.type != DataType::bf16 || !rotatesRuns(shape) || shared == 0 ||
        shared > m_stream->device().sharedBytesPerBlock)
        return false;
    const bool hasRowKernel = rowAttentionTakes(shape, KvType::bf16);
    return hasRowKernel ? shape.tokens * (shape.heads / shape.kvHeads) >= kLeastTileRows
                        : shape.tokens >= kLeastTileTokens;
}

// Whether the queries see all keys, or, if the last segment is their own, all but those behind
// them. Nothing else can be told to the vendor's attention.
std::optional<Attention::Mask> Attention::plainMask() const {
    if (m_plan.shape.window > 0 || m_plan.segments.empty()) return std::nullopt;
    const SegmentEntry& last = m_plan.segments.back();
    const bool isCausal = last.firstToken == 0 && last.keyCount == m_plan.shape.tokens;
    const auto seen = std::span(m_plan.segments).first(m_plan.segments.size() - (isCausal ? 1 : 0));
    const bool areSeen = std::all_of(seen.begin(), seen.end(), [](const SegmentEntry& segment) {
        return segment.firstToken + segment.keyCount <= 1;
    });
    if (!areSeen) return std::nullopt;
    return isCausal ? Mask::causal : Mask::none;
}

// The keys are gathered without gaps.
bool Attention::attendFused(const AttentionCall& call) {
    const AttentionShape& shape = m_plan.shape;
    const std::optional<Mask> mask = plainMask();
    if (!mask || shape.tokens < kLeastFusedTokens) return false;
    std::int64_t keys = 0;
    for (SegmentEntry& segment : m_plan.segments) {
        segment.gatheredRow = keys;
        keys += segment.keyCount;
    }
    if (keys == 0) return false;
    const bool isCausal = *mask == Mask::causal;
    const auto [rows, keyRows, before] = fusedRows(shape.tokens, keys, isCausal);
    const std::int64_t skipped = rowBytes(DataType::bf16, before * shape.heads * shape.headDim);
    const std::int64_t queryBytes = rowBytes(DataType::bf16, rows * shape.heads * shape.headDim);
    const std::int64_t keyBytes = rowBytes(DataType::bf16, keyRows * shape.kvHeads * shape.headDim);
    const std::int64_t sumBytes = rowBytes(DataType::f32, rows * shape.heads);
    auto* queries =
        static_cast<std::byte*>(m_gathered.bytes(2 * queryBytes + 2 * keyBytes + sumBytes));
    std::byte* output = queries + queryBytes;
    std::byte* gatheredKeys = output + queryBytes;
    const TensorView& result = call.partial.output;
    const bool isDirect = rows == shape.tokens && result.type == DataType::bf16;
    FusedAttentionArgs args{shape,
                            queries,
                            gatheredKeys,
                            gatheredKeys + keyBytes,
                            keyRows,
                            isCausal,
                            isDirect ? result.data : output,
                            reinterpret_cast<float*>(gatheredKeys + 2 * keyBytes)};
    args.shape.tokens = rows;
    if (!m_fused.takes(args)) return false;
    gather(call, {queries + skipped, gatheredKeys, gatheredKeys + keyBytes, keyRows, keys, false});
    m_fused.attend(args);
    orderByToken(
        {args.logSumExp + before, rows, shape.tokens, shape.heads, call.partial.logSumExp.floats()},
        m_stream->handle());
    if (isDirect) return true;
    output += skipped;
    if (result.type == DataType::bf16)
        check(cudaMemcpyAsync(result.data, output, static_cast<std::size_t>(result.bytes()),
                              cudaMemcpyDeviceToDevice, m_stream->handle()),
              "attending");
    else
        convert(output, DataType::bf16, result.data, result.type, result.elements(),
                m_stream->handle());
    return true;
}

// Rotated copies of queries and keys. What lies behind `keys` in every head becomes zero.
void Attention::gather(const AttentionCall& call, const Gathered& to) {
    cutPieces(kTileKeys);
    upload();
    const AttentionShape& shape = m_plan.shape;
    const auto pieces = static_cast<std::int32_t>(m_plan.pieces.size());
    rotateQueries({shape, call.queries.data, to.queries}, m_stream->handle());
    gatherKeys({shape, m_plan.segmentsThere, m_plan.piecesThere, pieces, to.padsPieces, to.rows,
                to.keys, to.values},
               m_stream->handle());
    if (to.keyCount == to.rows) return;
    const auto row = static_cast<std::size_t>(rowBytes(DataType::bf16, shape.headDim));
    const std::size_t skipped = static_cast<std::size_t>(to.keyCount) * row;
    for (std::byte* copy : {to.keys, to.values})
        check(cudaMemset2DAsync(copy + skipped, static_cast<std::size_t>(to.rows) * row, 0,
                                static_cast<std::size_t>(to.rows - to.keyCount) * row,
                                static_cast<std::size_t>(shape.kvHeads), m_stream->handle()),
              "attending");
}

void Attention::attendTiles(const AttentionCall& call) {
    const AttentionShape& shape = m_plan.shape;
    std::int64_t rows = 0;
    for (SegmentEntry& segment : m_plan.segments) {
        segment.gatheredRow = rows;
        rows += divideUp(segment.keyCount, kTileKeys) * kTileKeys;
    }
    const std::int64_t queryBytes = rowBytes(DataType::bf16, m_plan.rows() * shape.headDim);
    const std::int64_t keyBytes = rowBytes(DataType::bf16, rows * shape.kvHeads * shape.headDim);
    auto* queries = static_cast<std::byte*>(m_gathered.bytes(queryBytes + 2 * keyBytes));
    std::byte* keys = queries + queryBytes;
    std::byte* values = keys + keyBytes;
    gather(call, {queries, keys, values, rows, rows, true});
    const TensorView& result = call.partial.output;
    tileAttention({shape, queries, keys, values, m_plan.segmentsThere,
                   static_cast<std::int32_t>(m_plan.segments.size()), rows, result.data,
                   result.type, call.partial.logSumExp.floats()},
                  m_stream->handle());
}

// Log-sum-exps by segment are wanted of one row alone: it is attended once more, by pieces.
void Attention::attendLastRow(const AttentionCall& call) {
    const std::int64_t last = call.queries.rows() - 1;
    std::vector<AttentionSegment> segments(call.segments.begin(), call.segments.end());
    for (AttentionSegment& segment : segments) {
        segment.queryStart += static_cast<double>(last);
        segment.queryToken += last;
    }
    AttentionCall row = call;
    row.queries = call.queries.slice(last, last + 1);
    row.segments = segments;
    auto* partial = m_lastRow.values<float>(m_plan.shape.heads * (m_plan.shape.headDim + 1));
    row.partial = {{partial, row.queries.shape, DataType::f32},
                   {partial + m_plan.shape.heads * m_plan.shape.headDim,
                    {1, m_plan.shape.heads},
                    DataType::f32}};
    describe(row);
    attendPieces(row);
}

void Attention::attendPieces(const AttentionCall& call) {
    cutPieces(keysOfPiece());
    upload();
    const auto pieces = static_cast<std::int64_t>(m_plan.pieces.size());
    const std::int64_t rows = m_plan.rows();
    const std::int64_t headDim = m_plan.shape.headDim;
    auto* outputs = m_partials.values<float>(pieces * rows * (headDim + 1));
    float* logSumExps = outputs + pieces * rows * headDim;
    for (const PieceGroup& group : m_plan.groups)
        attendGroup(call, group, outputs + group.first * rows * headDim,
                    logSumExps + group.first * rows);
    MergePiecesArgs merge{outputs,
                          logSumExps,
                          static_cast<std::int32_t>(pieces),
                          rows,
                          headDim,
                          call.partial.output.data,
                          call.partial.output.type,
                          call.partial.logSumExp.floats()};
    if (call.segmentLogSumExp.data) {
        merge.segments = m_plan.segmentsThere;
        merge.segmentCount = static_cast<std::int32_t>(m_plan.segments.size());
        merge.firstRow = rows - m_plan.shape.heads;
        merge.heads = m_plan.shape.heads;
        merge.segmentLogSumExps = call.segmentLogSumExp.floats();
    }
    mergePieces(merge, m_stream->handle());
}

void Attention::attendGroup(const AttentionCall& call, const PieceGroup& group, float* outputs,
                            float* logSumExps) {
    const PieceEntry* pieces = m_plan.piecesThere + group.first;
    const auto count = static_cast<std::int32_t>(group.count);
    if (call.queries.type == DataType::bf16 && rowAttentionTakes(m_plan.shape, group.type))
        rowAttention({m_plan.shape, call.queries.data, m_plan.segmentsThere, pieces, count,
                      group.type, outputs, logSumExps},
                     m_stream->handle());
    else
        splitAttention({m_plan.shape, call.queries.data, call.queries.type, m_plan.segmentsThere,
                        pieces, count, outputs, logSumExps},
                       m_stream->handle());
}

}  // namespace asterism::cuda
