#include "cuda/kernels/row_attention.h"

#include <cmath>

#include "core/base/check.h"
#include "cuda/check.h"
#include "cuda/kernels/key_reader.cuh"
#include "cuda/kernels/matrix_instructions.cuh"
#include "cuda/kernels/overlap.cuh"

namespace asterism::cuda {
namespace {

constexpr int kWarps = 4;
constexpr int kThreads = kWarps * 32;
constexpr int kTileRows = 8;   // of one key head, as many as a matrix instruction takes on its side
constexpr int kWarpKeys = 16;  // keys that a warp handles at once, on the other side
constexpr int kBlockKeys = kWarps * kWarpKeys;
constexpr float kLog2E = 1.4426950408889634F;
constexpr float kLn2 = 0.6931471805599453F;

// Products are made transposed, keys times queries and values times weights: so rows come in
// eights, and few are idle when one token's heads are all there is.
//
// The order of values within a head does not matter to a product over them, as long as queries and
// keys have the same: lane l takes, of either half of the head, the kLaneValues that begin at
// (l % 4) * kLaneValues. So a rotation finds both its values in one lane, and they lie together.
template <int kHeadDim, KvType kType, int kRowTiles>
struct RowAttentionKernel {
    static constexpr bool kIsQ8 = kType == KvType::q8;
    static constexpr int kValueBytes = kIsQ8 ? 1 : 2;
    static constexpr int kHalf = kHeadDim / 2;
    static constexpr int kLaneValues = kHeadDim / 8;  // of either half
    static constexpr int kSteps = kLaneValues / 4;    // matrix steps of either half
    static constexpr int kRowBytes = kHeadDim * kValueBytes;
    static constexpr int kRowParts = kRowBytes / 16;
    static constexpr int kTileBytes = kWarpKeys * kRowBytes;
    static constexpr int kRows = kTileRows * kRowTiles;
    static constexpr int kOutputTiles = kHeadDim / 16;
    static constexpr int kStages = kTileBytes > 2048 ? 2 : 3;
    static constexpr int kRingBytes = kWarps * kStages * 2 * kTileBytes;
    static constexpr int kMergeBytes = kWarps * kRows * (kHeadDim + 2) * 4;
    // The ring, and once it is done with, the warps' sums.
    static constexpr int kSharedBytes = kRingBytes > kMergeBytes ? kRingBytes : kMergeBytes;
    // Bytes of a lane's values that one load brings, of either half.
    static constexpr int kLoadBytes = kLaneValues * kValueBytes < 16 ? 8 : 16;
    static constexpr int kLoadSteps = kLoadBytes / kValueBytes / 4;

    // Rotations by a number of keys, [4, kLaneValues] with room against bank conflicts.
    static constexpr int kTurnRow = kLaneValues + 2;

    // What the warps share, in this order in shared memory.
    struct Shared {
        // The warps' rings of keys and values, and once these are done with, their sums.
        std::uint8_t ring[kSharedBytes];
        uint2 queries[2 * kSteps][kRowTiles][32];  // rotated, as the lanes multiply them
        float2 eight[4 * kTurnRow];                // from a lane's first key to its second
        float2 tile[4 * kTurnRow];                 // from one tile of a warp to the next
        float2 scales[kIsQ8 ? kHeadDim : 1];       // q8: scale and offset of keys
    };
    static constexpr int kAllBytes = static_cast<int>(sizeof(Shared));

    // Named here and not passed around, so that the compiler sees it is shared memory.
    __device__ static Shared& shared() {
        extern __shared__ uint4 memory[];
        return *reinterpret_cast<Shared*>(memory);
    }

    // What a lane keeps over all keys. Of a row tile it has rows 2 (lane % 4) and the next: their
    // tops, the part of their sums that its keys make, and some values of their outputs.
    struct State {
        float2 rotation[kLaneValues];  // of the lane's first key
        float output[kRowTiles][kOutputTiles][4] = {};
        float top[kRowTiles][2];
        float sum[kRowTiles][2] = {};
    };

