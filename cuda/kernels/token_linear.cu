#include "cuda/kernels/token_linear.h"

#include <algorithm>

#include "core/base/check.h"
#include "cuda/check.h"
#include "cuda/kernels/activation.cuh"
#include "cuda/kernels/overlap.cuh"
#include "cuda/kernels/row_output.cuh"
#include "cuda/kernels/weight_chunks.cuh"

namespace asterism::cuda {
namespace {

constexpr int kThreads = 384;
constexpr int kWarps = kThreads / 32;
constexpr int kBlocksPerUnit = 2;  // all blocks of a launch run at once
constexpr int kRows = 2;           // that a warp computes together: their products share the input
constexpr int kRun = 16;           // values of the input with a scale of their own
constexpr int kTurn = 16;          // runs whose places are permuted
constexpr float kMostWhole = 127.0F * 256.0F;
constexpr std::int64_t kMostSharedBytes = 96 * 1024;

// The input in shared memory: value = scale * (256 * high + low), both signed bytes.
struct SharedInput {
    uint4* high;
    uint4* low;
    float2* factors;  // of a run: its scale, and the sum of its values
};

__host__ __device__ inline std::int64_t slotsOf(std::int64_t columns) {
    return (columns / kRun + kTurn - 1) / kTurn * kTurn;
}
__host__ inline std::int64_t sharedBytesOf(std::int64_t columns) {
    return slotsOf(columns) * static_cast<std::int64_t>(2 * sizeof(uint4) + sizeof(float2));
}
__device__ SharedInput sharedInput(std::int64_t columns) {
    extern __shared__ uint4 shared[];
    const std::int64_t slots = slotsOf(columns);
    return {shared, shared + slots, reinterpret_cast<float2*>(shared + 2 * slots)};
}

// Where a run stands. Eight lanes that load together take runs of which one of the lowest three
// bits is the same; among such runs the lowest three bits of the slot are all different.
__device__ int slotOf(int run) {
    return (run & ~(kTurn - 1)) | (run & 1) << 3 | (run >> 1 & 4) | ((run ^ run >> 1) & 3);
}

__device__ float maxOrNan(float a, float b) {
    float result;
    asm("max.NaN.f32 %0, %1, %2;" : "=f"(result) : "f"(a), "f"(b));
    return result;
}

__device__ int dot(std::uint32_t unsignedBytes, std::uint32_t signedBytes, int sum) {
    int result;
    asm("dp4a.u32.s32 %0, %1, %2, %3;"
        : "=r"(result)
        : "r"(unsignedBytes), "r"(signedBytes), "r"(sum));
    return result;
}

__device__ void readRun(const bf16* from, float (&values)[kRun]) {
#pragma unroll
    for (int i = 0; i < kRun; i += Run<bf16>::kValues) {
        const Run<bf16> run = loadRun(from + i);
#pragma unroll
        for (int k = 0; k < Run<bf16>::kValues; ++k) values[i + k] = toFloat(run.values[k]);
    }
}

// A value that is not finite makes the scale so, and with it every product.
__device__ void putRun(const float (&values)[kRun], const SharedInput& to, int slot) {
    float largest = 0;
#pragma unroll
    for (int i = 0; i < kRun; ++i) largest = maxOrNan(largest, fabsf(values[i]));
    constexpr float kAsGoodAsZero = 1e-30F;
    const float inverse = largest > kAsGoodAsZero ? kMostWhole / largest : 0.0F;
    // Added to 1.5 * 2^23 a number is rounded to a whole one and stands in the lowest bits; 128
    // more carry into the high byte what a signed low byte lacks.
    constexpr float kRaise = 12582912.0F + 128.0F;
    std::uint32_t high[kRun / 4];
    std::uint32_t low[kRun / 4];
    int highSum = 0;
    int lowSum = 0;
#pragma unroll
    for (int i = 0; i < kRun / 4; ++i) {
        std::uint32_t raised[4];
#pragma unroll
        for (int k = 0; k < 4; ++k)
            raised[k] = __float_as_uint(fmaf(values[4 * i + k], inverse, kRaise));
        const std::uint32_t first = __byte_perm(raised[0], raised[1], 0x5140);
        const std::uint32_t second = __byte_perm(raised[2], raised[3], 0x5140);
        low[i] = __byte_perm(first, second, 0x5410) ^ 0x80808080U;
        high[i] = __byte_perm(first, second, 0x7632);
        highSum = dot(0x01010101U, high[i], highSum);
        lowSum = dot(0x01010101U, low[i], lowSum);
    }
    to.high[slot] = {high[0], high[1], high[2], high[3]};
    to.low[slot] = {low[0], low[1], low[2], low[3]};
    const float scale = largest / kMostWhole;
    to.factors[slot] = {scale, scale * static_cast<float>(256 * highSum + lowSum)};
}

// Every block brings the whole input into its shared memory, normed if it is to be.
__device__ void putInput(const TokenLinearArgs& args, const SharedInput& to) {
    const auto columns = static_cast<int>(args.parts[0].weight.columns);
    const bf16* input = static_cast<const bf16*>(args.input);
    float factor = 1;
    if (args.gain) {
        float squares = 0;
        for (int i = static_cast<int>(threadIdx.x) * kRun; i < columns; i += kThreads * kRun) {
            float values[kRun];
            readRun(input + i, values);
#pragma unroll
            for (int k = 0; k < kRun; ++k) squares += values[k] * values[k];
        }
        const float mean = blockSum(squares) / static_cast<float>(columns);
        factor = 1.0F / sqrtf(mean + args.epsilon);
    }
    for (int run = static_cast<int>(threadIdx.x); run < columns / kRun; run += kThreads) {
        float values[kRun];
        readRun(input + run * kRun, values);
        if (args.gain) {
#pragma unroll
            for (int i = 0; i < kRun; i += 4) {
                const Run<float> gains = loadRun(args.gain + run * kRun + i);
#pragma unroll
                for (int k = 0; k < 4; ++k) values[i + k] *= factor * gains.values[k];
            }
        }
        putRun(values, to, slotOf(run));
    }
    __syncthreads();
}

// The rows that a warp computes together: neighbours of one part, or the same of gate and up.
struct Rows {
    int part;
    int first;
};

__host__ __device__ inline int groupsOf(const RowLinearPart& part) {
    return static_cast<int>((part.weight.rows + kRows - 1) / kRows);
}

template <bool kGated>
__host__ __device__ int allGroups(const TokenLinearArgs& args) {
    if constexpr (kGated) {
        return static_cast<int>(args.parts[0].weight.rows);
    } else {
        int groups = 0;
        for (int i = 0; i < args.partCount; ++i) groups += groupsOf(args.parts[i]);
        return groups;
    }
}

template <bool kGated>
__device__ Rows rowsOf(const TokenLinearArgs& args, int group) {
    if constexpr (kGated) {
        return {0, group};
    } else {
        int part = 0;
        for (; part + 1 < args.partCount && group >= groupsOf(args.parts[part]); ++part)
            group -= groupsOf(args.parts[part]);
        return {part, group * kRows};
    }
}

// Asks for bytes that are loaded later, so that they are in the cache by then.
__device__ void fetch(const std::uint8_t* from, int bytes, int lane) {
    const std::size_t begin = __cvta_generic_to_global(from);
#if __CUDA_ARCH__ >= 900
    if (begin % 16 == 0 && bytes % 16 == 0) {
        if (lane == 0)
            asm volatile("cp.async.bulk.prefetch.L2.global [%0], %1;" ::"l"(begin), "r"(bytes));
        return;
    }
#endif
    constexpr int kLine = 128;
    const std::size_t at = begin + static_cast<std::size_t>(lane * kLine);
    if (lane * kLine < bytes) asm volatile("prefetch.global.L2 [%0];" ::"l"(at));
}

// A warp's place: the group of rows it is at, and the chunk of its first lane.
struct Place {
    int group;
    int begin;
    Rows rows;
};

template <DataType kType, bool kGated>
struct TokenLinearKernel {
    using Chunks = WeightChunks<kType>;
    using Stored = typename Chunks::Stored;
    static constexpr bool kIsWide =
        kType == DataType::q8_0 || kType == DataType::q5_k || kType == DataType::q6_k;
    static constexpr int kTurns = kIsWide ? 1 : 2;  // chunks of a lane in a step
    static constexpr int kStepChunks = 32 * kTurns;
    static constexpr int kBlockChunks =
        static_cast<int>(dataTypeInfo(kType).blockValues) / Chunks::kValues;
    static constexpr int kStepBytes =
        kStepChunks / kBlockChunks * static_cast<int>(dataTypeInfo(kType).blockBytes) * kRows;
    // Steps that are fetched ahead. What all warps of a GPU have under way is a part of its cache.
    static constexpr int kAhead = kStepBytes > 3072 ? 1 : 2;

