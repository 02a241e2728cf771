#include "cuda/kernels/tile_attention.h"

#include <cmath>

#include "core/base/check.h"
#include "cuda/check.h"
#include "cuda/kernels/matrix_instructions.cuh"
#include "cuda/kernels/rotate_kernels.h"
#include "cuda/kernels/values.cuh"

namespace asterism::cuda {
namespace {

constexpr int kWarps = 4;
constexpr int kThreads = kWarps * 32;
constexpr int kStages = 2;
constexpr float kLog2E = 1.4426950408889634F;

// A tile of rows of kHeadDim bf16 values in shared memory. The 16-byte parts of a row are
// exchanged by its number, so that eight rows read at the same place fall into different banks.
template <int kHeadDim>
struct SharedRows {
    static constexpr int kParts = kHeadDim / 8;

    static __device__ bf16* part(bf16* rows, int row, int part) {
        return rows + row * kHeadDim + (part ^ (row & 7)) * 8;
    }
};

// Walks over the tiles of keys that some row of a tile of queries may see.
class TileWalk {
  public:
    __device__ TileWalk(const TileAttentionArgs& args, std::int64_t firstToken,
                        std::int64_t lastToken)
        : m_args(args), m_firstToken(firstToken), m_lastToken(lastToken) {
        enter();
        settle();
    }
    __device__ bool isDone() const { return m_segment >= m_args.segmentCount; }
    __device__ void next() {
        ++m_tile;
        settle();
    }
    // First row of the tile in the gathered keys.
    __device__ std::int64_t row() const { return m_firstRow + begin(); }
    // Of the tile's first key: its token, and how many sinks begin there.
    __device__ std::int64_t token() const { return m_keyToken + begin(); }
    __device__ std::int64_t sinks() const { return m_sinkKeys - begin(); }
    __device__ int keys() const {
        return static_cast<int>(min(static_cast<std::int64_t>(kTileKeys), m_keyCount - begin()));
    }
    // Whether some row must not see some key of the tile.
    __device__ bool needsMask() const {
        return m_args.shape.window > 0 || keys() < kTileKeys ||
               token() + kTileKeys - 1 > m_firstToken;
    }

  private:
    __device__ std::int64_t begin() const { return static_cast<std::int64_t>(m_tile) * kTileKeys; }
    __device__ void enter() {
        if (isDone()) return;
        const SegmentEntry& segment = m_args.segments[m_segment];
        m_tile = 0;
        m_firstRow = segment.gatheredRow;
        m_keyToken = segment.firstToken;
        m_sinkKeys = segment.sinkKeys;
        m_keyCount =
            min(static_cast<std::int64_t>(segment.keyCount), m_lastToken - segment.firstToken + 1);
    }
    // Moves on to the next tile that is seen, from the current one.
    __device__ void settle() {
        while (!isDone()) {
            if (begin() >= m_keyCount) {
                ++m_segment;
                enter();
            } else if (isBehindWindow()) {
                ++m_tile;
            } else {
                return;
            }
        }
    }
    __device__ bool isBehindWindow() const {
        return m_args.shape.window > 0 && sinks() <= 0 &&
               m_firstToken - (token() + kTileKeys - 1) >= m_args.shape.window;
    }

    const TileAttentionArgs& m_args;
    std::int64_t m_firstToken;  // of the queries
    std::int64_t m_lastToken;
    int m_segment = 0;
    int m_tile = 0;
    std::int64_t m_firstRow = 0;
    std::int64_t m_keyToken = 0;
    std::int64_t m_sinkKeys = 0;
    std::int64_t m_keyCount = 0;
};

// kRowTiles tiles of 16 query rows a warp, all of one head.
template <int kHeadDim, int kRowTiles>
struct TileAttentionKernel {
    using Rows = SharedRows<kHeadDim>;
    static constexpr int kQueryRows = kWarps * kRowTiles * 16;
    static constexpr int kKeyTiles = kTileKeys / 8;
    static constexpr int kOutputTiles = kHeadDim / 8;
    static constexpr int kStageValues = kTileKeys * kHeadDim;
    static constexpr std::int64_t kSharedBytes =
        (std::int64_t{kQueryRows} * kHeadDim + 2 * kStages * kStageValues) * 2;