    // One piece of one segment, as this lane reads it.
    struct Source {
        const std::uint8_t* keys;  // what the lane copies first of the warp's first tile
        const std::uint8_t* values;
        const float* valueScale;  // q8: of the piece's first key
        int keyCount;             // of the piece
        int seenKeys;             // that every row sees: no mask is needed before
        int firstToken;           // of the piece's first key, counted from the queries' start
        int sinkKeys;             // of the piece
        float keyStep;
    };

    const RowAttentionArgs& args;
    const SegmentEntry& segment;
    PieceEntry piece;
    std::int64_t pieceIndex;
    int rowTile;
    int kvHead;
    int warp;
    int lane;

    __device__ int group() const { return args.shape.heads / args.shape.kvHeads; }
    __device__ int tokenOf(int row) const { return (rowTile * kRows + row) / group(); }
    __device__ int headOf(int row) const {
        return kvHead * group() + (rowTile * kRows + row) % group();
    }

    // The 16-byte parts of a row are exchanged by its number, against bank conflicts.
    __device__ static int placeOf(int row, int part) {
        if constexpr (kRowParts >= 16) return row * kRowBytes + (part ^ (row & 7)) * 16;
        if constexpr (kRowParts == 8)
            return row * kRowBytes + (part ^ ((row & 1) << 2 | (row >> 1 & 3))) * 16;
        return row * kRowBytes + (part ^ (row >> 1 & 3)) * 16;
    }

    __device__ std::uint8_t* stageOf(int tile) const {
        return shared().ring + (warp * kStages + tile % kStages) * 2 * kTileBytes;
    }

    static constexpr int limited(std::int64_t count) {
        constexpr std::int64_t kMost = 1 << 30;
        return static_cast<int>(count < -kMost ? -kMost : count > kMost ? kMost : count);
    }

    // The segment's entry is read once: loads from global memory would wait in the loop.
    __device__ Source source() const {
        const std::int64_t row = kvHead * segment.capacity + piece.begin;
        const std::int64_t at =
            (row + warp * kWarpKeys + lane / kRowParts) * kRowBytes + lane % kRowParts * 16;
        Source source;
        source.keys = static_cast<const std::uint8_t*>(segment.keys) + at;
        source.values = static_cast<const std::uint8_t*>(segment.values) + at;
        source.valueScale = kIsQ8 ? segment.valueScale + row : nullptr;
        source.keyCount = piece.end - piece.begin;
        source.firstToken = limited(segment.firstToken + piece.begin);
        source.sinkKeys = limited(segment.sinkKeys - piece.begin);
        const int firstPlace = args.shape.places ? args.shape.firstPlace : tokenOf(0);
        const bool hidesKeys = args.shape.window > 0 || segment.onlyToken >= 0;
        source.seenKeys = hidesKeys ? 0 : firstPlace - source.firstToken + 1;
        source.keyStep = static_cast<float>(segment.keyStep);
        return source;
    }

    __device__ void load(const Source& source, int tile) const {
        constexpr int kPassRows = 32 / kRowParts;
        std::uint8_t* stage = stageOf(tile);
        const std::int64_t skip = static_cast<std::int64_t>(tile) * kBlockKeys * kRowBytes;
        // Beyond the last key the last one is read again; it is masked.
        const int lastRow = source.keyCount - (tile * kBlockKeys + warp * kWarpKeys) - 1;
#pragma unroll
        for (int i = 0; i < kRowParts / 2; ++i) {
            const int row = i * kPassRows + lane / kRowParts;
            const int place = placeOf(row, lane % kRowParts);
            const std::int64_t from = skip + (min(row, lastRow) - lane / kRowParts) * kRowBytes;
            copyAsync(stage + place, source.keys + from);
            copyAsync(stage + kTileBytes + place, source.values + from);
        }
    }

