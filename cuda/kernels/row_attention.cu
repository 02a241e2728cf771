#include "cuda/kernels/row_attention.h"

#include <cmath>

#include "core/base/check.h"
#include "cuda/check.h"
#include "cuda/kernels/key_reader.cuh"
#include "cuda/kernels/matrix_instructions.cuh"

namespace asterism::cuda {
namespace {

constexpr int kWarps = 4;
constexpr int kThreads = kWarps * 32;
constexpr int kRows = 16;      // of one key head, as many as a matrix instruction takes
constexpr int kWarpKeys = 16;  // keys that a warp handles at once
constexpr int kBlockKeys = kWarps * kWarpKeys;
constexpr float kLog2E = 1.4426950408889634F;
constexpr float kLn2 = 0.6931471805599453F;

// The order of values within a head does not matter to a product over them, as long as queries and
// keys have the same: lane l takes, of either half of the head, the kLaneValues that begin at
// (l % 4) * kLaneValues. So a rotation finds both its values in one lane, and they lie together.
template <int kHeadDim, KvType kType>
struct RowAttentionKernel {
    static constexpr bool kIsQ8 = kType == KvType::q8;
    static constexpr int kValueBytes = kIsQ8 ? 1 : 2;
    static constexpr int kHalf = kHeadDim / 2;
    static constexpr int kLaneValues = kHeadDim / 8;  // of either half
    static constexpr int kSteps = kLaneValues / 4;    // matrix steps of either half
    static constexpr int kRowBytes = kHeadDim * kValueBytes;
    static constexpr int kRowParts = kRowBytes / 16;
    static constexpr int kTileBytes = kWarpKeys * kRowBytes;
    static constexpr int kOutputTiles = kHeadDim / 8;
    static constexpr int kStages = kTileBytes > 2048 ? 2 : 3;
    static constexpr int kRingBytes = kWarps * kStages * 2 * kTileBytes;
    static constexpr int kMergeBytes = kWarps * kRows * (kHeadDim + 2) * 4;
    // The ring, and once it is done with, the warps' sums.
    static constexpr int kSharedBytes = kRingBytes > kMergeBytes ? kRingBytes : kMergeBytes;

    // Rotations by a number of keys, [4, kLaneValues] with room against bank conflicts.
    static constexpr int kTurnRow = kLaneValues + 2;

    // What the warps share, in this order in shared memory.
    struct Shared {
        // The warps' rings of keys and values, and once these are done with, their sums.
        std::uint8_t ring[kSharedBytes];
        std::uint32_t queries[2 * kSteps][32][4];  // rotated, as the lanes multiply them
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

    // What a lane keeps over all keys: the angles of its first key, and rows lane / 4 and
    // lane / 4 + 8 of the output.
    struct State {
        float2 rotation[kLaneValues];
        float output[kOutputTiles][4] = {};
        float top[2] = {-INFINITY, -INFINITY};
        float sum[2] = {};
    };

    const RowAttentionArgs& args;
    const SegmentEntry& segment;
    PieceEntry piece;
    std::int64_t pieceIndex;
    std::int64_t rowTile;
    int kvHead;
    int warp;
    int lane;

