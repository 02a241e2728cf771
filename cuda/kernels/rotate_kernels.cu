#include "cuda/kernels/rotate_kernels.h"

#include "cuda/check.h"
#include "cuda/kernels/key_reader.cuh"

namespace asterism::cuda {
namespace {

constexpr int kThreads = 256;

// A thread rotates one pair of all heads of a token: they share the angle.
__global__ void rotateQueriesKernel(RotateQueriesArgs args) {
    const AttentionShape& shape = args.shape;
    const int pairs = shape.headDim / 2;
    const std::int64_t index = static_cast<std::int64_t>(blockIdx.x) * kThreads + threadIdx.x;
    const std::int64_t token = index / pairs;
    if (token >= shape.tokens) return;
    const auto pair = static_cast<int>(index % pairs);
    const Slot slot = slotOf(shape, pair);
    float2 rotation{1, 0};
    if (slot.turns)
        rotation = rotationAt(static_cast<double>(token), shape.halfTurns[pair], shape.magnitude);
    const bf16* queries = static_cast<const bf16*>(args.queries);
    bf16* results = static_cast<bf16*>(args.rotated);
    for (int head = 0; head < shape.heads; ++head) {
        const std::int64_t at = (token * shape.heads + head) * shape.headDim;
        const float2 values = rotated(
            {toFloat(queries[at + slot.first]), toFloat(queries[at + slot.second])}, rotation);
        results[at + slot.first] = fromFloat<bf16>(values.x);
        results[at + slot.second] = fromFloat<bf16>(values.y);
    }
}

// A block gathers kTileKeys keys; a thread one pair of all heads of a key.
__global__ void gatherKeysKernel(GatherKeysArgs args) {
    const AttentionShape& shape = args.shape;
    const PieceEntry piece = args.pieces[blockIdx.x];
    const SegmentEntry& segment = args.segments[piece.segment];
    const int pairs = shape.headDim / 2;
    const std::int64_t rows = static_cast<std::int64_t>(args.pieceCount) * kTileKeys;
    bf16* keys = static_cast<bf16*>(args.keys);
    bf16* values = static_cast<bf16*>(args.values);
    for (int item = static_cast<int>(threadIdx.x); item < kTileKeys * pairs; item += kThreads) {
        const int row = item / pairs;
        const int pair = item % pairs;
        const Slot slot = slotOf(shape, pair);
        const std::int64_t index = piece.begin + row;
        const bool isKey = index < piece.end;
        float2 rotation{1, 0};
        if (slot.turns && isKey)
            rotation =
                rotationAt(positionOf(segment, index), shape.halfTurns[pair], shape.magnitude);
        for (int head = 0; head < shape.kvHeads; ++head) {
            const KeyReader reader(segment, shape.headDim, head);
            const float2 key = isKey ? rotated(reader.key(index, slot), rotation) : float2{0, 0};
            const float2 value = isKey ? reader.value(index, slot) : float2{0, 0};
            const std::int64_t at =
                (head * rows + static_cast<std::int64_t>(blockIdx.x) * kTileKeys + row) *
                shape.headDim;
            keys[at + slot.first] = fromFloat<bf16>(key.x);
            keys[at + slot.second] = fromFloat<bf16>(key.y);
            values[at + slot.first] = fromFloat<bf16>(value.x);
            values[at + slot.second] = fromFloat<bf16>(value.y);
        }
    }
}

}  // namespace

void rotateQueries(const RotateQueriesArgs& args, cudaStream_t stream) {
    const std::int64_t items = args.shape.tokens * (args.shape.headDim / 2);
    const auto blocks = static_cast<unsigned>((items + kThreads - 1) / kThreads);
    rotateQueriesKernel<<<blocks, kThreads, 0, stream>>>(args);
    checkLaunch("rotating queries");
}

void gatherKeys(const GatherKeysArgs& args, cudaStream_t stream) {
    if (args.pieceCount == 0) return;
    gatherKeysKernel<<<static_cast<unsigned>(args.pieceCount), kThreads, 0, stream>>>(args);
    checkLaunch("rotating keys");
}

}  // namespace asterism::cuda