    // Fills what the warps share. Positions are counted from the piece's first key, so that only
    // the queries' angles can be large.
    __device__ void prepare(const Source& source) const {
        for (int i = static_cast<int>(threadIdx.x); i < kHeadDim; i += kThreads) {
            const int pair = i % kHalf;
            const int at = pair / kLaneValues * kTurnRow + pair % kLaneValues;
            const double keys = i < kHalf ? 8 : kBlockKeys;
            (i < kHalf ? shared().eight : shared().tile)[at] =
                rotationAt(keys * segment.keyStep, args.shape.halfTurns[pair], 1.0F);
            if constexpr (kIsQ8)
                shared().scales[i] = {segment.keyScale[kvHead * kHeadDim + i],
                                      segment.keyOffset[kvHead * kHeadDim + i]};
        }
        for (int item = warp; item < kSteps * kRowTiles; item += kWarps)
            prepareQueries(item / kRowTiles, item % kRowTiles);
        __syncthreads();
    }

    __device__ void prepareQueries(int step, int tile) const {
        const int row = tile * kTileRows + lane / 4;
        const int token = tokenOf(row);
        const int value = lane % 4 * kLaneValues + step * 4;
        float2 turned[4] = {};
        if (token < args.shape.tokens) {
            const bf16* from =
                static_cast<const bf16*>(args.queries) +
                (static_cast<std::int64_t>(token) * args.shape.heads + headOf(row)) * kHeadDim +
                value;
            const double position =
                tokenPlace(args.shape, token) - positionOf(segment, piece.begin);
#pragma unroll
            for (int i = 0; i < 4; ++i)
                turned[i] = rotated(
                    {toFloat(from[i]), toFloat(from[kHalf + i])},
                    rotationAt(position, args.shape.halfTurns[value + i], args.shape.magnitude));
        }
        // In the order of a matrix step: values 0 and 1, then 2 and 3.
        shared().queries[2 * step][tile][lane] = {packBf16(turned[0].x, turned[1].x),
                                                  packBf16(turned[2].x, turned[3].x)};
        shared().queries[2 * step + 1][tile][lane] = {packBf16(turned[0].y, turned[1].y),
                                                      packBf16(turned[2].y, turned[3].y)};
    }

    __device__ void start(const Source& source, State& state) const {
        const float position = static_cast<float>(warp * kWarpKeys + lane / 4) * source.keyStep;
#pragma unroll
        for (int i = 0; i < kLaneValues; ++i) {
            const auto halfTurns =
                static_cast<float>(args.shape.halfTurns[lane % 4 * kLaneValues + i]);
            float2 rotation;
            sincospif(position * halfTurns, &rotation.y, &rotation.x);
            state.rotation[i] = {rotation.x * args.shape.magnitude,
                                 rotation.y * args.shape.magnitude};
        }
#pragma unroll
        for (int r = 0; r < kRowTiles; ++r) state.top[r][0] = state.top[r][1] = -INFINITY;
    }

    // kLoadBytes of a key, from `value` of the head.
    struct Words {
        std::uint32_t words[kLoadBytes / 4];
    };
    __device__ static Words readKey(const std::uint8_t* tile, int row, int value) {
        const int at = value * kValueBytes;
        const std::uint8_t* from = tile + placeOf(row, at / 16) + at % 16;
        Words read;
        if constexpr (kLoadBytes == 16) {
            const auto words = *reinterpret_cast<const uint4*>(from);
            read.words[0] = words.x;
            read.words[1] = words.y;
            read.words[2] = words.z;
            read.words[3] = words.w;
        } else {
            const auto words = *reinterpret_cast<const uint2*>(from);
            read.words[0] = words.x;
            read.words[1] = words.y;
        }
        return read;
    }
    // Value i of what was read, which is value `place` of the head.
    __device__ static float valueOf(const Words& read, int i, int place) {
        if constexpr (kIsQ8) {
            const float2 scale = shared().scales[place];
            return byteAsFloat(read.words[i / 4], i % 4) * scale.x + scale.y;
        }
        return i % 2 == 0 ? lowBf16(read.words[i / 2]) : highBf16(read.words[i / 2]);
    }

