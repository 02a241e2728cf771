#include "core/cpu/tile_attention.h"

#include <algorithm>
#include <array>
#include <numbers>

#include "core/base/check.h"
#include "core/cpu/sizes.h"

namespace asterism::cpu {
namespace {

constexpr std::int64_t kMostPanelRows = 32;

// Token distances beyond this are all the same to a mask: they exceed any number of query tokens.
std::int32_t clampToken(std::int64_t token) {
    constexpr std::int64_t kFar = 1 << 30;
    return static_cast<std::int32_t>(std::clamp(token, -kFar, kFar));
}

}  // namespace

// What has been seen so far by each row; see AttentionKernels.
struct TileAttention::State {
    float* outputs = nullptr;  // [panels, headDim, panelRows]
    float* maxima = nullptr;   // [panels, panelRows]
    float* sums = nullptr;     // [panels, panelRows]
};

// One work item and its memory. Rows are (head of the group, token), tokens fastest.
struct TileAttention::Tile {
    std::int64_t share = 0;
    std::int64_t kvHead = 0;
    std::int64_t firstToken = 0;
    std::int64_t tokens = 0;
    std::int64_t rows = 0;
    std::int64_t panels = 0;
    State all;
    State piece;  // of one piece, where pieces are told apart
    // [panels, headDim, panelRows] each
    float* queries = nullptr;
    float* rotated = nullptr;
    std::int32_t* rowTokens = nullptr;  // [panels, panelRows]
    // First and last token of each panel, [panels].
    std::int32_t* firstTokens = nullptr;
    std::int32_t* lastTokens = nullptr;
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
    : m_pool(pool), m_kernels(kernels), m_scratch(index(pool.threads())) {
    ASTERISM_CHECK(kernels.panelRows <= kMostPanelRows);
}

std::int64_t TileAttention::tileTokens(const AttentionPlan& plan) const {
    const std::int64_t most =
        std::clamp(m_kernels.tileValues / plan.headDim / plan.group, std::int64_t{1}, kQueryTile);
    const std::int64_t panel = m_kernels.panelRows;
    return std::min(plan.tokens, most >= panel ? most / panel * panel : most);
}

std::int64_t TileAttention::tileCount(const AttentionPlan& plan) const {
    return ceilDivide(plan.tokens, tileTokens(plan));
}

std::int64_t TileAttention::wantedShares(const AttentionPlan& plan) const {
    const std::int64_t items = tileCount(plan) * plan.kvHeads;
    const std::int64_t wanted = m_pool.threads() == 1 ? 1 : 3 * m_pool.threads();
    return ceilDivide(wanted, items);
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
    tile.panels = ceilDivide(tile.rows, lanes);
    giveMemory(plan, m_scratch[index(worker)], tile);
    return tile;
}

void TileAttention::giveMemory(const AttentionPlan& plan, Scratch& scratch, Tile& tile) const {
    const std::int64_t lanes = m_kernels.panelRows;
    const std::int64_t block = tile.panels * lanes * plan.headDim;
    const std::int64_t column = tile.panels * lanes;
    const bool apart = plan.wantsPieces();
    const std::int64_t pairs = plan.rope->pairs();
    float* rowTokens = nullptr;
    float* firstTokens = nullptr;
    float* lastTokens = nullptr;
    struct Part {
        float** place;
        std::int64_t floats;
    };
    const Part parts[] = {{&tile.queries, block},
                          {&tile.rotated, block},
                          {&tile.all.outputs, block},
                          {&tile.all.maxima, column},
                          {&tile.all.sums, column},
                          {&tile.piece.outputs, apart ? block : 0},
                          {&tile.piece.maxima, apart ? column : 0},
                          {&tile.piece.sums, apart ? column : 0},
                          {&rowTokens, column},
                          {&firstTokens, tile.panels},
                          {&lastTokens, tile.panels},
                          {&tile.keys, m_kernels.keyTile * keyStride(plan.headDim)},
                          {&tile.values, m_kernels.keyTile * plan.headDim},
                          {&tile.scores, m_kernels.keyTile * lanes},
                          {&tile.factors, lanes},
                          {&tile.cosines, pairs * tile.tokens},
                          {&tile.sines, pairs * tile.tokens},
                          {&tile.laneCosines, pairs * lanes},
                          {&tile.laneSines, pairs * lanes}};
    std::int64_t total = 0;
    for (const Part& part : parts) total += roundUp(part.floats, 16);
    float* memory = scratch.floats(total);
    for (const Part& part : parts) {
        *part.place = memory;
        memory += roundUp(part.floats, 16);
    }
    tile.rowTokens = reinterpret_cast<std::int32_t*>(rowTokens);
    tile.firstTokens = reinterpret_cast<std::int32_t*>(firstTokens);
    tile.lastTokens = reinterpret_cast<std::int32_t*>(lastTokens);
}

void TileAttention::runTile(AttentionPlan& plan, const Tile& tile) const {
    packQueries(plan, tile);
    clear(plan, tile, tile.all);
    for (std::size_t p = plan.shareBegin[index(tile.share)];
         p < plan.shareBegin[index(tile.share) + 1]; ++p) {
        if (!plan.wantsPieces()) {
            attendPiece(plan, tile, plan.pieces[p], tile.all);
            continue;
        }
        clear(plan, tile, tile.piece);
        attendPiece(plan, tile, plan.pieces[p], tile.piece);
        keepPiece(plan, tile, p);
        for (std::int64_t panel = 0; panel < tile.panels; ++panel) {
            const std::int64_t row = panel * m_kernels.panelRows;
            const std::int64_t block = row * plan.headDim;
            m_kernels.mergePanel(tile.piece.outputs + block, tile.piece.maxima + row,
                                 tile.piece.sums + row, plan.headDim, tile.all.outputs + block,
                                 tile.all.maxima + row, tile.all.sums + row);
        }
    }
    writeTile(plan, tile);
}

// Nothing seen.
void TileAttention::clear(const AttentionPlan& plan, const Tile& tile, const State& state) const {
    const std::int64_t lanes = tile.panels * m_kernels.panelRows;
    std::fill_n(state.outputs, lanes * plan.headDim, 0.0F);
    std::fill_n(state.maxima, lanes, kMasked);
    std::fill_n(state.sums, lanes, 0.0F);
}

// Queries as panels, times the scale and the factor that makes softmax base 2.
void TileAttention::packQueries(const AttentionPlan& plan, const Tile& tile) const {
    const std::int64_t lanes = m_kernels.panelRows;
    const float scale = plan.call->scale * std::numbers::log2e_v<float>;
    const float turnedScale = scale * plan.rope->magnitude() * plan.rope->magnitude();
    const std::int64_t turned = 2 * plan.rope->pairs();
    std::array<const float*, kMostPanelRows> rows{};
    static constexpr float kNothing[kMaxHeadDim] = {};
    for (std::int64_t panel = 0; panel < tile.panels; ++panel) {
        std::int32_t* tokens = tile.rowTokens + panel * lanes;
        for (std::int64_t lane = 0; lane < lanes; ++lane) {
            // Rows that only fill the panel repeat the last token.
            const std::int64_t row = panel * lanes + lane;
            const bool isRow = row < tile.rows;
            tokens[lane] = static_cast<std::int32_t>(tile.firstToken +
                                                     (isRow ? row % tile.tokens : tile.tokens - 1));
            const std::int64_t head = tile.kvHead * plan.group + row / tile.tokens;
            rows[index(lane)] = isRow ? plan.call->queries.floats() +
                                            (tokens[lane] * plan.heads + head) * plan.headDim
                                      : kNothing;
        }
        const auto [first, last] = std::minmax_element(tokens, tokens + lanes);
        tile.firstTokens[panel] = *first;
        tile.lastTokens[panel] = *last;
        float* to = tile.queries + panel * lanes * plan.headDim;
        for (std::int64_t i = 0; i < plan.headDim; ++i, to += lanes) {
            const float factor = i < turned ? turnedScale : scale;
            for (std::int64_t lane = 0; lane < lanes; ++lane)
                to[lane] = rows[index(lane)][i] * factor;
        }
    }
}

// The angles of a panel's rows, from those of the tile's tokens.
void TileAttention::spreadAngles(const Tile& tile, std::int64_t panel, std::int64_t pairs) const {
    const std::int64_t lanes = m_kernels.panelRows;
    const std::int32_t* tokens = tile.rowTokens + panel * lanes;
    // Most panels hold tokens in a row.
    const bool isRun = tokens[lanes - 1] - tokens[0] == lanes - 1 &&
                       tile.lastTokens[panel] - tile.firstTokens[panel] == lanes - 1;
    for (std::int64_t pair = 0; pair < pairs; ++pair) {
        const float* cosines = tile.cosines + pair * tile.tokens;
        const float* sines = tile.sines + pair * tile.tokens;
        float* laneCosines = tile.laneCosines + pair * lanes;
        float* laneSines = tile.laneSines + pair * lanes;
        if (isRun) {
            std::copy_n(cosines + tokens[0] - tile.firstToken, lanes, laneCosines);
            std::copy_n(sines + tokens[0] - tile.firstToken, lanes, laneSines);
            continue;
        }
        for (std::int64_t lane = 0; lane < lanes; ++lane) {
            laneCosines[lane] = cosines[tokens[lane] - tile.firstToken];
            laneSines[lane] = sines[tokens[lane] - tile.firstToken];
        }
    }
}

void TileAttention::rotateQueries(const AttentionPlan& plan, const Tile& tile,
                                  const AttentionPiece& piece) const {
    const std::int64_t lanes = m_kernels.panelRows;
    const std::int64_t pairs = plan.rope->pairs();
    plan.rope->queries(piece.place + static_cast<double>(tile.firstToken), tile.tokens,
                       tile.cosines, tile.sines);
    for (std::int64_t panel = 0; panel < tile.panels; ++panel) {
        spreadAngles(tile, panel, pairs);
        const std::int64_t begin = panel * lanes * plan.headDim;
        m_kernels.rotatePanel(tile.queries + begin, tile.laneCosines, tile.laneSines, pairs,
                              plan.headDim, tile.rotated + begin);
    }
}

void TileAttention::attendPiece(const AttentionPlan& plan, const Tile& tile,
                                const AttentionPiece& piece, const State& state) const {
    const std::int64_t lastToken = tile.firstToken + tile.tokens - 1;
    const std::int64_t keys = std::min(piece.keys, lastToken - piece.firstToken + 1);
    if (keys <= 0) return;
    // With a window, only sinks and keys near the tile are worth a look.
    const std::int64_t window = plan.call->window;
    const std::int64_t oldest =
        window > 0 ? tile.firstToken - window + 1 - piece.firstToken : std::int64_t{0};
    bool rotated = false;
    for (std::int64_t first = 0; first < keys; first += m_kernels.keyTile) {
        const std::int64_t count = std::min(m_kernels.keyTile, keys - first);
        if (first + count <= oldest && first >= piece.sinkKeys) continue;
        if (!rotated) rotateQueries(plan, tile, piece);
        rotated = true;
        attendKeys(plan, tile, piece, {first, count}, state);
    }
}

void TileAttention::attendKeys(const AttentionPlan& plan, const Tile& tile,
                               const AttentionPiece& piece, KeyRange range,
                               const State& state) const {
    const auto [first, count] = range;
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
        const std::int32_t low = tile.firstTokens[panel];
        const std::int32_t high = tile.lastTokens[panel];
        if (firstToken > high) continue;
        const std::int64_t seen = std::min(count, high - firstToken + 1);
        m_kernels.score(tile.keys, seen, tile.rotated + block, plan.headDim, tile.scores);
        const bool later = lastToken > low;
        const bool tooOld = window > 0 && high - firstToken >= window && seen > mask.sinkKeys;
        if (later || tooOld) m_kernels.mask(mask, rowTokens, seen, tile.scores);
        m_kernels.soften(seen, tile.scores, state.maxima + row, state.sums + row, tile.factors);
        m_kernels.accumulate(tile.scores, values, seen, tile.factors, plan.headDim,
                             state.outputs + block);
    }
}

// Log-sum-exp of the piece for the call's last query token, if it is in this tile.
void TileAttention::keepPiece(AttentionPlan& plan, const Tile& tile, std::size_t piece) const {
    if (tile.firstToken + tile.tokens != plan.tokens) return;
    for (std::int64_t g = 0; g < plan.group; ++g) {
        const std::int64_t row = g * tile.tokens + tile.tokens - 1;
        const std::size_t head = index(tile.kvHead * plan.group + g);
        plan.pieceLogSumExp[piece * index(plan.heads) + head] =
            naturalLogSumExp(tile.piece.maxima[row], tile.piece.sums[row]);
    }
}

void TileAttention::writeTile(const AttentionPlan& plan, const Tile& tile) const {
    const std::int64_t lanes = m_kernels.panelRows;
    std::array<float*, kMostPanelRows> rows{};
    std::array<float, kMostPanelRows> factors{};
    for (std::int64_t panel = 0; panel < tile.panels; ++panel) {
        const std::int64_t first = panel * lanes;
        const std::int64_t count = std::min(lanes, tile.rows - first);
        for (std::int64_t lane = 0; lane < count; ++lane) {
            const std::int64_t row = first + lane;
            const std::int64_t head = tile.kvHead * plan.group + row / tile.tokens;
            const std::int64_t place =
                (tile.share * plan.tokens + tile.rowTokens[row]) * plan.heads + head;
            const float sum = tile.all.sums[row];
            factors[index(lane)] = sum == 0 ? 0.0F : 1.0F / sum;  // what is no number stays none
            rows[index(lane)] = plan.shareOutputs + place * plan.headDim;
            plan.shareLogSumExp[place] = naturalLogSumExp(tile.all.maxima[row], sum);
        }
        // Some dimensions at a time, so that both sides of the transposition stay near.
        constexpr std::int64_t kDims = 16;
        for (std::int64_t begin = 0; begin < plan.headDim; begin += kDims) {
            const std::int64_t end = std::min(plan.headDim, begin + kDims);
            const float* from = tile.all.outputs + first * plan.headDim;
            for (std::int64_t lane = 0; lane < count; ++lane)
                for (std::int64_t i = begin; i < end; ++i)
                    rows[index(lane)][i] = from[i * lanes + lane] * factors[index(lane)];
        }
    }
}

}  // namespace asterism::cpu