    const TokenLinearArgs& args;
    SharedInput input;
    int groups;
    int stride;
    int chunks;
    int lane;

    __device__ Place first() const {
        Place place{};
        place.group = static_cast<int>(threadIdx.x / 32 * gridDim.x + blockIdx.x);
        enter(place);
        return place;
    }
    __device__ bool isThere(const Place& place) const { return place.group < groups; }
    __device__ void enter(Place& place) const {
        if (isThere(place)) place.rows = rowsOf<kGated>(args, place.group);
    }
    __device__ void moveOn(Place& place) const {
        place.begin += kStepChunks;
        if (place.begin < chunks) return;
        place.begin = 0;
        place.group += stride;
        enter(place);
    }

    // Of an odd number of rows the last is computed twice.
    __device__ RowPlanes planesOf(const Rows& rows, int r) const {
        if constexpr (kGated) {
            return rowPlanes<kType>(args.parts[r].weight, rows.first);
        } else {
            const WeightView& weight = args.parts[rows.part].weight;
            const int last = static_cast<int>(weight.rows) - 1;
            return rowPlanes<kType>(weight, min(rows.first + r, last));
        }
    }

    // A row from a chunk on that begins a block.
    __device__ static RowPlanes from(const RowPlanes& row, int chunk) {
        constexpr BlockParts kParts = blockParts(kType);
        RowPlanes rest{};
#pragma unroll
        for (int p = 0; p < kParts.count; ++p)
            rest.planes[p] =
                row.planes[p] + chunk / kBlockChunks * static_cast<int>(kParts.parts[p].bytes);
        return rest;
    }