    __device__ void score(const std::uint8_t* tile, const State& state,
                          float (&scores)[kRowTiles][4]) const {
        const int begin = lane % 4 * kLaneValues;
#pragma unroll
        for (int load = 0; load < kSteps / kLoadSteps; ++load) {
            Words words[2][2];  // by key and half
#pragma unroll
            for (int key = 0; key < 2; ++key)
#pragma unroll
                for (int half = 0; half < 2; ++half)
                    words[key][half] = readKey(tile, key * 8 + lane / 4,
                                               half * kHalf + begin + load * kLoadSteps * 4);
#pragma unroll
            for (int s = 0; s < kLoadSteps; ++s) {
                const int step = load * kLoadSteps + s;
                float2 turned[2][4];
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    const int value = step * 4 + i;
                    const float2 first = state.rotation[value];
                    const float2 second =
                        rotated(first, shared().eight[lane % 4 * kTurnRow + value]);
#pragma unroll
                    for (int key = 0; key < 2; ++key)
                        turned[key][i] =
                            rotated({valueOf(words[key][0], s * 4 + i, begin + value),
                                     valueOf(words[key][1], s * 4 + i, kHalf + begin + value)},
                                    key == 0 ? first : second);
                }
                const std::uint32_t low[4] = {packBf16(turned[0][0].x, turned[0][1].x),
                                              packBf16(turned[1][0].x, turned[1][1].x),
                                              packBf16(turned[0][2].x, turned[0][3].x),
                                              packBf16(turned[1][2].x, turned[1][3].x)};
                const std::uint32_t high[4] = {packBf16(turned[0][0].y, turned[0][1].y),
                                               packBf16(turned[1][0].y, turned[1][1].y),
                                               packBf16(turned[0][2].y, turned[0][3].y),
                                               packBf16(turned[1][2].y, turned[1][3].y)};
#pragma unroll
                for (int r = 0; r < kRowTiles; ++r) {
                    const uint2 lowQueries = shared().queries[2 * step][r][lane];
                    const uint2 highQueries = shared().queries[2 * step + 1][r][lane];
                    multiplyAdd(scores[r], low, lowQueries.x, lowQueries.y);
                    multiplyAdd(scores[r], high, highQueries.x, highQueries.y);
                }
            }
        }
    }

    // Hides what a row must not see. Scores [r][i] belong to key lane / 4 + i / 2 * 8 of the tile
    // and to row 2 (lane % 4) + i % 2 of row tile r.
    __device__ void mask(const Source& source, int firstKey, float (&scores)[kRowTiles][4]) const {
        const int lastToken = static_cast<int>(args.shape.tokens) - 1;
#pragma unroll
        for (int r = 0; r < kRowTiles; ++r)
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                const int key = firstKey + lane / 4 + i / 2 * 8;
                const int token = tokenOf(r * kTileRows + lane % 4 * 2 + i % 2);
                const int distance =
                    tokenPlace(args.shape, min(token, lastToken)) - (source.firstToken + key);
                const bool sees = key < source.keyCount && distance >= 0 &&
                                  (segment.onlyToken < 0 || segment.onlyToken == token) &&
                                  (args.shape.window == 0 || distance < args.shape.window ||
                                   key < source.sinkKeys);
                if (!sees) scores[r][i] = -INFINITY;
            }
    }