    struct Sums {
        float output[kRowTiles][kOutputTiles][4] = {};
        float top[kRowTiles][2];  // of the scores, in units of scale
        float sum[kRowTiles][2] = {};
    };

    const TileAttentionArgs& args;
    bf16* queries;
    bf16* keys;    // [kStages, kTileKeys, kHeadDim]
    bf16* values;  // [kStages, kTileKeys, kHeadDim]
    int head;
    int kvHead;
    std::int64_t firstToken;
    int warp;
    int lane;

    __device__ std::int64_t tokenOf(int tile, int half) const {
        return firstToken + (warp * kRowTiles + tile) * 16 + half * 8 + lane / 4;
    }

    __device__ void loadQueries() const {
        const bf16* from = static_cast<const bf16*>(args.queries);
        for (int i = static_cast<int>(threadIdx.x); i < kQueryRows * Rows::kParts; i += kThreads) {
            const int row = i / Rows::kParts;
            const int part = i % Rows::kParts;
            const std::int64_t token = min(firstToken + row, args.shape.tokens - 1);
            copyAsync(Rows::part(queries, row, part),
                      from + (token * args.shape.heads + head) * kHeadDim + part * 8);
        }
    }

    __device__ void loadKeys(const TileWalk& walk, int stage) const {
        const std::int64_t at = (kvHead * args.rows + walk.row()) * kHeadDim;
        const bf16* keysFrom = static_cast<const bf16*>(args.keys) + at;
        const bf16* valuesFrom = static_cast<const bf16*>(args.values) + at;
        for (int i = static_cast<int>(threadIdx.x); i < kTileKeys * Rows::kParts; i += kThreads) {
            const int row = i / Rows::kParts;
            const int part = i % Rows::kParts;
            copyAsync(Rows::part(keys + stage * kStageValues, row, part), keysFrom + i * 8);
            copyAsync(Rows::part(values + stage * kStageValues, row, part), valuesFrom + i * 8);
        }
    }

    __device__ void score(int stage, float (&scores)[kRowTiles][kKeyTiles][4]) const {
        bf16* tile = keys + stage * kStageValues;
#pragma unroll
        for (int step = 0; step < kHeadDim / 16; ++step) {
            std::uint32_t a[kRowTiles][4];
#pragma unroll
            for (int r = 0; r < kRowTiles; ++r)
                loadMatrices(a[r], Rows::part(queries, (warp * kRowTiles + r) * 16 + lane % 16,
                                              step * 2 + lane / 16));
#pragma unroll
            for (int pair = 0; pair < kKeyTiles / 2; ++pair) {
                std::uint32_t b[4];
                loadMatrices(b, Rows::part(tile, pair * 16 + lane / 16 * 8 + lane % 8,
                                           step * 2 + lane / 8 % 2));
#pragma unroll
                for (int r = 0; r < kRowTiles; ++r) {
                    multiplyAdd(scores[r][2 * pair], a[r], b[0], b[1]);
                    multiplyAdd(scores[r][2 * pair + 1], a[r], b[2], b[3]);
                }
            }
        }
    }

    __device__ void mask(const TileWalk& walk, float (&scores)[kRowTiles][kKeyTiles][4]) const {
        const int keyCount = walk.keys();
        const auto keyToken = static_cast<int>(walk.token() - firstToken);
        const std::int64_t window = args.shape.window;
        const std::int64_t sinks = walk.sinks();
#pragma unroll
        for (int r = 0; r < kRowTiles; ++r)
#pragma unroll
            for (int t = 0; t < kKeyTiles; ++t)
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    const int key = t * 8 + lane % 4 * 2 + i % 2;
                    const auto row = static_cast<int>(tokenOf(r, i / 2) - firstToken);
                    const int distance = row - (keyToken + key);
                    const bool sees = key < keyCount && distance >= 0 &&
                                      (window == 0 || distance < window || key < sinks);
                    if (!sees) scores[r][t][i] = -INFINITY;
                }
    }

