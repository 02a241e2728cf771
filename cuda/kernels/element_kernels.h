#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "core/backend.h"

namespace asterism::cuda {

// Elementwise ops and norms. All arrays are contiguous GPU memory of type f32 or bf16 as named;
// sums are made in f32. Every function puts its work on the stream and throws Error if it cannot.

// output = input / rms(input) * gain, per row of [rows, columns]; may work in place.
struct RmsNormArgs {
    const void* input;
    const float* gain;  // [columns]
    float epsilon;
    std::int64_t rows;
    std::int64_t columns;
    void* output;
    DataType type;
};
void rmsNorm(const RmsNormArgs& args, cudaStream_t stream);

struct GateArgs {
    const void* gate;
    const void* up;
    Activation activation;
    std::int64_t count;
    void* output;  // may be gate or up
    DataType type;
};
void gate(const GateArgs& args, cudaStream_t stream);

// sum += term
void add(const void* term, void* sum, std::int64_t count, DataType type, cudaStream_t stream);

// Between f32 and bf16, rounding to nearest even.
void convert(const void* from, DataType fromType, void* to, DataType toType, std::int64_t count,
             cudaStream_t stream);

}  // namespace asterism::cuda
