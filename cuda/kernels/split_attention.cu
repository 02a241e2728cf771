#include "cuda/kernels/split_attention.h"

#include <cmath>

#include "core/softmax_partial.h"
#include "cuda/check.h"
#include "cuda/kernels/key_reader.cuh"

namespace asterism::cuda {
namespace {

constexpr int kWarps = 4;
constexpr int kRows = 4;                                         // of one key head, at once
constexpr int kSlots = static_cast<int>(kMostHeadDim) / 2 / 32;  // pairs of values of a lane

struct RowSums {
    float top = -INFINITY;
    float sum = 0;
    float2 output[kSlots] = {};

    __device__ void take(float score, const float2 (&value)[kSlots]) {
        const float newTop = fmaxf(top, score);
        const float keep = top == -INFINITY ? 0.0F : expf(top - newTop);
        const float weight = expf(score - newTop);
        top = newTop;
        sum = sum * keep + weight;
#pragma unroll
        for (int s = 0; s < kSlots; ++s) {
            output[s].x = output[s].x * keep + weight * value[s].x;
            output[s].y = output[s].y * keep + weight * value[s].y;
        }
    }
};

struct SharedSums {
    float top[kWarps][kRows];
    float sum[kWarps][kRows];
    float output[kWarps][kRows][kMostHeadDim];
};

// Rows (token, head of the group) of one key head, kRows a tile.
__device__ void findRow(const AttentionShape& shape, std::int64_t tile, int r, std::int64_t& token,
                        int& head) {
    const int group = shape.heads / shape.kvHeads;
    const std::int64_t row = tile * kRows + r;
    token = row / group;
    head = static_cast<int>(blockIdx.y) * group + static_cast<int>(row % group);
}

template <typename Query>
__global__ void __launch_bounds__(kWarps * 32) splitAttentionKernel(SplitAttentionArgs args) {
    const AttentionShape& shape = args.shape;
    const std::int64_t tiles = gridDim.x / static_cast<unsigned>(args.pieceCount);
    const std::int64_t pieceIndex = blockIdx.x / tiles;
    PieceEntry piece = args.pieces[pieceIndex];
    const SegmentEntry segment = args.segments[piece.segment];
    // Pieces may be cut for keys that are still to come.
    piece.end = min(piece.end, segment.keyCount);
    const int warp = static_cast<int>(threadIdx.x) / 32;
    const int lane = static_cast<int>(threadIdx.x) % 32;
    const KeyReader reader(segment, shape.headDim, static_cast<int>(blockIdx.y));

    Slot slots[kSlots];  // of this lane
    bool isUsed[kSlots];
    float2 queries[kRows][kSlots] = {};
    std::int64_t tokens[kRows];
    std::int32_t places[kRows] = {};
    int heads[kRows];
    std::int64_t lastPlace = -1;
#pragma unroll
    for (int s = 0; s < kSlots; ++s) {
        slots[s] = slotOf(shape, s * 32 + lane);
        isUsed[s] = s * 32 + lane < shape.headDim / 2;
    }
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
        findRow(shape, blockIdx.x % tiles, r, tokens[r], heads[r]);
        if (tokens[r] >= shape.tokens) continue;
        places[r] = tokenPlace(shape, tokens[r]);
        lastPlace = max(lastPlace, static_cast<std::int64_t>(places[r]));
        const Query* query = static_cast<const Query*>(args.queries) +
                             (tokens[r] * shape.heads + heads[r]) * shape.headDim;
#pragma unroll
        for (int s = 0; s < kSlots; ++s) {
            if (!isUsed[s]) continue;
            float2 pair = {toFloat(query[slots[s].first]) * shape.scale,
                           toFloat(query[slots[s].second]) * shape.scale};
            if (slots[s].turns)
                pair = rotated(pair, rotationAt(static_cast<double>(places[r]),
                                                shape.halfTurns[s * 32 + lane], shape.magnitude));
            queries[r][s] = pair;
        }
    }