    __device__ int group() const { return args.shape.heads / args.shape.kvHeads; }
    __device__ std::int64_t rowOf(int half) const { return rowTile * kRows + half * 8 + lane / 4; }
    __device__ std::int64_t tokenOf(int half) const { return rowOf(half) / group(); }
    __device__ std::int64_t headOf(int half) const {
        return kvHead * group() + rowOf(half) % group();
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

    __device__ void load(int tile) const {
        std::uint8_t* stage = stageOf(tile);
        const std::int64_t first = piece.begin + tile * kBlockKeys + warp * kWarpKeys;
        const auto* keys = static_cast<const std::uint8_t*>(segment.keys);
        const auto* values = static_cast<const std::uint8_t*>(segment.values);
#pragma unroll
        for (int i = 0; i < kWarpKeys * kRowParts / 32; ++i) {
            const int row = (i * 32 + lane) / kRowParts;
            const int part = (i * 32 + lane) % kRowParts;
            // Beyond the last key the last one is read again; it is masked.
            const std::int64_t key = min(first + row, static_cast<std::int64_t>(piece.end) - 1);
            const std::int64_t at = (kvHead * segment.capacity + key) * kRowBytes + part * 16;
            copyAsync(stage + placeOf(row, part), keys + at);
            copyAsync(stage + kTileBytes + placeOf(row, part), values + at);
        }
    }

    __device__ float2 rotationOf(double position, int value) const {
        return rotationAt(position, args.shape.halfTurns[lane % 4 * kLaneValues + value],
                          args.shape.magnitude);
    }

    // Fills what the warps share.
    __device__ void prepare() const {
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
        // The warps share the steps of the two halves of the rows.
        for (int item = warp; item < 2 * kSteps; item += kWarps) prepareQueries(item % 2, item / 2);
        __syncthreads();
    }

    __device__ void prepareQueries(int half, int step) const {
        const std::int64_t token = tokenOf(half);
        const bool isRow = token < args.shape.tokens;
        const bf16* from = static_cast<const bf16*>(args.queries) +
                           (token * args.shape.heads + headOf(half)) * kHeadDim +
                           lane % 4 * kLaneValues + step * 4;
        float2 turned[4] = {};
        if (isRow) {
#pragma unroll
            for (int i = 0; i < 4; ++i)
                turned[i] = rotated({toFloat(from[i]), toFloat(from[kHalf + i])},
                                    rotationOf(static_cast<double>(token), step * 4 + i));
        }
        // In the order of a matrix step: values 0 and 1 of both halves of the rows, then 2 and 3.
        shared().queries[2 * step][lane][half] = packBf16(turned[0].x, turned[1].x);
        shared().queries[2 * step][lane][2 + half] = packBf16(turned[2].x, turned[3].x);
        shared().queries[2 * step + 1][lane][half] = packBf16(turned[0].y, turned[1].y);
        shared().queries[2 * step + 1][lane][2 + half] = packBf16(turned[2].y, turned[3].y);
    }

    __device__ void start(State& state) const {
        const std::int64_t key = piece.begin + warp * kWarpKeys + lane / 4;
        const double position = positionOf(segment, key);
#pragma unroll
        for (int i = 0; i < kLaneValues; ++i) state.rotation[i] = rotationOf(position, i);
    }

    // Four neighbouring values of a key, from `value` of either half.
    __device__ void readKey(const std::uint8_t* tile, int row, int value,
                            float (&values)[4]) const {
        const int at = value * kValueBytes;
        const std::uint8_t* from = tile + placeOf(row, at / 16) + at % 16;
        if constexpr (kIsQ8) {
            const auto bytes = *reinterpret_cast<const std::uint32_t*>(from);
#pragma unroll
            for (int i = 0; i < 4; ++i) values[i] = byteAsFloat(bytes, i);
        } else {
            const auto words = *reinterpret_cast<const uint2*>(from);
            values[0] = lowBf16(words.x);
            values[1] = highBf16(words.x);
            values[2] = lowBf16(words.y);
            values[3] = highBf16(words.y);
        }
    }

    __device__ void score(const std::uint8_t* tile, const State& state,
                          float (&scores)[2][4]) const {
        const int begin = lane % 4 * kLaneValues;
#pragma unroll
        for (int step = 0; step < kSteps; ++step) {
            std::uint32_t queries[2][4];
#pragma unroll
            for (int half = 0; half < 2; ++half) {
                const auto words =
                    *reinterpret_cast<const uint4*>(shared().queries[2 * step + half][lane]);
                queries[half][0] = words.x;
                queries[half][1] = words.y;
                queries[half][2] = words.z;
                queries[half][3] = words.w;
            }
#pragma unroll
            for (int key = 0; key < 2; ++key) {
                float first[4];
                float second[4];
                readKey(tile, key * 8 + lane / 4, begin + step * 4, first);
                readKey(tile, key * 8 + lane / 4, kHalf + begin + step * 4, second);
                float2 turned[4];
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    const int value = step * 4 + i;
                    if constexpr (kIsQ8) {
                        const float2 low = shared().scales[begin + value];
                        const float2 high = shared().scales[kHalf + begin + value];
                        first[i] = first[i] * low.x + low.y;
                        second[i] = second[i] * high.x + high.y;
                    }
                    float2 rotation = state.rotation[value];
                    if (key == 1)
                        rotation = rotated(rotation, shared().eight[lane % 4 * kTurnRow + value]);
                    turned[i] = rotated({first[i], second[i]}, rotation);
                }
                multiplyAdd(scores[key], queries[0], packBf16(turned[0].x, turned[1].x),
                            packBf16(turned[2].x, turned[3].x));
                multiplyAdd(scores[key], queries[1], packBf16(turned[0].y, turned[1].y),
                            packBf16(turned[2].y, turned[3].y));
            }
        }
    }