    __device__ void fetchStep(const Place& place) const {
        if (!isThere(place)) return;
        constexpr BlockParts kParts = blockParts(kType);
        const int blocks = min(kStepChunks, chunks - place.begin) / kBlockChunks;
#pragma unroll
        for (int r = 0; r < kRows; ++r) {
            const RowPlanes row = from(planesOf(place.rows, r), place.begin);
#pragma unroll
            for (int p = 0; p < kParts.count; ++p)
                fetch(row.planes[p], blocks * static_cast<int>(kParts.parts[p].bytes), lane);
        }
    }

    // The weights of a step are all on their way before the first is multiplied. What depends on
    // the lane alone is the same in every step: chunks are counted from the step's.
    __device__ void addStep(const Place& place, const RowPlanes (&rows)[kRows],
                            const int (&firstSlots)[2], float (&sums)[kRows]) const {
        Stored stored[kTurns][kRows];
#pragma unroll
        for (int turn = 0; turn < kTurns; ++turn) {
            const int begin = place.begin + 32 * turn;
            if (begin + lane >= chunks) continue;
#pragma unroll
            for (int r = 0; r < kRows; ++r)
                stored[turn][r] = Chunks::load(from(rows[r], begin), lane);
        }
#pragma unroll
        for (int turn = 0; turn < kTurns; ++turn) {
            const int begin = place.begin + 32 * turn;
            if (begin + lane >= chunks) continue;
            const int skipped = begin * Chunks::kValues / kRun;
            const int slots[2] = {firstSlots[0] + skipped, firstSlots[1] + skipped};
            addChunk(stored[turn], slots, sums);
        }
    }

