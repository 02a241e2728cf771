#include "cuda/kernels/store_kernels.h"

#include <algorithm>

#include "cuda/check.h"
#include "cuda/kernels/overlap.cuh"
#include "cuda/kernels/values.cuh"

namespace asterism::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kRun = 8;  // values that one thread moves; head sizes are multiples of it
constexpr std::int64_t kRangeTokens = 64;  // tokens of which one block finds the key ranges
constexpr int kMostBlocks = 16384;

template <typename Value>
__device__ void readRun(const void* from, std::int64_t at, float (&values)[kRun]) {
    const Value* begin = static_cast<const Value*>(from) + at;
    for (int i = 0; i < kRun; i += Run<Value>::kValues) {
        const Run<Value> run = loadRun(begin + i);
        for (int k = 0; k < Run<Value>::kValues; ++k) values[i + k] = toFloat(run.values[k]);
    }
}

template <typename Value>
__device__ void writeRun(const float (&values)[kRun], void* to, std::int64_t at) {
    Value* begin = static_cast<Value*>(to) + at;
    for (int i = 0; i < kRun; i += Run<Value>::kValues) {
        Run<Value> run;
        for (int k = 0; k < Run<Value>::kValues; ++k)
            run.values[k] = fromFloat<Value>(values[i + k]);
        storeRun(run, begin + i);
    }
}

// Where a run of kRun values stands in the source and in the stored keys and values.
struct Place {
    std::int64_t from, to, channel, scale;
};

__device__ Place placeOf(const StoreArgs& args, std::int64_t run) {
    const std::int64_t runs = args.to.headDim / kRun;
    const std::int64_t channel = run % runs * kRun;
    const std::int64_t head = run / runs % args.to.kvHeads;
    const std::int64_t token = run / runs / args.to.kvHeads;
    const std::int64_t since = args.storedSince ? *args.storedSince : 0;
    const std::int64_t row = head * args.to.capacity + args.first + since + token;
    return {run * kRun, row * args.to.headDim + channel, head * args.to.headDim + channel, row};
}

template <typename From, typename To>
__global__ void storePlainKernel(StoreArgs args) {
    letNextBegin();
    awaitPrevious();
    const std::int64_t runs = args.tokens * args.to.kvHeads * args.to.headDim / kRun;
    const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
         i < runs; i += step) {
        const Place place = placeOf(args, i);
        float values[kRun];
        readRun<From>(args.keys, place.from, values);
        writeRun<To>(values, args.to.keys, place.to);
        readRun<From>(args.values, place.from, values);
        writeRun<To>(values, args.to.values, place.to);
    }
}

// Least and greatest key per channel over kRangeTokens tokens: ranges [parts, 2, width].
template <typename From>
__global__ void keyRangesKernel(StoreArgs args, float* ranges) {
    const std::int64_t width = args.to.kvHeads * args.to.headDim;
    const std::int64_t channel = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (channel >= width) return;
    const std::int64_t begin = blockIdx.y * kRangeTokens;
    const std::int64_t end = min(begin + kRangeTokens, args.tokens);
    const From* keys = static_cast<const From*>(args.keys) + channel;
    float least = toFloat(keys[begin * width]);
    float greatest = least;
    for (std::int64_t token = begin + 1; token < end; ++token) {
        const float key = toFloat(keys[token * width]);
        least = fminf(least, key);
        greatest = fmaxf(greatest, key);
    }
    ranges[(blockIdx.y * 2) * width + channel] = least;
    ranges[(blockIdx.y * 2 + 1) * width + channel] = greatest;
}

__global__ void keyScalesKernel(StoreArgs args, const float* ranges, std::int64_t parts) {
    const std::int64_t width = args.to.kvHeads * args.to.headDim;
    const std::int64_t channel = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (channel >= width) return;
    float least = ranges[channel];
    float greatest = ranges[width + channel];
    for (std::int64_t part = 1; part < parts; ++part) {
        least = fminf(least, ranges[2 * part * width + channel]);
        greatest = fmaxf(greatest, ranges[(2 * part + 1) * width + channel]);
    }
    args.to.keyOffset[channel] = least;
    args.to.keyScale[channel] = (greatest - least) / 255.0F;
}