    // Turns scores into weights and scales what was summed so far to the new top.
    __device__ void soften(float (&scores)[kRowTiles][4], State& state) const {
        const float factor = args.shape.scale * kLog2E;
#pragma unroll
        for (int r = 0; r < kRowTiles; ++r) {
            bool rises = false;
            float keep[2];
#pragma unroll
            for (int row = 0; row < 2; ++row) {
                float top = fmaxf(scores[r][row], scores[r][row + 2]);
                top = fmaxf(top, __shfl_xor_sync(~0U, top, 4));
                top = fmaxf(top, __shfl_xor_sync(~0U, top, 8));
                top = fmaxf(top, __shfl_xor_sync(~0U, top, 16));
                top = fmaxf(top * factor, state.top[r][row]);
                const float base = top == -INFINITY ? 0.0F : top;
                keep[row] = fastExp2(state.top[r][row] - base);
                rises = rises || top > state.top[r][row];
                state.top[r][row] = top;
                scores[r][row] = fastExp2(scores[r][row] * factor - base);
                scores[r][row + 2] = fastExp2(scores[r][row + 2] * factor - base);
                state.sum[r][row] =
                    state.sum[r][row] * keep[row] + scores[r][row] + scores[r][row + 2];
            }
            if (!__any_sync(~0U, rises)) continue;
#pragma unroll
            for (int t = 0; t < kOutputTiles; ++t)
#pragma unroll
                for (int i = 0; i < 4; ++i) state.output[r][t][i] *= keep[i % 2];
        }
    }