    RowSums sums[kRows];
    // Keys behind the last row's place are seen by none.
    const std::int64_t end =
        min(static_cast<std::int64_t>(piece.end), lastPlace - segment.firstToken + 1);
    for (std::int64_t key = piece.begin + warp; key < end; key += kWarps) {
        float2 keys[kSlots] = {};
        float2 values[kSlots] = {};
#pragma unroll
        for (int s = 0; s < kSlots; ++s) {
            if (!isUsed[s]) continue;
            keys[s] = reader.key(key, slots[s]);
            if (slots[s].turns)
                keys[s] =
                    rotated(keys[s], rotationAt(positionOf(segment, key),
                                                shape.halfTurns[s * 32 + lane], shape.magnitude));
            values[s] = reader.value(key, slots[s]);
        }
#pragma unroll
        for (int r = 0; r < kRows; ++r) {
            float score = 0;
#pragma unroll
            for (int s = 0; s < kSlots; ++s)
                score += queries[r][s].x * keys[s].x + queries[r][s].y * keys[s].y;
            score = warpSum(score);
            const std::int64_t distance = places[r] - (segment.firstToken + key);
            const bool sees =
                tokens[r] < shape.tokens && distance >= 0 &&
                (segment.onlyToken < 0 || segment.onlyToken == tokens[r]) &&
                (shape.window == 0 || distance < shape.window || key < segment.sinkKeys);
            if (sees) sums[r].take(score, values);
        }
    }

    // The warps' sums are merged in shared memory.
    __shared__ SharedSums shared;
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
        shared.top[warp][r] = sums[r].top;
        shared.sum[warp][r] = sums[r].sum;
#pragma unroll
        for (int s = 0; s < kSlots; ++s) {
            if (!isUsed[s]) continue;
            shared.output[warp][r][slots[s].first] = sums[r].output[s].x;
            shared.output[warp][r][slots[s].second] = sums[r].output[s].y;
        }
    }
    __syncthreads();
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
        if (tokens[r] >= shape.tokens) continue;
        float top = -INFINITY;
        for (int w = 0; w < kWarps; ++w) top = fmaxf(top, shared.top[w][r]);
        float factors[kWarps];
        float sum = 0;
        for (int w = 0; w < kWarps; ++w) {
            factors[w] = shared.top[w][r] == -INFINITY ? 0.0F : expf(shared.top[w][r] - top);
            sum += factors[w] * shared.sum[w][r];
        }
        const std::int64_t row = (pieceIndex * shape.tokens + tokens[r]) * shape.heads + heads[r];
        for (int i = static_cast<int>(threadIdx.x); i < shape.headDim; i += kWarps * 32) {
            float output = 0;
            for (int w = 0; w < kWarps; ++w) output += factors[w] * shared.output[w][r][i];
            args.outputs[row * shape.headDim + i] = sum != 0.0F ? output / sum : 0.0F;
        }
        if (threadIdx.x == 0) args.logSumExps[row] = sum != 0.0F ? top + logf(sum) : -INFINITY;
    }
}

}  // namespace

std::int64_t splitAttentionBlocks(const AttentionShape& shape) {
    const std::int64_t rows = shape.tokens * (shape.heads / shape.kvHeads);
    return shape.kvHeads * ((rows + kRows - 1) / kRows);
}

void splitAttention(const SplitAttentionArgs& args, cudaStream_t stream) {
    const std::int64_t tiles = splitAttentionBlocks(args.shape) / args.shape.kvHeads;
    const dim3 blocks(static_cast<unsigned>(args.pieceCount * tiles),
                      static_cast<unsigned>(args.shape.kvHeads));
    if (args.queryType == DataType::f32)
        splitAttentionKernel<float><<<blocks, kWarps * 32, 0, stream>>>(args);
    else
        splitAttentionKernel<bf16><<<blocks, kWarps * 32, 0, stream>>>(args);
    checkLaunch("attending");
}

}  // namespace asterism::cuda
