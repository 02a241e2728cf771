#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <utility>

#include "core/base/check.h"
#include "core/data_type.h"

namespace asterism {

// Sizes of up to four dimensions, the slowest first.
class Shape {
  public:
    Shape() = default;
    Shape(std::initializer_list<std::int64_t> sizes) : m_rank(static_cast<int>(sizes.size())) {
        ASTERISM_CHECK(sizes.size() <= m_sizes.size());
        std::copy(sizes.begin(), sizes.end(), m_sizes.begin());
    }
    int rank() const { return m_rank; }
    std::int64_t operator[](int dimension) const {
        return m_sizes[static_cast<std::size_t>(dimension)];
    }
    std::int64_t elements() const {
        std::int64_t product = 1;
        for (int i = 0; i < m_rank; ++i) product *= (*this)[i];
        return product;
    }
    bool operator==(const Shape&) const = default;

  private:
    std::array<std::int64_t, 4> m_sizes{};
    int m_rank = 0;
};

// Borrowed, contiguous, row-major values in the memory of one backend. Copying it copies the
// reference, never the values.
struct TensorView {
    void* data = nullptr;
    Shape shape;
    DataType type = DataType::f32;

    std::int64_t rows() const { return shape[0]; }
    std::int64_t elements() const { return shape.elements(); }
    std::int64_t bytes() const { return rowBytes(type, elements()); }
    float* floats() const {
        ASTERISM_CHECK(type == DataType::f32);
        return static_cast<float*>(data);
    }
    // Rows [begin, end) of the first dimension.
    TensorView slice(std::int64_t begin, std::int64_t end) const;
    // The same values under another shape of as many elements.
    TensorView reshaped(Shape other) const {
        ASTERISM_CHECK(other.elements() == elements());
        return {data, other, type};
    }
};

inline TensorView TensorView::slice(std::int64_t begin, std::int64_t end) const {
    ASTERISM_CHECK(begin >= 0 && begin <= end && end <= rows());
    const std::int64_t step = rows() == 0 ? 0 : bytes() / rows();
    TensorView part = *this;
    part.data = static_cast<std::byte*>(data) + begin * step;
    switch (shape.rank()) {
        case 1:
            part.shape = {end - begin};
            break;
        case 2:
            part.shape = {end - begin, shape[1]};
            break;
        case 3:
            part.shape = {end - begin, shape[1], shape[2]};
            break;
        default:
            part.shape = {end - begin, shape[1], shape[2], shape[3]};
            break;
    }
    return part;
}

// Memory of one backend, freed with the object. Made by Backend::allocate.
class Buffer {
  public:
    virtual ~Buffer() = default;
    void* data() const { return m_data; }
    std::int64_t bytes() const { return m_bytes; }

  protected:
    Buffer(void* data, std::int64_t bytes) : m_data(data), m_bytes(bytes) {}

  private:
    void* m_data;
    std::int64_t m_bytes;
};

// Values that own their memory. Moves; never copied.
class Tensor {
  public:
    Tensor() = default;
    Tensor(std::unique_ptr<Buffer> buffer, Shape shape, DataType type)
        : m_buffer(std::move(buffer)), m_view{m_buffer->data(), shape, type} {}
    const TensorView& view() const { return m_view; }
    bool isEmpty() const { return m_buffer == nullptr; }

  private:
    std::unique_ptr<Buffer> m_buffer;
    TensorView m_view;
};

}  // namespace asterism
