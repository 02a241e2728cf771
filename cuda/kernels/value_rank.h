#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "core/base/host_device.h"

namespace asterism::cuda {

// A float and its index as one number: greater for greater values, and for the lower index of
// equals. No value has rank 0; one that is not finite has the greatest.
using ValueRank = unsigned long long;
inline constexpr ValueRank kNotFinite = ~ValueRank{0};

ASTERISM_HD inline ValueRank rankOf(float value, std::int64_t index) {
    if (!std::isfinite(value)) return kNotFinite;
    if (value == 0.0F) value = 0.0F;  // as -0 is
    std::uint32_t bits = 0;
    std::memcpy(&bits, &value, sizeof(bits));
    const std::uint32_t ordered = bits & 0x80000000U ? ~bits : bits | 0x80000000U;
    return ValueRank{ordered} << 32 | ~static_cast<std::uint32_t>(index);
}
ASTERISM_HD inline std::int64_t indexOf(ValueRank rank) {
    return static_cast<std::int64_t>(~static_cast<std::uint32_t>(rank));
}
ASTERISM_HD inline float valueOf(ValueRank rank) {
    const auto ordered = static_cast<std::uint32_t>(rank >> 32);
    const std::uint32_t bits = ordered & 0x80000000U ? ordered & 0x7fffffffU : ~ordered;
    float value = 0;
    std::memcpy(&value, &bits, sizeof(value));
    return value;
}

}  // namespace asterism::cuda
