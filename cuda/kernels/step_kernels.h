#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "cuda/kernels/attention_args.h"

namespace asterism::cuda {

// The segments of one attention call that is repeated token by token.
struct TableMove {
    SegmentEntry* segments;
    std::int64_t count;
};

// Lets the query of every call stand one token further, and segments grow that do; counts the step.
struct MoveOnArgs {
    const TableMove* tables;
    std::int64_t tableCount;
    std::int64_t* steps;
};
void moveOn(const MoveOnArgs& args, cudaStream_t stream);

// The largest of f32 values and its index, the lowest of equals, as one number:
// *result becomes that index, or -1 if a value is not finite. `work` is 8 bytes.
struct LargestArgs {
    const float* values;
    std::int64_t count;
    unsigned long long* work;
    std::int64_t* result;
};
void largest(const LargestArgs& args, cudaStream_t stream);

}  // namespace asterism::cuda
