#pragma once

#include <cuda_runtime_api.h>

namespace asterism::cuda {

// cos and sin of position * angle, the angle in units of pi: the product is made and brought into
// one turn in fp64, where it is exact to 1e-10 at a million tokens, and only the rest is f32.
__device__ inline float2 rotationAt(double position, double halfTurns, float magnitude) {
    const double turns = position * halfTurns;
    const auto rest = static_cast<float>(turns - 2.0 * rint(0.5 * turns));
    float2 rotation;
    sincospif(rest, &rotation.y, &rotation.x);
    rotation.x *= magnitude;
    rotation.y *= magnitude;
    return rotation;
}

// (first, second) turned by a rotation.
__device__ inline float2 rotated(float2 pair, float2 rotation) {
    return {pair.x * rotation.x - pair.y * rotation.y, pair.x * rotation.y + pair.y * rotation.x};
}

}  // namespace asterism::cuda
