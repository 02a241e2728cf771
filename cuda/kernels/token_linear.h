#pragma once

#include <cuda_runtime_api.h>

#include <array>
#include <cstdint>

#include "core/backend.h"
#include "cuda/kernels/weight_kernels.h"

namespace asterism::cuda {

// rowLinear() of one token's bf16 input by quantised weights, as in decoding, at the rate at which
// the weights are read; they are asked for before the work ahead on the stream has ended. Products
// are made of whole numbers: 16 neighbours of the input share a scale and are off by 2^-16 of the
// largest of them at most, which is less than the rounding of that one to bf16.
struct TokenLinearArgs {
    const void* input;            // [columns]
    const float* gain = nullptr;  // [columns]; if there is one, the input is normed: rmsNorm()
    float epsilon = 0;
    int multiprocessors = 1;
    int partCount = 0;
    std::array<RowLinearPart, kMostRowParts> parts{};  // of one type and as many columns
};
void tokenLinear(const TokenLinearArgs& args, cudaStream_t stream);

// Of two parts, a gate and what it is for: the first one's output becomes activation(gate) * up.
void tokenGate(const TokenLinearArgs& args, Activation activation, cudaStream_t stream);

bool tokenLinearTakes(DataType weightType, std::int64_t columns);

}  // namespace asterism::cuda
