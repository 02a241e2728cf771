#pragma once

#include <cstdint>

#include "core/backend.h"
#include "core/cpu/instruction_set.h"

namespace asterism::cpu {

// Row-wise and elementwise ops on f32 values in host memory, for one instruction set. Outputs may
// be the inputs.
struct ElementKernels {
    // output = input / sqrt(mean(input^2) + epsilon) * gain
    void (*rmsNorm)(const float* input, const float* gain, std::int64_t count, float epsilon,
                    float* output);
    // output = activation(gate) * up
    void (*gate)(const float* gate, const float* up, std::int64_t count, Activation activation,
                 float* output);
    // sum += term
    void (*add)(const float* term, std::int64_t count, float* sum);
    // values *= factor
    void (*scale)(float factor, std::int64_t count, float* values);
    // Rounds to nearest even.
    void (*toBf16)(const float* input, std::int64_t count, std::uint16_t* output);
    void (*fromBf16)(const std::uint16_t* input, std::int64_t count, float* output);
    // low = min(low, values), high = max(high, values), lane by lane; false if a value is no
    // number.
    bool (*widenRange)(const float* values, std::int64_t count, float* low, float* high);
    // output = round((input - offset) * factor) as a byte; both per value. 0 for what is no number.
    void (*toUnsignedBytes)(const float* input, const float* offset, const float* factor,
                            std::int64_t count, std::uint8_t* output);
    // output = round(input / scale) with the scale that maps the largest value to 127; returns it:
    // no number if a value is none.
    float (*toSignedBytes)(const float* input, std::int64_t count, std::int8_t* output);
};

const ElementKernels& elementKernels(InstructionSet set);

}  // namespace asterism::cpu
