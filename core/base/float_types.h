#pragma once

#include <bit>
#include <cstdint>

namespace asterism {

// Conversions of the 16-bit floating-point formats; exact where exact is possible, else rounded to
// nearest even. NaN stays NaN.

inline float fromBf16(std::uint16_t bits) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

inline std::uint16_t toBf16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if ((bits & 0x7fffffffU) > 0x7f800000U) return static_cast<std::uint16_t>((bits >> 16) | 0x40U);
    const std::uint32_t roundToEven = 0x7fffU + ((bits >> 16) & 1U);
    return static_cast<std::uint16_t>((bits + roundToEven) >> 16);
}

// IEEE 754 binary16.
inline float fromF16(std::uint16_t bits) {
    const std::uint32_t sign = (bits & 0x8000U) << 16;
    const std::uint32_t magnitude = bits & 0x7fffU;
    if (magnitude >= 0x7c00U)  // infinity and NaN
        return std::bit_cast<float>(sign | 0x7f800000U | (magnitude & 0x3ffU) << 13);
    if (magnitude >= 0x400U) return std::bit_cast<float>(sign | ((magnitude << 13) + 0x38000000U));
    const float subnormal = static_cast<float>(magnitude) * 0x1p-24F;
    return sign ? -subnormal : subnormal;
}

}  // namespace asterism
