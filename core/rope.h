#pragma once

#include <cstdint>
#include <vector>

namespace asterism {

// Rotary position embedding (arXiv 2104.09864) over half-split pairs (i, i + dimensions/2).
struct RopeConfig {
    std::int64_t dimensions = 0;  // rotated values of a head, from its first; the rest stay as is
    // Angle per position of each pair, dimensions/2 values, in fp64 (fp32 is 0.019 rad off at 1M
    // tokens), all scalings applied.
    std::vector<double> frequencies;
    float magnitude = 1.0F;  // factor on cos and sin of queries and keys (YaRN); 1 for the others

    bool operator==(const RopeConfig&) const = default;
};

}  // namespace asterism