    // Hides what a row must not see. Scores [key][i] belong to key 8 key + 2 (lane % 4) + i % 2 of
    // the tile and to row lane / 4 + i / 2 * 8.
    __device__ void mask(std::int64_t firstKey, float (&scores)[2][4]) const {
#pragma unroll
        for (int key = 0; key < 2; ++key)
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                const std::int64_t index = firstKey + key * 8 + lane % 4 * 2 + i % 2;
                const std::int64_t distance = tokenOf(i / 2) - (segment.firstToken + index);
                const bool sees = index < piece.end && distance >= 0 &&
                                  (args.shape.window == 0 || distance < args.shape.window ||
                                   index < segment.sinkKeys);
                if (!sees) scores[key][i] = -INFINITY;
            }
    }

    __device__ void soften(float (&scores)[2][4], State& state) const {
        const float factor = args.shape.scale * kLog2E;
        bool rises = false;
        float keep[2];
#pragma unroll
        for (int half = 0; half < 2; ++half) {
            float top = fmaxf(fmaxf(scores[0][2 * half], scores[0][2 * half + 1]),
                              fmaxf(scores[1][2 * half], scores[1][2 * half + 1]));
            top = fmaxf(top, __shfl_xor_sync(~0U, top, 1));
            top = fmaxf(top, __shfl_xor_sync(~0U, top, 2));
            top = fmaxf(top * factor, state.top[half]);
            const float base = top == -INFINITY ? 0.0F : top;
            keep[half] = fastExp2(state.top[half] - base);
            rises = rises || top > state.top[half];
            state.top[half] = top;
            float sum = 0;
#pragma unroll
            for (int key = 0; key < 2; ++key)
#pragma unroll
                for (int i = 2 * half; i < 2 * half + 2; ++i) {
                    scores[key][i] = fastExp2(scores[key][i] * factor - base);
                    sum += scores[key][i];
                }
            state.sum[half] = state.sum[half] * keep[half] + sum;
        }
        if (!__any_sync(~0U, rises)) return;
#pragma unroll
        for (int t = 0; t < kOutputTiles; ++t)
#pragma unroll
            for (int i = 0; i < 4; ++i) state.output[t][i] *= keep[i / 2];
    }

