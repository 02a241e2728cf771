#include "cuda/kernels/element_kernels.h"

#include <algorithm>

#include "cuda/check.h"
#include "cuda/kernels/activation.cuh"
#include "cuda/kernels/overlap.cuh"
#include "cuda/kernels/values.cuh"

namespace asterism::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kMostBlocks = 8192;  // kernels step over what is left

bool isAligned(const void* pointer) {
    return reinterpret_cast<std::uintptr_t>(pointer) % 16 == 0;
}

int blocksFor(std::int64_t items) {
    return static_cast<int>(
        std::clamp<std::int64_t>((items + kThreads - 1) / kThreads, 1, kMostBlocks));
}

// One block a row, which it reads twice: the second time from the cache.
template <typename Value, bool kAligned>
__global__ void rmsNormKernel(RmsNormArgs args) {
    letNextBegin();
    awaitPrevious();
    constexpr int kRun = kAligned ? Run<Value>::kValues : 1;
    const std::int64_t begin = static_cast<std::int64_t>(blockIdx.x) * args.columns;
    const Value* input = static_cast<const Value*>(args.input) + begin;
    Value* output = static_cast<Value*>(args.output) + begin;
    float squares = 0;
    for (std::int64_t i = threadIdx.x * kRun; i < args.columns; i += blockDim.x * kRun) {
        if constexpr (kAligned) {
            const Run<Value> run = loadRun(input + i);
            for (int k = 0; k < kRun; ++k)
                squares += toFloat(run.values[k]) * toFloat(run.values[k]);
        } else {
            squares += toFloat(input[i]) * toFloat(input[i]);
        }
    }
    const float mean = blockSum(squares) / static_cast<float>(args.columns);
    const float factor = 1.0F / sqrtf(mean + args.epsilon);
    for (std::int64_t i = threadIdx.x * kRun; i < args.columns; i += blockDim.x * kRun) {
        if constexpr (kAligned) {
            Run<Value> run = loadRun(input + i);
            for (int k = 0; k < kRun; ++k)
                run.values[k] =
                    fromFloat<Value>(toFloat(run.values[k]) * factor * args.gain[i + k]);
            storeRun(run, output + i);
        } else {
            output[i] = fromFloat<Value>(toFloat(input[i]) * factor * args.gain[i]);
        }
    }
}

// Rows of at most 256 values (norms of single heads): one warp a row.
template <typename Value>
__global__ void rmsNormShortKernel(RmsNormArgs args) {
    letNextBegin();
    awaitPrevious();
    const std::int64_t row =
        static_cast<std::int64_t>(blockIdx.x) * (blockDim.x / 32) + threadIdx.x / 32;
    if (row >= args.rows) return;
    const Value* input = static_cast<const Value*>(args.input) + row * args.columns;
    Value* output = static_cast<Value*>(args.output) + row * args.columns;
    float squares = 0;
    for (std::int64_t i = threadIdx.x % 32; i < args.columns; i += 32)
        squares += toFloat(input[i]) * toFloat(input[i]);
    const float mean = warpSum(squares) / static_cast<float>(args.columns);
    const float factor = 1.0F / sqrtf(mean + args.epsilon);
    for (std::int64_t i = threadIdx.x % 32; i < args.columns; i += 32)
        output[i] = fromFloat<Value>(toFloat(input[i]) * factor * args.gain[i]);
}

template <typename Value>
void launchRmsNorm(const RmsNormArgs& args, cudaStream_t stream) {
    if (args.columns <= 256) {
        constexpr int kRows = kThreads / 32;
        const auto blocks = static_cast<unsigned>((args.rows + kRows - 1) / kRows);
        launchOverlapping(rmsNormShortKernel<Value>, {dim3(blocks), kThreads}, stream, args);
        return;
    }
    const bool aligned =
        args.columns % Run<Value>::kValues == 0 && isAligned(args.input) && isAligned(args.output);
    const auto blocks = static_cast<unsigned>(args.rows);
    launchOverlapping(aligned ? rmsNormKernel<Value, true> : rmsNormKernel<Value, false>,
                      {dim3(blocks), kThreads}, stream, args);
}

template <typename Apply>
struct RunsArgs {
    std::int64_t count;
    bool aligned;
    Apply apply;
};

template <typename Value, Activation kActivation>
struct ApplyGate {
    const Value* gate;
    const Value* up;
    Value* output;

    __device__ void one(std::int64_t i) const {
        output[i] = fromFloat<Value>(activated<kActivation>(toFloat(gate[i])) * toFloat(up[i]));
    }
    __device__ void run(std::int64_t i) const {
        Run<Value> gates = loadRun(gate + i);
        const Run<Value> ups = loadRun(up + i);
        for (int k = 0; k < Run<Value>::kValues; ++k)
            gates.values[k] = fromFloat<Value>(activated<kActivation>(toFloat(gates.values[k])) *
                                               toFloat(ups.values[k]));
        storeRun(gates, output + i);
    }
};

template <typename Value>
struct ApplyAdd {
    const Value* term;
    Value* sum;

