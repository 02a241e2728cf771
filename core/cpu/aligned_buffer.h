#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>

namespace asterism::cpu {

constexpr std::size_t kAlignment = 64;  // a cache line and the widest vector

struct AlignedDelete {
    void operator()(std::byte* data) const {
        ::operator delete[](data, std::align_val_t{kAlignment});
    }
};
using AlignedBytes = std::unique_ptr<std::byte[], AlignedDelete>;

// Uninitialised bytes; throws Error that names the size if there is not enough memory.
AlignedBytes allocateAligned(std::int64_t bytes);

// Gives the whole pages among these bytes back to the system. Whoever reads them finds zeros.
void giveBackPages(std::span<std::byte> bytes);

// Working memory that is kept between ops and only grows.
class Scratch {
  public:
    // At least `count` floats, 64-byte aligned; earlier contents are lost when it grows.
    float* floats(std::int64_t count) {
        if (count > m_count) {
            m_count = 0;  // until there is enough memory, which earlier contents make room for
            m_bytes.reset();
            m_bytes = allocateAligned(count * static_cast<std::int64_t>(sizeof(float)));
            m_count = count;
        }
        return reinterpret_cast<float*>(m_bytes.get());
    }

    // What floats() gave last.
    const float* data() const { return reinterpret_cast<const float*>(m_bytes.get()); }

  private:
    AlignedBytes m_bytes;
    std::int64_t m_count = 0;
};

}  // namespace asterism::cpu