    __device__ void addValues(const std::uint8_t* tile, std::int64_t firstKey,
                              float (&weights)[2][4], State& state) const {
        if constexpr (kIsQ8) {
            addByteValues(tile, firstKey, weights, state);
            return;
        }
        const std::uint32_t a[4] = {
            packBf16(weights[0][0], weights[0][1]), packBf16(weights[0][2], weights[0][3]),
            packBf16(weights[1][0], weights[1][1]), packBf16(weights[1][2], weights[1][3])};
#pragma unroll
        for (int pair = 0; pair < kOutputTiles / 2; ++pair) {
            std::uint32_t b[4];
            loadMatricesTransposed(b, tile + placeOf(lane % 16, pair * 2 + lane / 16));
            multiplyAdd(state.output[2 * pair], a, b[0], b[1]);
            multiplyAdd(state.output[2 * pair + 1], a, b[2], b[3]);
        }
    }

    // Bytes are moved as pairs of neighbouring values; of every 16 values the even ones make one
    // output tile and the odd ones the next. The values' scales go into the weights.
    __device__ void addByteValues(const std::uint8_t* tile, std::int64_t firstKey,
                                  float (&weights)[2][4], State& state) const {
        const float* valueScale = segment.valueScale + kvHead * segment.capacity;
        std::uint32_t a[4];
#pragma unroll
        for (int key = 0; key < 2; ++key) {
            const std::int64_t index = firstKey + key * 8 + lane % 4 * 2;
            const std::int64_t last = piece.end - 1;
            const float first = __ldg(valueScale + min(index, last));
            const float second = __ldg(valueScale + min(index + 1, last));
#pragma unroll
            for (int half = 0; half < 2; ++half) {
                const half2 both = __floats2half2_rn(weights[key][2 * half] * first,
                                                     weights[key][2 * half + 1] * second);
                a[2 * key + half] = *reinterpret_cast<const std::uint32_t*>(&both);
            }
        }
#pragma unroll
        for (int pair = 0; pair < kRowParts / 2; ++pair) {
            std::uint32_t b[4];
            loadMatricesTransposed(b, tile + placeOf(lane % 16, pair * 2 + lane / 16));
#pragma unroll
            for (int part = 0; part < 2; ++part) {
                float(&even)[4] = state.output[4 * pair + 2 * part];
                float(&odd)[4] = state.output[4 * pair + 2 * part + 1];
                multiplyAddHalf(even, a, halves(b[2 * part], 0x4240),
                                halves(b[2 * part + 1], 0x4240));
                multiplyAddHalf(odd, a, halves(b[2 * part], 0x4341),
                                halves(b[2 * part + 1], 0x4341));
            }
        }
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
        if constexpr (kIsQ8) return tile / 2 * 16 + lane % 4 * 4 + i % 2 * 2 + tile % 2;
        return tile * 8 + lane % 4 * 2 + i % 2;
    }

    // Merges the warps' sums and writes those of real rows.
    __device__ void write(const State& state) const {
        auto* outputs = reinterpret_cast<float*>(shared().ring);
        float* tops = outputs + kWarps * kRows * kHeadDim;
        float* sums = tops + kWarps * kRows;
        waitForCopies<0>();
        __syncthreads();
#pragma unroll
        for (int half = 0; half < 2; ++half) {
            float sum = state.sum[half];
            sum += __shfl_xor_sync(~0U, sum, 1);
            sum += __shfl_xor_sync(~0U, sum, 2);
            const int row = warp * kRows + half * 8 + lane / 4;
            tops[row] = state.top[half];
            sums[row] = sum;
#pragma unroll
            for (int t = 0; t < kOutputTiles; ++t)
#pragma unroll
                for (int i = 2 * half; i < 2 * half + 2; ++i)
                    outputs[row * kHeadDim + outputPlace(t, i)] = state.output[t][i];
        }
        __syncthreads();
        for (int row = 0; row < kRows; ++row) {
            const std::int64_t index = rowTile * kRows + row;
            const std::int64_t token = index / group();
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
            const std::int64_t to = (pieceIndex * args.shape.tokens + token) * args.shape.heads +
                                    kvHead * group() + index % group();
            for (int i = static_cast<int>(threadIdx.x); i < kHeadDim; i += kThreads) {
                float output = 0;
                for (int w = 0; w < kWarps; ++w)
                    output += factors[w] * outputs[(w * kRows + row) * kHeadDim + i];
                args.outputs[to * kHeadDim + i] = sum > 0 ? output / sum : 0.0F;
            }
            if (threadIdx.x == 0)
                args.logSumExps[to] = sum > 0 ? top * kLn2 + logf(sum) : -INFINITY;
        }
    }

