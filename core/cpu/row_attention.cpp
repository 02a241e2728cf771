#include "core/cpu/row_attention.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "core/cpu/sizes.h"

namespace asterism::cpu {

// One worker's memory. Rows are (key head, token, head of the group), heads fastest.
struct RowAttention::Memory {
    std::int64_t groupRows = 0;     // rows of one key head
    std::int64_t rows = 0;          // of all heads
    float* queries = nullptr;       // [rows, headDim], scaled
    float* rotated = nullptr;       // [rows, headDim]
    float* pieceOutputs = nullptr;  // [rows, headDim]
    float* outputs = nullptr;       // [rows, headDim]
    float* pieceMaxima = nullptr;   // [rows], as the next three
    float* pieceSums = nullptr;
    float* maxima = nullptr;
    float* sums = nullptr;
    float* scores = nullptr;     // [groupRows, kRowKeys]
    float* factors = nullptr;    // [groupRows]
    float* byteHeads = nullptr;  // [key heads, ByteHead::floats]

    ByteHead byteHead(const AttentionPlan& plan, std::int64_t head) const {
        const std::int64_t floats = ByteHead::floats(groupRows, plan.headDim);
        return ByteHead::in(byteHeads + head * floats, groupRows, plan.headDim);
    }
};

// The rows of one key head that attend to a piece.
struct RowAttention::Rows {
    std::int64_t first = 0;
    std::int64_t count = 0;
};

RowAttention::RowAttention(ThreadPool& pool, const RowAttentionKernels& kernels,
                           const ByteAttentionKernels* bytes)
    : m_pool(pool), m_kernels(kernels), m_bytes(bytes), m_scratch(index(pool.threads())) {}

bool RowAttention::takes(const AttentionPlan& plan) const {
    const bool fewRows = plan.tokens * plan.group <= kMostRows || !plan.call->rowPlaces.empty();
    return fewRows && plan.headDim % m_kernels.lanes == 0 &&
           plan.rope->pairs() % m_kernels.lanes == 0;
}

std::int64_t RowAttention::wantedShares(const AttentionPlan&) const {
    return m_pool.threads() == 1 ? 1 : 4 * m_pool.threads();
}

bool RowAttention::Angles::areFor(const AttentionPlan& plan) const {
    bool same = rope == plan.rope && std::ssize(tokens) == plan.tokens &&
                places.size() == plan.pieces.size();
    for (std::size_t p = 0; same && p < places.size(); ++p)
        same = places[p] == plan.pieces[p].place;
    for (std::int64_t t = 0; same && t < plan.tokens; ++t)
        same = tokens[index(t)] == plan.placeOf(t);
    return same;
}

void RowAttention::findAngles(const AttentionPlan& plan) {
    if (m_angles.areFor(plan)) return;
    std::swap(m_angles, m_otherAngles);
    if (!m_angles.areFor(plan)) makeAngles(plan);
}

void RowAttention::makeAngles(const AttentionPlan& plan) {
    Angles& made = m_angles;
    made.rope = nullptr;
    made.tokens.clear();
    for (std::int64_t t = 0; t < plan.tokens; ++t) made.tokens.push_back(plan.placeOf(t));
    made.places.clear();
    for (const AttentionPiece& piece : plan.pieces) made.places.push_back(piece.place);
    const std::int64_t pairs = plan.rope->pairs();
    const std::int64_t values = 2 * pairs * plan.tokens;
    const auto pieces = static_cast<std::int64_t>(plan.pieces.size());
    float* angles = made.values.floats(std::max<std::int64_t>(pieces * values, 1));
    constexpr std::int64_t kPiecesOfItem = 16;
    m_pool.parallelFor(ceilDivide(pieces, kPiecesOfItem), [&](std::int64_t item, int) {
        const std::int64_t end = std::min(pieces, (item + 1) * kPiecesOfItem);
        for (std::int64_t p = item * kPiecesOfItem; p < end; ++p) {
            for (std::int64_t t = 0; t < plan.tokens; ++t) {
                float* cosines = angles + p * values + 2 * t * pairs;
                const double place =
                    made.places[index(p)] + static_cast<double>(made.tokens[index(t)]);
                plan.rope->queries(place, 1, cosines, cosines + pairs);
            }
        }
    });
    made.rope = plan.rope;  // only now: there may not be memory enough
}

void RowAttention::attend(AttentionPlan& plan) {
    findAngles(plan);
    m_pool.parallelFor(plan.shares(), [&](std::int64_t share, int worker) {
        runShare(plan, share, makeMemory(plan, worker));
    });
}

RowAttention::Memory RowAttention::makeMemory(const AttentionPlan& plan, int worker) {
    Memory memory;
    memory.groupRows = plan.group * plan.tokens;
    memory.rows = plan.rows();
    const std::int64_t block = roundUp(memory.rows * plan.headDim, 16);
    const std::int64_t column = roundUp(memory.rows, 16);
    const std::int64_t byteFloats = ByteHead::floats(memory.groupRows, plan.headDim);
    float* next = m_scratch[index(worker)].floats(
        4 * block + 5 * column + memory.groupRows * kRowKeys + plan.kvHeads * byteFloats);
    for (float** place :
         {&memory.queries, &memory.rotated, &memory.pieceOutputs, &memory.outputs}) {
        *place = next;
        next += block;
    }
    for (float** place :
         {&memory.pieceMaxima, &memory.pieceSums, &memory.maxima, &memory.sums, &memory.factors}) {
        *place = next;
        next += column;
    }
    memory.scores = next;
    memory.byteHeads = next + memory.groupRows * kRowKeys;
    return memory;
}

void RowAttention::runShare(AttentionPlan& plan, std::int64_t share, const Memory& memory) const {
    const float scale = plan.call->scale * std::numbers::log2e_v<float>;
    const float turnedScale = scale * plan.rope->magnitude() * plan.rope->magnitude();
    const std::int64_t turned = 2 * plan.rope->pairs();
    for (std::int64_t row = 0; row < memory.rows; ++row) {
        const float* from = plan.call->queries.floats() + placeOf(plan, row) * plan.headDim;
        float* to = memory.queries + row * plan.headDim;
        for (std::int64_t i = 0; i < plan.headDim; ++i)
            to[i] = from[i] * (i < turned ? turnedScale : scale);
    }
    std::fill_n(memory.outputs, memory.rows * plan.headDim, 0.0F);
    std::fill_n(memory.maxima, memory.rows, kMasked);
    std::fill_n(memory.sums, memory.rows, 0.0F);
    for (std::size_t p = plan.shareBegin[index(share)]; p < plan.shareBegin[index(share) + 1];
         ++p) {
        const std::int64_t onlyToken = plan.call->segments[plan.pieces[p].segment].onlyRow;
        const Rows rows =
            onlyToken < 0 ? Rows{0, memory.groupRows} : Rows{onlyToken * plan.group, plan.group};
        rotateQueries(plan, p, rows, memory);
        attendPiece(plan, plan.pieces[p], rows, memory);
        mergePiece(plan, p, rows, memory);
    }
    writeShare(plan, share, memory);
}

// Where a row of the memory is among those of the call, (token, head).
std::int64_t RowAttention::placeOf(const AttentionPlan& plan, std::int64_t row) {
    const std::int64_t groupRows = plan.tokens * plan.group;
    const std::int64_t token = row % groupRows / plan.group;
    return token * plan.heads + row / groupRows * plan.group + row % plan.group;
}

void RowAttention::rotateQueries(const AttentionPlan& plan, std::size_t piece, const Rows& rows,
                                 const Memory& memory) const {
    const std::int64_t pairs = plan.rope->pairs();
    const float* angles =
        m_angles.values.data() + static_cast<std::int64_t>(piece) * plan.tokens * 2 * pairs;
    for (std::int64_t head = 0; head < plan.kvHeads; ++head) {
        for (std::int64_t row = rows.first; row < rows.first + rows.count; ++row) {
            const float* cosines = angles + row / plan.group * 2 * pairs;
            const std::int64_t at = (head * memory.groupRows + row) * plan.headDim;
            m_kernels.rotateRow(memory.queries + at, cosines, cosines + pairs, pairs, plan.headDim,
                                memory.rotated + at);
        }
    }
}

void RowAttention::attendPiece(const AttentionPlan& plan, const AttentionPiece& piece,
                               const Rows& rows, const Memory& memory) const {
    for (std::int64_t head = 0; head < plan.kvHeads; ++head) {
        const std::int64_t first = head * memory.groupRows + rows.first;
        std::fill_n(memory.pieceOutputs + first * plan.headDim, rows.count * plan.headDim, 0.0F);
        std::fill_n(memory.pieceMaxima + first, rows.count, kMasked);
        std::fill_n(memory.pieceSums + first, rows.count, 0.0F);
    }
    const std::int64_t window = plan.call->window;
    const std::int64_t oldest =
        window > 0 ? plan.firstPlace + 1 - window - piece.firstToken : std::int64_t{0};
    RowTile tile;
    tile.view = &plan.call->segments[piece.segment].keyValues;
    tile.scores = memory.scores;
    const bool asBytes = m_bytes && ByteAttentionKernels::takes(*tile.view, piece.rotation);
    if (asBytes) prepareBytes(plan, tile, rows, memory);
    for (std::int64_t first = 0; first < piece.keys; first += kRowKeys) {
        tile.first = piece.firstKey + first;
        tile.count = std::min(kRowKeys, piece.keys - first);
        // With a window, only sinks and keys near the query are worth a look.
        if (first + tile.count <= oldest && first >= piece.sinkKeys) continue;
        tile.rotation = piece.rotation;
        tile.rotation.cosines += first * piece.rotation.pairs;
        tile.rotation.sines += first * piece.rotation.pairs;
        if (asBytes) tile.rotation.words += first * 2 * piece.rotation.pairs;
        for (tile.head = 0; tile.head < plan.kvHeads; ++tile.head)
            attendKeys(plan, piece, tile, rows, memory, asBytes);
    }
}

void RowAttention::prepareBytes(const AttentionPlan& plan, RowTile& tile, const Rows& rows,
                                const Memory& memory) const {
    tile.rows = static_cast<int>(rows.count);
    for (tile.head = 0; tile.head < plan.kvHeads; ++tile.head) {
        tile.queries = memory.rotated + (tile.head * memory.groupRows + rows.first) * plan.headDim;
        m_bytes->prepare(tile, memory.byteHead(plan, tile.head));
    }
}

void RowAttention::attendKeys(const AttentionPlan& plan, const AttentionPiece& piece, RowTile& tile,
                              const Rows& rows, const Memory& memory, bool asBytes) const {
    const std::int64_t firstRow = tile.head * memory.groupRows + rows.first;
    tile.rows = static_cast<int>(rows.count);
    tile.queries = memory.rotated + firstRow * plan.headDim;
    if (asBytes)
        m_bytes->score(tile, memory.byteHead(plan, tile.head));
    else
        m_kernels.score(tile);
    for (std::int64_t row = 0; row < rows.count; ++row) {
        float* scores = tile.scores + row * kRowKeys;
        mask(plan, piece, tile, (rows.first + row) / plan.group, scores);
        memory.factors[row] =
            m_kernels.soften(scores, tile.count, memory.pieceMaxima + firstRow + row,
                             memory.pieceSums + firstRow + row);
    }
    RowTile part = tile;
    for (std::int64_t row = 0; row < rows.count; row += kMostRows) {
        part.rows = static_cast<int>(std::min(kMostRows, rows.count - row));
        part.scores = tile.scores + row * kRowKeys;
        part.outputs = memory.pieceOutputs + (firstRow + row) * plan.headDim;
        if (asBytes)
            m_bytes->accumulate(part, memory.factors + row);
        else
            m_kernels.accumulate(part, memory.factors + row);
    }
}

// Hides the keys of a tile that a query token does not see: those later than it and, except for
// the sinks, those out of its window.
void RowAttention::mask(const AttentionPlan& plan, const AttentionPiece& piece, const RowTile& tile,
                        std::int64_t token, float* scores) {
    // Counted from the tile's first key.
    const std::int64_t own = plan.placeOf(token) - piece.firstToken - (tile.first - piece.firstKey);
    const std::int64_t end = std::clamp<std::int64_t>(own + 1, 0, tile.count);
    std::fill(scores + end, scores + tile.count, kMasked);
    if (plan.call->window == 0) return;
    const std::int64_t begin = std::clamp<std::int64_t>(own + 1 - plan.call->window, 0, tile.count);
    const std::int64_t sinks =
        std::clamp<std::int64_t>(piece.sinkKeys - (tile.first - piece.firstKey), 0, begin);
    std::fill(scores + sinks, scores + begin, kMasked);
}

// Adds the state of a piece to that of the share.
void RowAttention::mergePiece(AttentionPlan& plan, std::size_t piece, const Rows& rows,
                              const Memory& memory) const {
    const std::int64_t lastToken = (plan.tokens - 1) * plan.group;
    for (std::int64_t i = 0; i < plan.kvHeads * rows.count; ++i) {
        const std::int64_t kvHead = i / rows.count;
        const std::int64_t inHead = rows.first + i % rows.count;
        const std::int64_t row = kvHead * memory.groupRows + inHead;
        if (plan.wantsPieces() && inHead >= lastToken) {
            const std::int64_t head = kvHead * plan.group + inHead - lastToken;
            plan.pieceLogSumExp[piece * index(plan.heads) + index(head)] =
                naturalLogSumExp(memory.pieceMaxima[row], memory.pieceSums[row]);
        }
        const float top = std::max(memory.maxima[row], memory.pieceMaxima[row]);
        const float before = std::exp2(memory.maxima[row] - top);
        const float added = std::exp2(memory.pieceMaxima[row] - top);
        memory.maxima[row] = top;
        memory.sums[row] = memory.sums[row] * before + memory.pieceSums[row] * added;
        m_kernels.mergeRow(memory.pieceOutputs + row * plan.headDim, added, before, plan.headDim,
                           memory.outputs + row * plan.headDim);
    }
}

void RowAttention::writeShare(const AttentionPlan& plan, std::int64_t share,
                              const Memory& memory) const {
    for (std::int64_t row = 0; row < memory.rows; ++row) {
        const std::int64_t place = share * memory.rows + placeOf(plan, row);
        const float sum = memory.sums[row];
        const float factor = sum == 0 ? 0.0F : 1.0F / sum;  // what is no number stays none
        const float* from = memory.outputs + row * plan.headDim;
        float* to = plan.shareOutputs + place * plan.headDim;
        for (std::int64_t i = 0; i < plan.headDim; ++i) to[i] = from[i] * factor;
        plan.shareLogSumExp[place] = naturalLogSumExp(memory.maxima[row], sum);
    }
}

}  // namespace asterism::cpu
