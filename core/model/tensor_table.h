#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/model_file.h"

namespace asterism {

// Sizes of a tensor as a file states them, the fastest (contiguous) dimension first.
using StoredDimensions = std::span<const std::uint64_t>;

// The tensors of a model file by name. Filled once while the file is opened.
class TensorTable {
  public:
    // `source` is the file or folder named in errors.
    explicit TensorTable(std::string source) : m_source(std::move(source)) {}

    // Throws Error if there is a tensor of this name already.
    void add(StoredTensor tensor);
    // Throws Error if two tensors share bytes; call it once all are added.
    void checkOverlaps() const;

    const StoredTensor* find(std::string_view name) const;
    std::span<const StoredTensor> all() const { return m_tensors; }

  private:
    std::string m_source;
    std::vector<StoredTensor> m_tensors;
    std::map<std::string, std::size_t, std::less<>> m_indices;
};

// Where a tensor stands in a file and how it is stored; not checked yet.
struct TensorPlace {
    std::string name;
    DataType type = DataType::f32;
    std::vector<std::uint64_t> dimensions;  // fastest first
    std::uint64_t offset = 0;               // first byte, from the start of `data`
};

// Checks that a tensor lies within `data`. Throws Error, beginning with `where`, for a dimension of
// 0, sizes that overflow, rows that are not whole blocks of the type, and bytes beyond the end.
StoredTensor locateTensor(const TensorPlace& place, std::span<const std::byte> data,
                          std::string_view where);

}  // namespace asterism
