#pragma once

#include "cuda/kernels/values.cuh"
#include "cuda/kernels/weight_kernels.h"

namespace asterism::cuda {

// Puts output `row` of a token where its part says, behind its bias and what it was.
__device__ inline void writeOutput(const RowLinearPart& part, std::int64_t token, std::int64_t row,
                                   float value) {
    if (part.bias) value += part.bias[row];
    const std::int64_t at = token * part.weight.rows + row;
    if (part.outputType == DataType::f32) {
        float& output = static_cast<float*>(part.output)[at];
        output = part.adds ? output + value : value;
    } else {
        bf16& output = static_cast<bf16*>(part.output)[at];
        output = fromFloat<bf16>(part.adds ? toFloat(output) + value : value);
    }
}

}  // namespace asterism::cuda