template <typename From>
__global__ void keyBytesKernel(StoreArgs args) {
    const std::int64_t runs = args.tokens * args.to.kvHeads * args.to.headDim / kRun;
    const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
         i < runs; i += step) {
        const Place place = placeOf(args, i);
        float values[kRun];
        readRun<From>(args.keys, place.from, values);
        uint2 bytes;
        auto* stored = reinterpret_cast<std::uint8_t*>(&bytes);
        for (int k = 0; k < kRun; ++k) {
            const float scale = args.to.keyScale[place.channel + k];
            const float offset = args.to.keyOffset[place.channel + k];
            const float byte = scale > 0 ? (values[k] - offset) / scale : 0.0F;
            stored[k] = static_cast<std::uint8_t>(fminf(fmaxf(byte, 0.0F), 255.0F) + 0.5F);
        }
        *reinterpret_cast<uint2*>(static_cast<std::uint8_t*>(args.to.keys) + place.to) = bytes;
    }
}

// One warp a token and head.
template <typename From>
__global__ void valueBytesKernel(StoreArgs args) {
    const std::int64_t rows = args.tokens * args.to.kvHeads;
    const std::int64_t row =
        (static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x) / 32;
    if (row >= rows) return;
    const std::int64_t headDim = args.to.headDim;
    const From* values = static_cast<const From*>(args.values) + row * headDim;
    float largest = 0;
    for (std::int64_t i = threadIdx.x % 32; i < headDim; i += 32)
        largest = fmaxf(largest, fabsf(toFloat(values[i])));
    largest = warpMax(largest);
    const float factor = largest > 0 ? 127.0F / largest : 0.0F;
    const std::int64_t place =
        row % args.to.kvHeads * args.to.capacity + args.first + row / args.to.kvHeads;
    auto* bytes = static_cast<std::int8_t*>(args.to.values) + place * headDim;
    for (std::int64_t i = threadIdx.x % 32; i < headDim; i += 32) {
        const float byte = fminf(fmaxf(toFloat(values[i]) * factor, -127.0F), 127.0F);
        bytes[i] = static_cast<std::int8_t>(byte + (byte < 0 ? -0.5F : 0.5F));
    }
    if (threadIdx.x % 32 == 0) args.to.valueScale[place] = largest / 127.0F;
}

unsigned blocksFor(std::int64_t items) {
    return static_cast<unsigned>(
        std::clamp<std::int64_t>((items + kThreads - 1) / kThreads, 1, kMostBlocks));
}

template <typename From>
void launchPlain(const StoreArgs& args, cudaStream_t stream) {
    const unsigned blocks = blocksFor(args.tokens * args.to.kvHeads * args.to.headDim / kRun);
    const auto kernel =
        args.to.type == KvType::f32 ? storePlainKernel<From, float> : storePlainKernel<From, bf16>;
    launchOverlapping(kernel, {dim3(blocks), kThreads}, stream, args);
}

std::int64_t rangeParts(const StoreArgs& args) {
    return (args.tokens + kRangeTokens - 1) / kRangeTokens;
}

template <typename From>
void launchBytes(const StoreArgs& args, float* ranges, cudaStream_t stream) {
    const std::int64_t width = args.to.kvHeads * args.to.headDim;
    const unsigned channels = blocksFor(width);
    const dim3 parts(channels, static_cast<unsigned>(rangeParts(args)));
    keyRangesKernel<From><<<parts, kThreads, 0, stream>>>(args, ranges);
    keyScalesKernel<<<channels, kThreads, 0, stream>>>(args, ranges, rangeParts(args));
    keyBytesKernel<From><<<blocksFor(args.tokens * width / kRun), kThreads, 0, stream>>>(args);
    const auto rows =
        static_cast<unsigned>((args.tokens * args.to.kvHeads * 32 + kThreads - 1) / kThreads);
    valueBytesKernel<From><<<rows, kThreads, 0, stream>>>(args);
}

}  // namespace

void storePlain(const StoreArgs& args, cudaStream_t stream) {
    if (args.type == DataType::f32)
        launchPlain<float>(args, stream);
    else
        launchPlain<bf16>(args, stream);
    checkLaunch("storing keys and values");
}

std::int64_t storeRangeFloats(const StoreArgs& args) {
    return rangeParts(args) * 2 * args.to.kvHeads * args.to.headDim;
}

void storeBytes(const StoreArgs& args, float* ranges, cudaStream_t stream) {
    if (args.type == DataType::f32)
        launchBytes<float>(args, ranges, stream);
    else
        launchBytes<bf16>(args, ranges, stream);
    checkLaunch("storing keys and values");
}

}  // namespace asterism::cuda
