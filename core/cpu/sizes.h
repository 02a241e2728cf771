#pragma once

#include <cstddef>
#include <cstdint>

namespace asterism::cpu {

// Sizes and places are signed, as they are subtracted; containers count otherwise.
constexpr std::size_t index(std::int64_t value) {
    return static_cast<std::size_t>(value);
}

constexpr std::int64_t ceilDivide(std::int64_t value, std::int64_t by) {
    return (value + by - 1) / by;
}

// The next multiple of `step`.
constexpr std::int64_t roundUp(std::int64_t value, std::int64_t step) {
    return ceilDivide(value, step) * step;
}

}  // namespace asterism::cpu
