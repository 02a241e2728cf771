#pragma once

#include "core/backend.h"

namespace asterism::cuda {

// What a gated feed-forward layer makes of its gate.
template <Activation kActivation>
__device__ float activated(float x) {
    if constexpr (kActivation == Activation::silu) {
        return __fdividef(x, 1.0F + __expf(-x));
    } else {
        constexpr float kRootTwoOverPi = 0.79788456080286535588F;
        return 0.5F * x * (1.0F + tanhf(kRootTwoOverPi * (x + 0.044715F * x * x * x)));
    }
}

}  // namespace asterism::cuda
