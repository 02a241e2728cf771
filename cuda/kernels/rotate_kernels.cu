#include "cuda/kernels/rotate_kernels.h"

#include "core/base/check.h"
#include "cuda/check.h"
#include "cuda/kernels/key_reader.cuh"

namespace asterism::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kRun = 8;         // values that a thread moves at once
constexpr int kBlockHeads = 2;  // of a token, which share its angles

// Two runs of a head that are handled together: those that rotations pair, or behind the rotated
// ones two neighbours.
struct RunPair {
    int first;
    int second;
    bool turns;

    __device__ RunPair(const AttentionShape& shape, int index) {
        const int pair = index * kRun;
        turns = pair < shape.pairs;
        first = turns ? pair : 2 * pair;
        second = turns ? pair + shape.pairs : first + kRun;
    }
};

struct RunRotation {
    float2 turns[kRun];

    __device__ RunRotation(const AttentionShape& shape, const RunPair& runs, double position) {
#pragma unroll
        for (int i = 0; i < kRun; ++i)
            turns[i] = runs.turns
                           ? rotationAt(position, shape.halfTurns[runs.first + i], shape.magnitude)
                           : float2{1, 0};
    }
    __device__ void apply(float (&first)[kRun], float (&second)[kRun]) const {
#pragma unroll
        for (int i = 0; i < kRun; ++i) {
            const float2 both = rotated({first[i], second[i]}, turns[i]);
            first[i] = both.x;
            second[i] = both.y;
        }
    }
};

__device__ void readRun(const bf16* from, float (&values)[kRun]) {
    const Run<bf16> run = loadRun(from);
#pragma unroll
    for (int i = 0; i < kRun; ++i) values[i] = toFloat(run.values[i]);
}

__device__ void writeRun(const float (&values)[kRun], bf16* to) {
    Run<bf16> run;
#pragma unroll
    for (int i = 0; i < kRun; ++i) run.values[i] = fromFloat<bf16>(values[i]);
    storeRun(run, to);
}

__global__ void rotateQueriesKernel(RotateQueriesArgs args) {
    const AttentionShape& shape = args.shape;
    const int runs = shape.headDim / (2 * kRun);
    const std::int64_t index = static_cast<std::int64_t>(blockIdx.x) * kThreads + threadIdx.x;
    const std::int64_t token = index / runs;
    if (token >= shape.tokens) return;
    const RunPair pair(shape, static_cast<int>(index % runs));
    const RunRotation rotation(shape, pair, static_cast<double>(token));
    const int begin = static_cast<int>(blockIdx.y) * kBlockHeads;
    const int end = min(begin + kBlockHeads, shape.heads);
    for (int head = begin; head < end; ++head) {
        const std::int64_t at = (token * shape.heads + head) * shape.headDim;
        const bf16* from = static_cast<const bf16*>(args.queries) + at;
        bf16* to = static_cast<bf16*>(args.rotated) + at;
        float first[kRun];
        float second[kRun];
        readRun(from + pair.first, first);
        readRun(from + pair.second, second);
        rotation.apply(first, second);
        writeRun(first, to + pair.first);
        writeRun(second, to + pair.second);
    }
}

// A block gathers kTileKeys keys of kBlockHeads heads.
__global__ void gatherKeysKernel(GatherKeysArgs args) {
    const AttentionShape& shape = args.shape;
    const PieceEntry piece = args.pieces[blockIdx.x];
    const SegmentEntry& segment = args.segments[piece.segment];
    const int runs = shape.headDim / (2 * kRun);
    const int beginHead = static_cast<int>(blockIdx.y) * kBlockHeads;
    const int endHead = min(beginHead + kBlockHeads, shape.kvHeads);
    const int rows = args.padsPieces ? kTileKeys : piece.end - piece.begin;
    for (int item = static_cast<int>(threadIdx.x); item < rows * runs; item += kThreads) {
        const std::int64_t index = piece.begin + item / runs;
        const bool isKey = index < piece.end;
        const RunPair pair(shape, item % runs);
        const RunRotation rotation(shape, pair, positionOf(segment, index));
        for (int head = beginHead; head < endHead; ++head) {
            const KeyReader reader(segment, shape.headDim, head);
            float keys[2][kRun] = {};
            float values[2][kRun] = {};
            if (isKey) {
                reader.keyRun(index, pair.first, keys[0]);
                reader.keyRun(index, pair.second, keys[1]);
                reader.valueRun(index, pair.first, values[0]);
                reader.valueRun(index, pair.second, values[1]);
            }
            rotation.apply(keys[0], keys[1]);
            const std::int64_t at =
                (head * args.rows + segment.gatheredRow + index) * shape.headDim;
            writeRun(keys[0], static_cast<bf16*>(args.keys) + at + pair.first);
            writeRun(keys[1], static_cast<bf16*>(args.keys) + at + pair.second);
            writeRun(values[0], static_cast<bf16*>(args.values) + at + pair.first);
            writeRun(values[1], static_cast<bf16*>(args.values) + at + pair.second);
        }
    }
}

unsigned headBlocks(std::int32_t heads) {
    return static_cast<unsigned>((heads + kBlockHeads - 1) / kBlockHeads);
}

}  // namespace

bool rotatesRuns(const AttentionShape& shape) {
    return shape.headDim % (2 * kRun) == 0 && shape.pairs % kRun == 0;
}

void rotateQueries(const RotateQueriesArgs& args, cudaStream_t stream) {
    ASTERISM_CHECK(rotatesRuns(args.shape));
    const std::int64_t items = args.shape.tokens * (args.shape.headDim / (2 * kRun));
    const dim3 blocks(static_cast<unsigned>((items + kThreads - 1) / kThreads),
                      headBlocks(args.shape.heads));
    rotateQueriesKernel<<<blocks, kThreads, 0, stream>>>(args);
    checkLaunch("rotating queries");
}

void gatherKeys(const GatherKeysArgs& args, cudaStream_t stream) {
    if (args.pieceCount == 0) return;
    ASTERISM_CHECK(rotatesRuns(args.shape));
    const dim3 blocks(static_cast<unsigned>(args.pieceCount), headBlocks(args.shape.kvHeads));
    gatherKeysKernel<<<blocks, kThreads, 0, stream>>>(args);
    checkLaunch("rotating keys");
}

}  // namespace asterism::cuda