    __device__ void run() const {
        const int tiles = (piece.end - piece.begin + kBlockKeys - 1) / kBlockKeys;
        for (int tile = 0; tile < kStages - 1; ++tile) {
            if (tile < tiles) load(tile);
            endCopyGroup();
        }
        prepare();
        State state;
        start(state);
        // Tokens of the tile's rows, for whether a mask is needed at all.
        const std::int64_t firstToken = rowTile * kRows / group();
        for (int tile = 0; tile < tiles; ++tile) {
            waitForCopies<kStages - 2>();
            __syncwarp();
            if (tile + kStages - 1 < tiles) load(tile + kStages - 1);
            endCopyGroup();
            const std::uint8_t* stage = stageOf(tile);
            const std::int64_t firstKey = piece.begin + tile * kBlockKeys + warp * kWarpKeys;
            float scores[2][4] = {};
            score(stage, state, scores);
            const bool isWhole = firstKey + kWarpKeys <= piece.end &&
                                 segment.firstToken + firstKey + kWarpKeys - 1 <= firstToken;
            if (!isWhole || args.shape.window > 0) mask(firstKey, scores);
            soften(scores, state);
            addValues(stage + kTileBytes, firstKey, scores, state);
#pragma unroll
            for (int i = 0; i < kLaneValues; ++i)
                state.rotation[i] =
                    rotated(state.rotation[i], shared().tile[lane % 4 * kTurnRow + i]);
            __syncwarp();
        }
        write(state);
    }
};

template <int kHeadDim, KvType kType>
__global__ void __launch_bounds__(kThreads, 3)
    rowAttentionKernel(const __grid_constant__ RowAttentionArgs args) {
    using Kernel = RowAttentionKernel<kHeadDim, kType>;
    // Row tiles of one piece and head run side by side and find its keys in the cache.
    const auto rows =
        static_cast<std::int64_t>(args.shape.tokens) * (args.shape.heads / args.shape.kvHeads);
    const std::int64_t rowTiles = (rows + kRows - 1) / kRows;
    const std::int64_t item = blockIdx.x / rowTiles;
    const PieceEntry piece = args.pieces[item / args.shape.kvHeads];
    const SegmentEntry& segment = args.segments[piece.segment];
    const auto kvHead = static_cast<int>(item % args.shape.kvHeads);
    const Kernel kernel{.args = args,
                        .segment = segment,
                        .piece = piece,
                        .pieceIndex = item / args.shape.kvHeads,
                        .rowTile = blockIdx.x % rowTiles,
                        .kvHead = kvHead,
                        .warp = static_cast<int>(threadIdx.x) / 32,
                        .lane = static_cast<int>(threadIdx.x) % 32};
    kernel.run();
}

template <int kHeadDim, KvType kType>
void launch(const RowAttentionArgs& args, cudaStream_t stream) {
    constexpr int kBytes = RowAttentionKernel<kHeadDim, kType>::kAllBytes;
    check(cudaFuncSetAttribute(rowAttentionKernel<kHeadDim, kType>,
                               cudaFuncAttributeMaxDynamicSharedMemorySize, kBytes),
          "attending");
    const auto blocks = static_cast<unsigned>(args.pieceCount * rowAttentionBlocks(args.shape));
    rowAttentionKernel<kHeadDim, kType><<<blocks, kThreads, kBytes, stream>>>(args);
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
    const std::int64_t rows = shape.tokens * (shape.heads / shape.kvHeads);
    return shape.kvHeads * ((rows + kRows - 1) / kRows);
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