    // Turns scores into weights and scales what was summed so far to the new top.
    __device__ void soften(float (&scores)[kRowTiles][kKeyTiles][4], Sums& sums) const {
        const float factor = args.shape.scale * kLog2E;
#pragma unroll
        for (int r = 0; r < kRowTiles; ++r)
#pragma unroll
            for (int half = 0; half < 2; ++half) {
                float top = sums.top[r][half];
#pragma unroll
                for (int t = 0; t < kKeyTiles; ++t)
                    top = fmaxf(top, fmaxf(scores[r][t][2 * half], scores[r][t][2 * half + 1]));
                top = fmaxf(top, __shfl_xor_sync(~0U, top, 1));
                top = fmaxf(top, __shfl_xor_sync(~0U, top, 2));
                // A row that has seen nothing keeps weights of 0, not of exp(-inf + inf).
                const float base = top == -INFINITY ? 0.0F : top * factor;
                const float keep = fastExp2(sums.top[r][half] * factor - base);
                sums.top[r][half] = top;
                float sum = 0;
#pragma unroll
                for (int t = 0; t < kKeyTiles; ++t)
#pragma unroll
                    for (int i = 0; i < 2; ++i) {
                        float& score = scores[r][t][2 * half + i];
                        score = fastExp2(score * factor - base);
                        sum += score;
                    }
                sums.sum[r][half] = sums.sum[r][half] * keep + sum;
#pragma unroll
                for (int t = 0; t < kOutputTiles; ++t) {
                    sums.output[r][t][2 * half] *= keep;
                    sums.output[r][t][2 * half + 1] *= keep;
                }
            }
    }

    __device__ void addValues(int stage, const float (&weights)[kRowTiles][kKeyTiles][4],
                              Sums& sums) const {
        bf16* tile = values + stage * kStageValues;
#pragma unroll
        for (int step = 0; step < kTileKeys / 16; ++step) {
            std::uint32_t a[kRowTiles][4];
#pragma unroll
            for (int r = 0; r < kRowTiles; ++r)
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    const float* pair = &weights[r][2 * step + i / 2][i % 2 * 2];
                    a[r][i] = packBf16(pair[0], pair[1]);
                }
#pragma unroll
            for (int pair = 0; pair < kOutputTiles / 2; ++pair) {
                std::uint32_t b[4];
                loadMatricesTransposed(
                    b, Rows::part(tile, step * 16 + lane % 16, pair * 2 + lane / 16));
#pragma unroll
                for (int r = 0; r < kRowTiles; ++r) {
                    multiplyAdd(sums.output[r][2 * pair], a[r], b[0], b[1]);
                    multiplyAdd(sums.output[r][2 * pair + 1], a[r], b[2], b[3]);
                }
            }
        }
    }

    __device__ void writePair(std::int64_t at, float first, float second) const {
        if (args.outputType == DataType::f32)
            *reinterpret_cast<float2*>(static_cast<float*>(args.output) + at) = {first, second};
        else
            *reinterpret_cast<std::uint32_t*>(static_cast<bf16*>(args.output) + at) =
                packBf16(first, second);
    }

    __device__ void write(const Sums& sums) const {
#pragma unroll
        for (int r = 0; r < kRowTiles; ++r)
#pragma unroll
            for (int half = 0; half < 2; ++half) {
                float sum = sums.sum[r][half];
                sum += __shfl_xor_sync(~0U, sum, 1);
                sum += __shfl_xor_sync(~0U, sum, 2);
                const std::int64_t token = tokenOf(r, half);
                if (token >= args.shape.tokens) continue;
                const float factor = sum != 0.0F ? 1.0F / sum : 0.0F;
                const std::int64_t row = token * args.shape.heads + head;
                const std::int64_t at = row * kHeadDim + lane % 4 * 2;
#pragma unroll
                for (int t = 0; t < kOutputTiles; ++t)
                    writePair(at + t * 8, sums.output[r][t][2 * half] * factor,
                              sums.output[r][t][2 * half + 1] * factor);
                if (lane % 4 == 0)
                    args.logSumExp[row] = sum != 0.0F
                                              ? sums.top[r][half] * args.shape.scale + __logf(sum)
                                              : -INFINITY;
            }
    }

