#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/weight.h"

namespace asterism::cpu {

// A weight as the CPU reads it: matrices stay where and as they are in the model file, vectors and
// anything with an offset become floats. Immutable, so any number of backends may share it.
class CpuWeight final : public Weight {
  public:
    // Throws Error if the sizes do not fit the bytes.
    explicit CpuWeight(const HostWeight& weight);

    DataType type() const { return m_source.type; }
    // The stored bytes of an output's values.
    const std::byte* row(std::int64_t output) const {
        return m_source.bytes.data() + storedRow(m_source, output) * m_rowBytes;
    }
    // All values, [rows, columns]; only for vectors and weights with an offset.
    const float* floats() const;

  private:
    HostWeight m_source;
    std::int64_t m_rowBytes = 0;
    std::vector<float> m_values;
};

}  // namespace asterism::cpu
