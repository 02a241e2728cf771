#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/base/host_device.h"

namespace asterism {

// The largest of a row of values, and what all of them weigh: enough to draw one at random, unless
// the draw falls on one that is not among them.
struct TopValues {
    // With their indices, largest first, lower index first among equals.
    std::vector<std::pair<std::int32_t, float>> best;
    std::int64_t count = 0;  // of all values
    double total = 0;        // sum over all values of exp((value - largest) / temperature)
};

// A logit of a token that was seen before, made less likely by a penalty over 1.
ASTERISM_HD inline float penalized(float logit, double penalty) {
    return static_cast<float>(logit > 0 ? logit / penalty : logit * penalty);
}

}  // namespace asterism
