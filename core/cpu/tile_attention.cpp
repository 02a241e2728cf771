#include "core/cpu/tile_attention.h"

#include <algorithm>
#include <iterator>
#include <numbers>

namespace asterism::cpu {
namespace {

// Query values of one tile: its queries and outputs stay in the second-level cache.
constexpr std::int64_t kTileValues = 24576;

std::size_t index(std::int64_t value) {
    return static_cast<std::size_t>(value);
}

std::int64_t roundUp(std::int64_t value, std::int64_t step) {
    return (value + step - 1) / step * step;
}

// Token distances beyond this are all the same to a mask: they exceed any number of query tokens.
std::int32_t clampToken(std::int64_t token) {
    constexpr std::int64_t kFar = 1 << 30;
    return static_cast<std::int32_t>(std::clamp(token, -kFar, kFar));
}

}  // namespace

// One work item and its memory. Rows are (head of the group, token), tokens fastest.
struct TileAttention::Tile {
    std::int64_t share = 0;
    std::int64_t kvHead = 0;
    std::int64_t firstToken = 0;
    std::int64_t tokens = 0;
    std::int64_t rows = 0;
    std::int64_t panels = 0;
    // [panels, headDim, panelRows] each
    float* queries = nullptr;
    float* rotated = nullptr;
    float* pieceOutputs = nullptr;
    float* outputs = nullptr;
    // [panels, panelRows] each
    float* pieceMaxima = nullptr;
    float* pieceSums = nullptr;
    float* maxima = nullptr;
    float* sums = nullptr;
    std::int32_t* rowTokens = nullptr;
    // Memory for one tile of keys, one panel, or one table of angles.
    float* keys = nullptr;
    float* values = nullptr;
    float* scores = nullptr;
    float* factors = nullptr;
    float* cosines = nullptr;  // [pairs, tokens]
    float* sines = nullptr;
    float* laneCosines = nullptr;  // [pairs, panelRows]
    float* laneSines = nullptr;
};

TileAttention::TileAttention(ThreadPool& pool, const AttentionKernels& kernels)
    : m_pool(pool), m_kernels(kernels), m_scratch(index(pool.threads())) {}

std::int64_t TileAttention::tileTokens(const AttentionPlan& plan) const {
    const std::int64_t most =
        std::clamp(kTileValues / plan.headDim / plan.group, std::int64_t{1}, kQueryTile);
    const std::int64_t panel = m_kernels.panelRows;
    return std::min(plan.tokens, most >= panel ? most / panel * panel : most);
}

std::int64_t TileAttention::tileCount(const AttentionPlan& plan) const {
    return (plan.tokens + tileTokens(plan) - 1) / tileTokens(plan);
}

std::int64_t TileAttention::wantedShares(const AttentionPlan& plan) const {
    const std::int64_t items = tileCount(plan) * plan.kvHeads;
    const std::int64_t wanted = m_pool.threads() == 1 ? 1 : 3 * m_pool.threads();
    return (wanted + items - 1) / items;
}

void TileAttention::attend(AttentionPlan& plan) {
    m_pool.parallelFor(plan.shares() * tileCount(plan) * plan.kvHeads,
                       [&](std::int64_t item, int worker) {
                           if (m_kernels.begin) m_kernels.begin();
                           runTile(plan, makeTile(plan, item, worker));
                           if (m_kernels.end) m_kernels.end();
                       });
}

TileAttention::Tile TileAttention::makeTile(const AttentionPlan& plan, std::int64_t item,
                                            int worker) {
    Tile tile;
    // The last query tokens see the most keys: they go first.
    const std::int64_t place = tileCount(plan) - 1 - item / (plan.kvHeads * plan.shares());
    tile.kvHead = item % plan.kvHeads;
    tile.share = item / plan.kvHeads % plan.shares();
    tile.firstToken = place * tileTokens(plan);
    tile.tokens = std::min(tileTokens(plan), plan.tokens - tile.firstToken);
    tile.rows = tile.tokens * plan.group;
    const std::int64_t lanes = m_kernels.panelRows;
    tile.panels = (tile.rows + lanes - 1) / lanes;

    const std::int64_t block = tile.panels * lanes * plan.headDim;
    const std::int64_t column = roundUp(tile.panels * lanes, 16);
    const std::int64_t angles = roundUp(plan.rope->pairs() * tile.tokens, 16);
    const std::int64_t laneAngles = roundUp(plan.rope->pairs() * lanes, 16);
    const std::int64_t sizes[] = {block,
                                  block,
                                  block,
                                  block,
                                  column,
                                  column,
                                  column,
                                  column,
                                  column,
                                  kKeyTile * keyStride(plan.headDim),
                                  kKeyTile * plan.headDim,
                                  kKeyTile * lanes,
                                  roundUp(lanes, 16),
                                  angles,
                                  angles,
                                  laneAngles,
                                  laneAngles};
    float* rowTokens = nullptr;
    float** places[] = {&tile.queries,     &tile.rotated,   &tile.pieceOutputs, &tile.outputs,
                        &tile.pieceMaxima, &tile.pieceSums, &tile.maxima,       &tile.sums,
                        &rowTokens,        &tile.keys,      &tile.values,       &tile.scores,
                        &tile.factors,     &tile.cosines,   &tile.sines,        &tile.laneCosines,
                        &tile.laneSines};
    std::int64_t total = 0;
    for (const std::int64_t size : sizes) total += roundUp(size, 16);
    float* memory = m_scratch[index(worker)].floats(total);
    for (std::size_t i = 0; i < std::size(sizes); ++i) {
        *places[i] = memory;
        memory += roundUp(sizes[i], 16);
    }
    tile.rowTokens = reinterpret_cast<std::int32_t*>(rowTokens);
    return tile;
}

void TileAttention::runTile(AttentionPlan& plan, const Tile& tile) const {
    packQueries(plan, tile);
    const std::int64_t lanes = tile.panels * m_kernels.panelRows;
    std::fill_n(tile.outputs, lanes * plan.headDim, 0.0F);
    std::fill_n(tile.maxima, lanes, kMasked);
    std::fill_n(tile.sums, lanes, 0.0F);
    for (std::size_t p = plan.shareBegin[index(tile.share)];
         p < plan.shareBegin[index(tile.share) + 1]; ++p) {
        attendPiece(plan, tile, plan.pieces[p]);
        if (plan.wantsPieces()) keepPiece(plan, tile, p);
        for (std::int64_t panel = 0; panel < tile.panels; ++panel) {
            const std::int64_t row = panel * m_kernels.panelRows;
            m_kernels.mergePanel(tile.pieceOutputs + row * plan.headDim, tile.pieceMaxima + row,
                                 tile.pieceSums + row, plan.headDim,
                                 tile.outputs + row * plan.headDim, tile.maxima + row,
                                 tile.sums + row);
        }
    }
    writeTile(plan, tile);
}

// Queries as panels, times the scale and the factor that makes softmax base 2.
void TileAttention::packQueries(const AttentionPlan& plan, const Tile& tile) const {
    const std::int64_t lanes = m_kernels.panelRows;
    const float scale = plan.call->scale * std::numbers::log2e_v<float>;
    const float turnedScale = scale * plan.rope->magnitude() * plan.rope->magnitude();
    const std::int64_t turned = 2 * plan.rope->pairs();
    std::fill_n(tile.queries, tile.panels * lanes * plan.headDim, 0.0F);
    for (std::int64_t row = 0; row < tile.panels * lanes; ++row) {
        // Rows that only fill the panel repeat the last token.
        tile.rowTokens[row] = static_cast<std::int32_t>(
            tile.firstToken + (row < tile.rows ? row % tile.tokens : tile.tokens - 1));
        if (row >= tile.rows) continue;
        const std::int64_t head = tile.kvHead * plan.group + row / tile.tokens;
        const float* from =
            plan.call->queries.floats() + (tile.rowTokens[row] * plan.heads + head) * plan.headDim;
        float* to = tile.queries + row / lanes * lanes * plan.headDim + row % lanes;
        for (std::int64_t i = 0; i < plan.headDim; ++i)
            to[i * lanes] = from[i] * (i < turned ? turnedScale : scale);
    }
}

void TileAttention::rotateQueries(const AttentionPlan& plan, const Tile& tile,
                                  const AttentionPiece& piece) const {
    const std::int64_t lanes = m_kernels.panelRows;
    const std::int64_t pairs = plan.rope->pairs();
    plan.rope->queries(piece.place + static_cast<double>(tile.firstToken), tile.tokens,
                       tile.cosines, tile.sines);
    for (std::int64_t panel = 0; panel < tile.panels; ++panel) {
        for (std::int64_t pair = 0; pair < pairs; ++pair) {
            for (std::int64_t lane = 0; lane < lanes; ++lane) {
                const std::int64_t token = tile.rowTokens[panel * lanes + lane] - tile.firstToken;
                tile.laneCosines[pair * lanes + lane] = tile.cosines[pair * tile.tokens + token];
                tile.laneSines[pair * lanes + lane] = tile.sines[pair * tile.tokens + token];
            }
        }
        const std::int64_t begin = panel * lanes * plan.headDim;
        m_kernels.rotatePanel(tile.queries + begin, tile.laneCosines, tile.laneSines, pairs,
                              plan.headDim, tile.rotated + begin);
    }
}

void TileAttention::attendPiece(const AttentionPlan& plan, const Tile& tile,
                                const AttentionPiece& piece) const {
    const std::int64_t lanes = tile.panels * m_kernels.panelRows;
    std::fill_n(tile.pieceOutputs, lanes * plan.headDim, 0.0F);
    std::fill_n(tile.pieceMaxima, lanes, kMasked);
    std::fill_n(tile.pieceSums, lanes, 0.0F);
    const std::int64_t lastToken = tile.firstToken + tile.tokens - 1;
    const std::int64_t keys = std::min(piece.keys, lastToken - piece.firstToken + 1);
    if (keys <= 0) return;
    // With a window, only sinks and keys near the tile are worth a look.
    const std::int64_t window = plan.call->window;
    const std::int64_t oldest =
        window > 0 ? tile.firstToken - window + 1 - piece.firstToken : std::int64_t{0};
    bool rotated = false;
    for (std::int64_t first = 0; first < keys; first += kKeyTile) {
        const std::int64_t count = std::min(kKeyTile, keys - first);
        if (first + count <= oldest && first >= piece.sinkKeys) continue;
        if (!rotated) rotateQueries(plan, tile, piece);
        rotated = true;
        attendKeys(plan, tile, piece, first, count);
    }
}

void TileAttention::attendKeys(const AttentionPlan& plan, const Tile& tile,
                               const AttentionPiece& piece, std::int64_t first,
                               std::int64_t count) const {
    const KeyValueView& view = plan.call->segments[piece.segment].keyValues;
    KeyRotation rotation = piece.rotation;
    rotation.cosines += first * rotation.pairs;
    rotation.sines += first * rotation.pairs;
    m_kernels.loadKeys(view, tile.kvHead, piece.firstKey + first, count, rotation, tile.keys);
    const float* values =
        m_kernels.loadValues(view, tile.kvHead, piece.firstKey + first, count, tile.values);

    const std::int64_t window = plan.call->window;
    const std::int64_t firstToken = piece.firstToken + first;
    const std::int64_t lastToken = firstToken + count - 1;
    const TileMask mask{clampToken(firstToken), clampToken(window), piece.sinkKeys - first};
    for (std::int64_t panel = 0; panel < tile.panels; ++panel) {
        const std::int64_t row = panel * m_kernels.panelRows;
        const std::int64_t block = row * plan.headDim;
        const std::int32_t* rowTokens = tile.rowTokens + row;
        const auto [low, high] = std::minmax_element(rowTokens, rowTokens + m_kernels.panelRows);
        if (firstToken > *high) continue;
        m_kernels.score(tile.keys, count, tile.rotated + block, plan.headDim, tile.scores);
        const bool later = lastToken > *low;
        const bool tooOld = window > 0 && *high - firstToken >= window && count > mask.sinkKeys;
        if (later || tooOld) m_kernels.mask(mask, rowTokens, count, tile.scores);
        m_kernels.soften(count, tile.scores, tile.pieceMaxima + row, tile.pieceSums + row,
                         tile.factors);
        m_kernels.accumulate(tile.scores, values, count, tile.factors, plan.headDim,
                             tile.pieceOutputs + block);
    }
}

// Log-sum-exp of the piece for the call's last query token, if it is in this tile.
void TileAttention::keepPiece(AttentionPlan& plan, const Tile& tile, std::size_t piece) const {
    if (tile.firstToken + tile.tokens != plan.tokens) return;
    for (std::int64_t g = 0; g < plan.group; ++g) {
        const std::int64_t row = g * tile.tokens + tile.tokens - 1;
        const std::size_t head = index(tile.kvHead * plan.group + g);
        plan.pieceLogSumExp[piece * index(plan.heads) + head] =
            naturalLogSumExp(tile.pieceMaxima[row], tile.pieceSums[row]);
    }
}

void TileAttention::writeTile(const AttentionPlan& plan, const Tile& tile) const {
    const std::int64_t lanes = m_kernels.panelRows;
    for (std::int64_t row = 0; row < tile.rows; ++row) {
        const std::int64_t head = tile.kvHead * plan.group + row / tile.tokens;
        const std::int64_t place =
            (tile.share * plan.tokens + tile.rowTokens[row]) * plan.heads + head;
        const float sum = tile.sums[row];
        const float factor = sum > 0 ? 1.0F / sum : 0.0F;
        const float* from = tile.outputs + row / lanes * lanes * plan.headDim + row % lanes;
        float* to = plan.shareOutputs + place * plan.headDim;
        for (std::int64_t i = 0; i < plan.headDim; ++i) to[i] = from[i * lanes] * factor;
        plan.shareLogSumExp[place] = naturalLogSumExp(tile.maxima[row], sum);
    }
}

}  // namespace asterism::cpu