    // Adds the values of the tile's keys by their weights. The scales of bytes go into the weights.
    __device__ void addValues(const std::uint8_t* tile, const float (&scales)[2],
                              const float (&weights)[kRowTiles][4], State& state) const {
        std::uint32_t b[kRowTiles][2];
#pragma unroll
        for (int r = 0; r < kRowTiles; ++r)
#pragma unroll
            for (int key = 0; key < 2; ++key) {
                const float first = weights[r][2 * key];
                const float second = weights[r][2 * key + 1];
                b[r][key] = transposed(kIsQ8 ? packHalf(first * scales[key], second * scales[key])
                                             : packBf16(first, second));
            }
        const int row = lane / 16 * 8 + lane % 8;
#pragma unroll
        for (int pair = 0; pair < kRowParts / 2; ++pair) {
            std::uint32_t a[4];
            loadMatricesTransposed(a, tile + placeOf(row, pair * 2 + lane / 8 % 2));
            if constexpr (!kIsQ8) {
#pragma unroll
                for (int r = 0; r < kRowTiles; ++r)
                    multiplyAdd(state.output[r][pair], a, b[r][0], b[r][1]);
            } else {
                // Bytes were moved as pairs of neighbouring values: of 32 values the even ones
                // make one output tile and the odd ones the next.
                std::uint32_t even[4];
                std::uint32_t odd[4];
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    even[i] = halves(a[i], 0x4240);
                    odd[i] = halves(a[i], 0x4341);
                }
#pragma unroll
                for (int r = 0; r < kRowTiles; ++r) {
                    multiplyAddHalf(state.output[r][2 * pair], even, b[r][0], b[r][1]);
                    multiplyAddHalf(state.output[r][2 * pair + 1], odd, b[r][0], b[r][1]);
                }
            }
        }
    }

    __device__ static std::uint32_t packHalf(float first, float second) {
        const half2 both = __floats2half2_rn(first, second);
        return *reinterpret_cast<const std::uint32_t*>(&both);
    }

    // Two signed bytes as f16: with its top bit flipped a byte is the lowest bits of 1024 + 128.
    __device__ static std::uint32_t halves(std::uint32_t bytes, unsigned selector) {
        const std::uint32_t raised = __byte_perm(bytes ^ 0x80808080U, 0x64646464U, selector);
        const half2 values =
            __hsub2(*reinterpret_cast<const half2*>(&raised), __float2half2_rn(1152.0F));
        return *reinterpret_cast<const std::uint32_t*>(&values);
    }

    // Where value i of an output tile stands in the head.
    __device__ int outputPlace(int tile, int i) const {
        if constexpr (kIsQ8) return tile / 2 * 32 + i / 2 * 16 + lane / 4 * 2 + tile % 2;
        return tile * 16 + i / 2 * 8 + lane / 4;
    }

    // Merges the warps' sums and writes those of real rows.
    __device__ void write(const State& state) const {
        auto* outputs = reinterpret_cast<float*>(shared().ring);
        float* tops = outputs + kWarps * kRows * kHeadDim;
        float* sums = tops + kWarps * kRows;
        waitForCopies<0>();
        __syncthreads();
#pragma unroll
        for (int r = 0; r < kRowTiles; ++r)
#pragma unroll
            for (int half = 0; half < 2; ++half) {
                float sum = state.sum[r][half];
                sum += __shfl_xor_sync(~0U, sum, 4);
                sum += __shfl_xor_sync(~0U, sum, 8);
                sum += __shfl_xor_sync(~0U, sum, 16);
                const int row = warp * kRows + r * kTileRows + lane % 4 * 2 + half;
                tops[row] = state.top[r][half];
                sums[row] = sum;
#pragma unroll
                for (int t = 0; t < kOutputTiles; ++t)
#pragma unroll
                    for (int i = half; i < 4; i += 2)
                        outputs[row * kHeadDim + outputPlace(t, i)] = state.output[r][t][i];
            }
        __syncthreads();
        for (int row = 0; row < kRows; ++row) {
            const int token = tokenOf(row);
            if (token >= args.shape.tokens) return;
            float top = -INFINITY;
            for (int w = 0; w < kWarps; ++w) top = fmaxf(top, tops[w * kRows + row]);
            float factors[kWarps];
            float sum = 0;
            for (int w = 0; w < kWarps; ++w) {
                const float own = tops[w * kRows + row];
                factors[w] = own == -INFINITY ? 0.0F : fastExp2(own - top);
                sum += factors[w] * sums[w * kRows + row];
            }
            const std::int64_t to =
                (pieceIndex * args.shape.tokens + token) * args.shape.heads + headOf(row);
            for (int i = static_cast<int>(threadIdx.x); i < kHeadDim; i += kThreads) {
                float output = 0;
                for (int w = 0; w < kWarps; ++w)
                    output += factors[w] * outputs[(w * kRows + row) * kHeadDim + i];
                args.outputs[to * kHeadDim + i] = sum != 0.0F ? output / sum : 0.0F;
            }
            if (threadIdx.x == 0)
                args.logSumExps[to] = sum != 0.0F ? top * kLn2 + logf(sum) : -INFINITY;
        }
    }

    __device__ void run() const {
        const Source from = source();
        const int tiles = (from.keyCount + kBlockKeys - 1) / kBlockKeys;
        for (int tile = 0; tile < kStages - 1; ++tile) {
            if (tile < tiles) load(from, tile);
            endCopyGroup();
        }
        prepare(from);
        State state;
        start(from, state);
        for (int tile = 0; tile < tiles; ++tile) {
            const int firstKey = tile * kBlockKeys + warp * kWarpKeys;
            float scales[2] = {};
            if constexpr (kIsQ8) {
                scales[0] = __ldg(from.valueScale + min(firstKey + lane / 4, from.keyCount - 1));
                scales[1] =
                    __ldg(from.valueScale + min(firstKey + 8 + lane / 4, from.keyCount - 1));
            }
            waitForCopies<kStages - 2>();
            __syncwarp();
            if (tile + kStages - 1 < tiles) load(from, tile + kStages - 1);
            endCopyGroup();
            const std::uint8_t* stage = stageOf(tile);
            float scores[kRowTiles][4] = {};
            score(stage, state, scores);
            if (firstKey + kWarpKeys > min(from.keyCount, from.seenKeys))
                mask(from, firstKey, scores);
            soften(scores, state);
            addValues(stage + kTileBytes, scales, scores, state);
#pragma unroll
            for (int i = 0; i < kLaneValues; ++i)
                state.rotation[i] =
                    rotated(state.rotation[i], shared().tile[lane % 4 * kTurnRow + i]);
            __syncwarp();
        }
        write(state);
    }
};