    __device__ void run() const {
        Sums sums;
#pragma unroll
        for (int r = 0; r < kRowTiles; ++r) sums.top[r][0] = sums.top[r][1] = -INFINITY;
        const std::int64_t lastToken = min(firstToken + kQueryRows, args.shape.tokens) - 1;
        TileWalk walk(args, firstToken, lastToken);
        loadQueries();
        if (!walk.isDone()) loadKeys(walk, 0);
        endCopyGroup();
        for (int stage = 0; !walk.isDone(); stage ^= 1) {
            const TileWalk tile = walk;
            walk.next();
            waitForCopies<0>();
            // The tile is there for all warps, and all are done with the one before.
            __syncthreads();
            if (!walk.isDone()) loadKeys(walk, stage ^ 1);
            endCopyGroup();
            float scores[kRowTiles][kKeyTiles][4] = {};
            score(stage, scores);
            if (tile.needsMask()) mask(tile, scores);
            soften(scores, sums);
            addValues(stage, scores, sums);
        }
        write(sums);
    }
};

template <int kHeadDim, int kRowTiles>
__global__ void __launch_bounds__(kThreads)
    tileAttentionKernel(const __grid_constant__ TileAttentionArgs args) {
    using Kernel = TileAttentionKernel<kHeadDim, kRowTiles>;
    extern __shared__ uint4 shared[];
    auto* memory = reinterpret_cast<bf16*>(shared);
    // The longest tiles of a causal block come first, all heads of a tile together.
    const int head = static_cast<int>(blockIdx.x % static_cast<unsigned>(args.shape.heads));
    const std::int64_t tiles = gridDim.x / static_cast<unsigned>(args.shape.heads);
    const std::int64_t tile = tiles - 1 - blockIdx.x / static_cast<unsigned>(args.shape.heads);
    const Kernel kernel{
        .args = args,
        .queries = memory,
        .keys = memory + Kernel::kQueryRows * kHeadDim,
        .values = memory + Kernel::kQueryRows * kHeadDim + kStages * Kernel::kStageValues,
        .head = head,
        .kvHead = head / (args.shape.heads / args.shape.kvHeads),
        .firstToken = tile * Kernel::kQueryRows,
        .warp = static_cast<int>(threadIdx.x) / 32,
        .lane = static_cast<int>(threadIdx.x) % 32};
    kernel.run();
}

template <int kHeadDim, int kRowTiles>
void launch(const TileAttentionArgs& args, cudaStream_t stream) {
    using Kernel = TileAttentionKernel<kHeadDim, kRowTiles>;
    constexpr int kBytes = static_cast<int>(Kernel::kSharedBytes);
    check(cudaFuncSetAttribute(tileAttentionKernel<kHeadDim, kRowTiles>,
                               cudaFuncAttributeMaxDynamicSharedMemorySize, kBytes),
          "attending");
    const std::int64_t tiles = (args.shape.tokens + Kernel::kQueryRows - 1) / Kernel::kQueryRows;
    const auto blocks = static_cast<unsigned>(tiles * args.shape.heads);
    tileAttentionKernel<kHeadDim, kRowTiles><<<blocks, kThreads, kBytes, stream>>>(args);
}

}  // namespace

std::int64_t tileAttentionSharedBytes(std::int64_t headDim) {
    switch (headDim) {
        case 64:
            return TileAttentionKernel<64, 2>::kSharedBytes;
        case 128:
            return TileAttentionKernel<128, 2>::kSharedBytes;
        case 256:
            return TileAttentionKernel<256, 1>::kSharedBytes;
        default:
            return 0;
    }
}

void tileAttention(const TileAttentionArgs& args, cudaStream_t stream) {
    switch (args.shape.headDim) {
        case 64:
            launch<64, 2>(args, stream);
            break;
        case 128:
            launch<128, 2>(args, stream);
            break;
        case 256:
            launch<256, 1>(args, stream);
            break;
        default:
            ASTERISM_CHECK(!"a head size without a kernel");
    }
    checkLaunch("attending");
}

}  // namespace asterism::cuda
