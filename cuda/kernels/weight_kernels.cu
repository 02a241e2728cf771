#include "cuda/kernels/weight_kernels.h"

#include <algorithm>

#include "core/base/check.h"
#include "cuda/check.h"
#include "cuda/kernels/overlap.cuh"
#include "cuda/kernels/row_output.cuh"
#include "cuda/kernels/weight_chunks.cuh"

namespace asterism::cuda {
namespace {

constexpr int kThreads = 128;
constexpr int kMostBlocks = 65535;

struct SplitPlan {
    SplitBlocksArgs args;
    BlockParts parts;
    std::int64_t blockBytes;
    std::int64_t blocksPerRow;
};

// As core's storedRow(), for matrices.
__device__ std::int64_t storedRowOf(const SplitBlocksArgs& args, std::int64_t row) {
    if (args.order == RowOrder::natural) return row;
    const std::int64_t half = args.headDim / 2;
    const std::int64_t within = row % args.headDim;
    return row - within + (within < half ? 2 * within : 2 * (within - half) + 1);
}

// One thread moves two bytes: every part of every type is a multiple of that.
__global__ void splitBlocksKernel(SplitPlan plan) {
    const std::int64_t pairsPerBlock = plan.blockBytes / 2;
    const std::int64_t pairs = plan.args.to.rows * plan.blocksPerRow * pairsPerBlock;
    const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
         i < pairs; i += step) {
        const std::int64_t block = i / pairsPerBlock;
        const std::int64_t offset = i % pairsPerBlock * 2;
        const std::int64_t row = block / plan.blocksPerRow;
        const std::int64_t from =
            storedRowOf(plan.args, row) * plan.blocksPerRow + block % plan.blocksPerRow;
        const auto value = *reinterpret_cast<const std::uint16_t*>(plan.args.stored +
                                                                   from * plan.blockBytes + offset);
        for (int p = 0; p < plan.parts.count; ++p) {
            const BlockPart part = plan.parts.parts[p];
            if (offset < part.offset || offset >= part.offset + part.bytes) continue;
            auto* plane = const_cast<std::uint8_t*>(plan.args.to.planes[p]);
            *reinterpret_cast<std::uint16_t*>(plane + block * part.bytes + offset - part.offset) =
                value;
        }
    }
}

// Writes values that begin at a multiple of their count, as words as wide as that allows.
template <int kCount, typename To>
__device__ void putRun(const float* values, float scale, To* output) {
    constexpr int kBytes = kCount * static_cast<int>(sizeof(To));
    constexpr int kWord = kBytes < 16 ? kBytes : 16;
    constexpr int kValues = kWord / static_cast<int>(sizeof(To));
    struct alignas(kWord) Word {
        To values[kValues];
    };
#pragma unroll
    for (int i = 0; i < kCount; i += kValues) {
        Word word;
#pragma unroll
        for (int k = 0; k < kValues; ++k) word.values[k] = fromFloat<To>(scale * values[i + k]);
        *reinterpret_cast<Word*>(output + i) = word;
    }
}

template <DataType kType, typename To>
__device__ void putChunk(const WeightView& weight, std::int64_t row, int chunk, float scale,
                         To* output) {
    using Chunks = WeightChunks<kType>;
    constexpr int kHalf = Chunks::kValues / 2;
    float values[Chunks::kValues];
    Chunks::read(weight, row, chunk, values);
    const ChunkPlace place = Chunks::place(chunk);
    putRun<kHalf>(values, scale, output + place.first);
    putRun<kHalf>(values + kHalf, scale, output + place.second);
}

template <DataType kType, typename To>
__global__ void dequantizeKernel(WeightView weight, To* output) {
    const std::int64_t chunksPerRow = weight.columns / WeightChunks<kType>::kValues;
    const std::int64_t chunks = weight.rows * chunksPerRow;
    const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
         i < chunks; i += step) {
        const std::int64_t row = i / chunksPerRow;
        putChunk<kType>(weight, row, static_cast<int>(i % chunksPerRow), 1.0F,
                        output + row * weight.columns);
    }
}

