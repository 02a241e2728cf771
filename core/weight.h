#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/data_type.h"

namespace asterism {

// Order of the rows of a query or key projection within one head. GGUF files of the llama
// architecture interleave the two halves that a rotation pairs (row 2i of a head belongs to output
// i, row 2i + 1 to output i + headDim/2); everything in Asterism works on half-split outputs, so
// such rows are read in another order than they are stored.
enum class RowOrder : std::uint8_t { natural, interleaved };

// A matrix or vector of weights in host memory, as it stands in a model file.
struct HostWeight {
    DataType type = DataType::f32;
    std::int64_t rows = 1;     // outputs; 1 for vectors
    std::int64_t columns = 0;  // inputs, contiguous; a multiple of the type's block
    // rows * rowBytes(type, columns) bytes that stay valid as long as any Weight made of them.
    std::span<const std::byte> bytes;
    RowOrder rowOrder = RowOrder::natural;
    std::int64_t headDim = 0;  // rows of one head; needed for RowOrder::interleaved only
    float offset = 0.0F;       // added to every value (norm gains); plain types only
};

// Where output `row` of a weight is stored; of a vector (rows == 1), where its value `row` is.
inline std::int64_t storedRow(const HostWeight& weight, std::int64_t row) {
    if (weight.rowOrder == RowOrder::natural) return row;
    const std::int64_t half = weight.headDim / 2;
    const std::int64_t within = row % weight.headDim;
    return row - within + (within < half ? 2 * within : 2 * (within - half) + 1);
}

// A weight made ready by one backend (Backend::load). Immutable; shared by the ranks of a device.
class Weight {
  public:
    virtual ~Weight() = default;
    std::int64_t rows() const { return m_rows; }
    std::int64_t columns() const { return m_columns; }

  protected:
    Weight(std::int64_t rows, std::int64_t columns) : m_rows(rows), m_columns(columns) {}

  private:
    std::int64_t m_rows;
    std::int64_t m_columns;
};

}  // namespace asterism