template <int kHeadDim, KvType kType, int kRowTiles>
__global__ void __launch_bounds__(kThreads, 3)
    rowAttentionKernel(const __grid_constant__ RowAttentionArgs args) {
    using Kernel = RowAttentionKernel<kHeadDim, kType, kRowTiles>;
    letNextBegin();
    awaitPrevious();
    // Row tiles of one piece and head run side by side and find its keys in the cache.
    const auto rows = static_cast<int>(args.shape.tokens) * (args.shape.heads / args.shape.kvHeads);
    const int rowTiles = (rows + Kernel::kRows - 1) / Kernel::kRows;
    const int item = static_cast<int>(blockIdx.x) / rowTiles;
    PieceEntry piece = args.pieces[item / args.shape.kvHeads];
    const SegmentEntry& segment = args.segments[piece.segment];
    // Pieces may be cut for keys that are still to come.
    piece.end = min(piece.end, segment.keyCount);
    const Kernel kernel{.args = args,
                        .segment = segment,
                        .piece = piece,
                        .pieceIndex = item / args.shape.kvHeads,
                        .rowTile = static_cast<int>(blockIdx.x) % rowTiles,
                        .kvHead = item % args.shape.kvHeads,
                        .warp = static_cast<int>(threadIdx.x) / 32,
                        .lane = static_cast<int>(threadIdx.x) % 32};
    kernel.run();
}

std::int64_t rowsOf(const AttentionShape& shape) {
    return shape.tokens * (shape.heads / shape.kvHeads);
}

// Rows that a block takes: more than a tile of them share the work on the keys.
std::int64_t blockRows(const AttentionShape& shape) {
    return rowsOf(shape) <= kTileRows ? kTileRows : 2 * kTileRows;
}

template <int kHeadDim, KvType kType, int kRowTiles>
void launch(const RowAttentionArgs& args, cudaStream_t stream) {
    constexpr int kBytes = RowAttentionKernel<kHeadDim, kType, kRowTiles>::kAllBytes;
    check(cudaFuncSetAttribute(rowAttentionKernel<kHeadDim, kType, kRowTiles>,
                               cudaFuncAttributeMaxDynamicSharedMemorySize, kBytes),
          "attending");
    const auto blocks = static_cast<unsigned>(args.pieceCount * rowAttentionBlocks(args.shape));
    launchOverlapping(rowAttentionKernel<kHeadDim, kType, kRowTiles>,
                      {dim3(blocks), kThreads, kBytes}, stream, args);
}

template <int kHeadDim, KvType kType>
void launch(const RowAttentionArgs& args, cudaStream_t stream) {
    if (blockRows(args.shape) == kTileRows)
        launch<kHeadDim, kType, 1>(args, stream);
    else
        launch<kHeadDim, kType, 2>(args, stream);
}

template <KvType kType>
void launch(const RowAttentionArgs& args, cudaStream_t stream) {
    if (args.shape.headDim == 64)
        launch<64, kType>(args, stream);
    else
        launch<128, kType>(args, stream);
}

}  // namespace

bool rowAttentionTakes(const AttentionShape& shape, KvType type) {
    return (shape.headDim == 64 || shape.headDim == 128) && 2 * shape.pairs == shape.headDim &&
           type != KvType::f32;
}

std::int64_t rowAttentionBlocks(const AttentionShape& shape) {
    const std::int64_t rows = blockRows(shape);
    return shape.kvHeads * ((rowsOf(shape) + rows - 1) / rows);
}

void rowAttention(const RowAttentionArgs& args, cudaStream_t stream) {
    ASTERISM_CHECK(rowAttentionTakes(args.shape, args.type));
    if (args.type == KvType::q8)
        launch<KvType::q8>(args, stream);
    else
        launch<KvType::bf16>(args, stream);
    checkLaunch("attending");
}

}  // namespace asterism::cuda