template <DataType kType, typename To>
__global__ void embedKernel(EmbedArgs args) {
    const std::int64_t token = blockIdx.x;
    const std::int64_t row = args.tokens[token];
    const auto chunks = static_cast<int>(args.table.columns / WeightChunks<kType>::kValues);
    To* output = static_cast<To*>(args.output) + token * args.table.columns;
    for (int chunk = static_cast<int>(threadIdx.x); chunk < chunks; chunk += kThreads)
        putChunk<kType>(args.table, row, chunk, args.scale, output);
}

// Inputs of a chunk as floats, from 16-byte loads.
template <typename Value, int kCount>
__device__ void readInput(const Value* from, float* values) {
    constexpr int kRun = Run<Value>::kValues;
    if constexpr (kCount % kRun == 0) {
        for (int i = 0; i < kCount; i += kRun) {
            const Run<Value> run = loadRun(from + i);
            for (int k = 0; k < kRun; ++k) values[i + k] = toFloat(run.values[k]);
        }
    } else {
        for (int i = 0; i < kCount; ++i) values[i] = toFloat(from[i]);
    }
}

constexpr int kBlockRows = 2;

__host__ __device__ inline std::int64_t blocksOf(const RowLinearPart& part) {
    return (part.weight.rows + kBlockRows - 1) / kBlockRows;
}

// A block computes kBlockRows outputs of kTokens tokens; its threads share the columns.
template <DataType kType, typename Value, int kTokens>
__global__ void __launch_bounds__(kThreads)
    rowLinearKernel(const __grid_constant__ RowLinearArgs args) {
    using Chunks = WeightChunks<kType>;
    constexpr int kHalf = Chunks::kValues / 2;
    letNextBegin();
    awaitPrevious();
    std::int64_t block = blockIdx.x;
    int index = 0;
    for (; index + 1 < args.partCount && block >= blocksOf(args.parts[index]); ++index)
        block -= blocksOf(args.parts[index]);
    const RowLinearPart& part = args.parts[index];
    const WeightView& weight = part.weight;
    const std::int64_t firstRow = block * kBlockRows;
    const auto chunks = static_cast<int>(weight.columns / Chunks::kValues);
    const Value* input = static_cast<const Value*>(args.input);
    float sums[kTokens][kBlockRows] = {};
    for (int chunk = static_cast<int>(threadIdx.x); chunk < chunks;
         chunk += static_cast<int>(blockDim.x)) {
        float weights[kBlockRows][Chunks::kValues];
#pragma unroll
        for (int r = 0; r < kBlockRows; ++r)
            Chunks::read(weight, min(firstRow + r, weight.rows - 1), chunk, weights[r]);
        const ChunkPlace place = Chunks::place(chunk);
#pragma unroll
        for (int t = 0; t < kTokens; ++t) {
            if (t >= args.tokens) break;
            float values[Chunks::kValues];
            const Value* row = input + t * weight.columns;
            readInput<Value, kHalf>(row + place.first, values);
            readInput<Value, kHalf>(row + place.second, values + kHalf);
#pragma unroll
            for (int r = 0; r < kBlockRows; ++r)
#pragma unroll
                for (int i = 0; i < Chunks::kValues; ++i) sums[t][r] += weights[r][i] * values[i];
        }
    }
    __shared__ float shared[kThreads / 32][kTokens][kBlockRows];
#pragma unroll
    for (int t = 0; t < kTokens; ++t)
#pragma unroll
        for (int r = 0; r < kBlockRows; ++r) {
            const float sum = warpSum(sums[t][r]);
            if (threadIdx.x % 32 == 0) shared[threadIdx.x / 32][t][r] = sum;
        }
    __syncthreads();
    const int t = static_cast<int>(threadIdx.x) / kBlockRows;
    const int r = static_cast<int>(threadIdx.x) % kBlockRows;
    if (t >= args.tokens || t >= kTokens || firstRow + r >= weight.rows) return;
    float sum = 0;
    for (unsigned warp = 0; warp < blockDim.x / 32; ++warp) sum += shared[warp][t][r];
    writeOutput(part, t, firstRow + r, sum);
}

