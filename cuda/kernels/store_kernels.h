#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "core/key_values.h"
#include "core/tensor.h"

namespace asterism::cuda {

// Backend::store on the GPU: keys and values [tokens, kvHeads, headDim] of type f32 or bf16 become
// tokens [first, first + tokens) of a run.
struct StoreArgs {
    const void* keys;
    const void* values;
    DataType type;
    std::int64_t tokens;
    std::int64_t first;
    KeyValueView to;
    const std::int64_t* storedSince = nullptr;  // GPU memory: to be added to first; may be null
};
void storePlain(const StoreArgs& args, cudaStream_t stream);

// As q8, all tokens of the run at once. `ranges` is work space of storeRangeFloats() floats.
std::int64_t storeRangeFloats(const StoreArgs& args);
void storeBytes(const StoreArgs& args, float* ranges, cudaStream_t stream);

}  // namespace asterism::cuda