    __device__ void one(std::int64_t i) const {
        sum[i] = fromFloat<Value>(toFloat(sum[i]) + toFloat(term[i]));
    }
    __device__ void run(std::int64_t i) const {
        Run<Value> sums = loadRun(sum + i);
        const Run<Value> terms = loadRun(term + i);
        for (int k = 0; k < Run<Value>::kValues; ++k)
            sums.values[k] = fromFloat<Value>(toFloat(sums.values[k]) + toFloat(terms.values[k]));
        storeRun(sums, sum + i);
    }
};

// Runs are of the wider type, f32: four values.
template <typename From, typename To>
struct ApplyConvert {
    const From* from;
    To* to;

    __device__ void one(std::int64_t i) const { to[i] = fromFloat<To>(toFloat(from[i])); }
    __device__ void run(std::int64_t i) const {
        struct alignas(4 * sizeof(From)) FourFrom {
            From values[4];
        };
        struct alignas(4 * sizeof(To)) FourTo {
            To values[4];
        };
        const FourFrom four = *reinterpret_cast<const FourFrom*>(from + i);
        FourTo result;
        for (int k = 0; k < 4; ++k) result.values[k] = fromFloat<To>(toFloat(four.values[k]));
        *reinterpret_cast<FourTo*>(to + i) = result;
    }
};

// Applies to single values, or to whole runs where all arrays are aligned.
template <typename Value, typename Apply>
__global__ void forRunsKernel(RunsArgs<Apply> args) {
    letNextBegin();
    awaitPrevious();
    constexpr int kRun = Run<Value>::kValues;
    const std::int64_t thread = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    const std::int64_t threads = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    const std::int64_t runs = args.aligned ? args.count / kRun : 0;
    for (std::int64_t run = thread; run < runs; run += threads) args.apply.run(run * kRun);
    for (std::int64_t i = runs * kRun + thread; i < args.count; i += threads) args.apply.one(i);
}

template <typename Value, typename Apply>
void launch(std::int64_t count, bool aligned, const Apply& apply, cudaStream_t stream) {
    const std::int64_t items = aligned ? count / Run<Value>::kValues : count;
    const RunsArgs<Apply> args{count, aligned, apply};
    launchOverlapping(forRunsKernel<Value, Apply>,
                      {dim3(static_cast<unsigned>(blocksFor(items))), kThreads}, stream, args);
}

template <typename Value>
void launchGate(const GateArgs& args, cudaStream_t stream) {
    const auto* gates = static_cast<const Value*>(args.gate);
    const auto* ups = static_cast<const Value*>(args.up);
    auto* output = static_cast<Value*>(args.output);
    const bool aligned = isAligned(gates) && isAligned(ups) && isAligned(output);
    if (args.activation == Activation::silu)
        launch<Value>(args.count, aligned, ApplyGate<Value, Activation::silu>{gates, ups, output},
                      stream);
    else
        launch<Value>(args.count, aligned,
                      ApplyGate<Value, Activation::geluTanh>{gates, ups, output}, stream);
}

template <typename Value>
void launchAdd(const void* term, void* sum, std::int64_t count, cudaStream_t stream) {
    launch<Value>(count, isAligned(term) && isAligned(sum),
                  ApplyAdd<Value>{static_cast<const Value*>(term), static_cast<Value*>(sum)},
                  stream);
}

}  // namespace

void rmsNorm(const RmsNormArgs& args, cudaStream_t stream) {
    if (args.rows == 0) return;
    if (args.type == DataType::f32)
        launchRmsNorm<float>(args, stream);
    else
        launchRmsNorm<bf16>(args, stream);
    checkLaunch("norming rows");
}

void gate(const GateArgs& args, cudaStream_t stream) {
    if (args.count == 0) return;
    if (args.type == DataType::f32)
        launchGate<float>(args, stream);
    else
        launchGate<bf16>(args, stream);
    checkLaunch("gating");
}

void add(const void* term, void* sum, std::int64_t count, DataType type, cudaStream_t stream) {
    if (count == 0) return;
    if (type == DataType::f32)
        launchAdd<float>(term, sum, count, stream);
    else
        launchAdd<bf16>(term, sum, count, stream);
    checkLaunch("adding");
}

void convert(const void* from, DataType fromType, void* to, DataType toType, std::int64_t count,
             cudaStream_t stream) {
    if (count == 0) return;
    const bool aligned = isAligned(from) && isAligned(to);
    if (fromType == DataType::f32 && toType == DataType::bf16)
        launch<float>(
            count, aligned,
            ApplyConvert<float, bf16>{static_cast<const float*>(from), static_cast<bf16*>(to)},
            stream);
    else if (fromType == DataType::bf16 && toType == DataType::f32)
        launch<float>(
            count, aligned,
            ApplyConvert<bf16, float>{static_cast<const bf16*>(from), static_cast<float*>(to)},
            stream);
    else
        ASTERISM_CHECK(!"a conversion that no op asks for");
    checkLaunch("converting");
}

}  // namespace asterism::cuda