template <DataType kType, typename Value, int kTokens>
void launchRowLinear(const RowLinearArgs& args, cudaStream_t stream) {
    std::int64_t blocks = 0;
    for (int i = 0; i < args.partCount; ++i) blocks += blocksOf(args.parts[i]);
    const std::int64_t chunks = args.parts[0].weight.columns / WeightChunks<kType>::kValues;
    const auto warps =
        static_cast<unsigned>(std::clamp<std::int64_t>((chunks + 31) / 32, 1, kThreads / 32));
    launchOverlapping(rowLinearKernel<kType, Value, kTokens>,
                      {dim3(static_cast<unsigned>(blocks)), warps * 32}, stream, args);
}

template <DataType kType, typename Value>
void launchRowLinear(const RowLinearArgs& args, cudaStream_t stream) {
    if (args.tokens == 1)
        launchRowLinear<kType, Value, 1>(args, stream);
    else if (args.tokens <= 4)
        launchRowLinear<kType, Value, 4>(args, stream);
    else
        launchRowLinear<kType, Value, kRowLinearTokens>(args, stream);
}

unsigned blocksFor(std::int64_t items) {
    return static_cast<unsigned>(
        std::clamp<std::int64_t>((items + kThreads - 1) / kThreads, 1, kMostBlocks));
}

}  // namespace

void splitBlocks(const SplitBlocksArgs& args, cudaStream_t stream) {
    const DataTypeInfo info = dataTypeInfo(args.to.type);
    const SplitPlan plan{args, blockParts(args.to.type), info.blockBytes,
                         args.to.columns / info.blockValues};
    const std::int64_t pairs = args.to.rows * plan.blocksPerRow * info.blockBytes / 2;
    splitBlocksKernel<<<blocksFor(pairs), kThreads, 0, stream>>>(plan);
    checkLaunch("ordering weights");
}

void dequantize(const WeightView& weight, void* to, DataType toType, cudaStream_t stream) {
    withWeightType(weight.type, [&]<DataType kType>() {
        const unsigned blocks =
            blocksFor(weight.rows * weight.columns / WeightChunks<kType>::kValues);
        if (toType == DataType::f32)
            dequantizeKernel<kType, float>
                <<<blocks, kThreads, 0, stream>>>(weight, static_cast<float*>(to));
        else
            dequantizeKernel<kType, bf16>
                <<<blocks, kThreads, 0, stream>>>(weight, static_cast<bf16*>(to));
    });
    checkLaunch("dequantising weights");
}

void embed(const EmbedArgs& args, cudaStream_t stream) {
    if (args.count == 0) return;
    withWeightType(args.table.type, [&]<DataType kType>() {
        const auto blocks = static_cast<unsigned>(args.count);
        if (args.type == DataType::f32)
            embedKernel<kType, float><<<blocks, kThreads, 0, stream>>>(args);
        else
            embedKernel<kType, bf16><<<blocks, kThreads, 0, stream>>>(args);
    });
    checkLaunch("embedding tokens");
}

void rowLinear(const RowLinearArgs& args, cudaStream_t stream) {
    withWeightType(args.parts[0].weight.type, [&]<DataType kType>() {
        if (args.inputType == DataType::f32)
            launchRowLinear<kType, float>(args, stream);
        else
            launchRowLinear<kType, bf16>(args, stream);
    });
    checkLaunch("multiplying by weights");
}

}  // namespace asterism::cuda