    __device__ void addChunk(const Stored (&stored)[kRows], const int (&slots)[2],
                             float (&sums)[kRows]) const {
        ChunkBytes weights[kRows];
#pragma unroll
        for (int r = 0; r < kRows; ++r) weights[r] = Chunks::bytes(stored[r], lane);
#pragma unroll
        for (int run = 0; run < 2; ++run) {
            const uint4 high = input.high[slots[run]];
            const uint4 low = input.low[slots[run]];
            const float2 factors = input.factors[slots[run]];
#pragma unroll
            for (int r = 0; r < kRows; ++r) {
                int highs = 0;
                int lows = 0;
#pragma unroll
                for (int w = 0; w < 4; ++w) {
                    const std::uint32_t four = word(weights[r].bytes[run], w);
                    highs = dot(four, word(high, w), highs);
                    lows = dot(four, word(low, w), lows);
                }
                const auto whole = static_cast<float>(256 * highs + lows);
                sums[r] += weights[r].scales[run] * (factors.x * whole);
                sums[r] += weights[r].offsets[run] * factors.y;
            }
        }
    }
};

struct KernelArgs {
    TokenLinearArgs linear;
    Activation activation;
};

template <bool kGated>
__device__ void finish(const KernelArgs& args, const Rows& rows, const float (&sums)[kRows],
                       int lane) {
    const float first = warpSum(sums[0]);
    const float second = warpSum(sums[1]);
    if constexpr (kGated) {
        if (lane > 0) return;
        const float gate = args.activation == Activation::silu
                               ? activated<Activation::silu>(first)
                               : activated<Activation::geluTanh>(first);
        writeOutput(args.linear.parts[0], 0, rows.first, gate * second);
    } else {
        const RowLinearPart& part = args.linear.parts[rows.part];
        if (lane < kRows && rows.first + lane < part.weight.rows)
            writeOutput(part, 0, rows.first + lane, lane == 0 ? first : second);
    }
}

// Warps take groups of rows in turns, all blocks before the next warp of each, so that the GPU is
// evenly busy; lanes share the columns. The weights of the first steps are fetched while the work
// ahead on the stream ends, those of the others while earlier ones are computed with.
template <DataType kType, bool kGated>
__global__ void __launch_bounds__(kThreads, kBlocksPerUnit)
    tokenLinearKernel(const __grid_constant__ KernelArgs args) {
    using Kernel = TokenLinearKernel<kType, kGated>;
    letNextBegin();
    const std::int64_t columns = args.linear.parts[0].weight.columns;
    const Kernel kernel{.args = args.linear,
                        .input = sharedInput(columns),
                        .groups = allGroups<kGated>(args.linear),
                        .stride = static_cast<int>(gridDim.x) * kWarps,
                        .chunks = static_cast<int>(columns / Kernel::Chunks::kValues),
                        .lane = static_cast<int>(threadIdx.x) % 32};
    Place place = kernel.first();
    Place ahead = place;
#pragma unroll 1
    for (int step = 0; step < Kernel::kAhead; ++step) {
        kernel.fetchStep(ahead);
        kernel.moveOn(ahead);
    }
    awaitPrevious();
    putInput(args.linear, kernel.input);

    const ChunkPlace runs = Kernel::Chunks::place(kernel.lane);
    const int firstSlots[2] = {slotOf(runs.first / kRun), slotOf(runs.second / kRun)};
    while (kernel.isThere(place)) {
        const Rows rows = place.rows;
        const RowPlanes planes[kRows] = {kernel.planesOf(rows, 0), kernel.planesOf(rows, 1)};
        float sums[kRows] = {};
        do {
            kernel.fetchStep(ahead);
            kernel.moveOn(ahead);
            kernel.addStep(place, planes, firstSlots, sums);
            kernel.moveOn(place);
        } while (place.begin > 0);
        finish<kGated>(args, rows, sums, kernel.lane);
    }
}

template <DataType kType, bool kGated>
void launch(const KernelArgs& args, cudaStream_t stream) {
    const std::int64_t bytes = sharedBytesOf(args.linear.parts[0].weight.columns);
    check(cudaFuncSetAttribute(tokenLinearKernel<kType, kGated>,
                               cudaFuncAttributeMaxDynamicSharedMemorySize,
                               static_cast<int>(kMostSharedBytes)),
          "multiplying by weights");
    const auto blocks = static_cast<unsigned>(std::min<std::int64_t>(
        allGroups<kGated>(args.linear), kBlocksPerUnit * args.linear.multiprocessors));
    launchOverlapping(tokenLinearKernel<kType, kGated>,
                      {dim3(blocks), kThreads, static_cast<std::size_t>(bytes)}, stream, args);
}

}  // namespace

bool tokenLinearTakes(DataType weightType, std::int64_t columns) {
    return dataTypeInfo(weightType).blockValues > 1 && sharedBytesOf(columns) <= kMostSharedBytes;
}

void tokenLinear(const TokenLinearArgs& args, cudaStream_t stream) {
    withQuantizedType(args.parts[0].weight.type, [&]<DataType kType>() {
        launch<kType, false>({args, Activation::silu}, stream);
    });
    checkLaunch("multiplying by weights");
}

void tokenGate(const TokenLinearArgs& args, Activation activation, cudaStream_t stream) {
    ASTERISM_CHECK(args.partCount == 2 && args.parts[0].weight.rows == args.parts[1].weight.rows);
    withQuantizedType(args.parts[0].weight.type, [&]<DataType kType>() {
        launch<kType, true>({args, activation}, stream);
    });
    checkLaunch("gating");
}

}  // namespace asterism::cuda
