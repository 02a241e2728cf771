#pragma once

#include <cstdint>
#include <memory>

#include "core/base/host_pages.h"
#include "cuda/stream.h"

namespace asterism::cuda {

// Page-locked host memory of one owner, which kernels and copies of every GPU reach at the same
// address over the bus. Moves; never copied.
class PinnedMemory {
  public:
    // Throws Error that says how much was asked for and is available.
    PinnedMemory(std::shared_ptr<Stream> stream, std::int64_t bytes);
    // Waits for the stream.
    ~PinnedMemory();
    PinnedMemory(PinnedMemory&& other) noexcept;
    PinnedMemory& operator=(PinnedMemory&&) = delete;
    PinnedMemory(const PinnedMemory&) = delete;
    PinnedMemory& operator=(const PinnedMemory&) = delete;

    void* data() const { return m_data; }
    std::int64_t bytes() const { return m_bytes; }

  private:
    std::shared_ptr<Stream> m_stream;
    HostPages m_pages;  // null where the memory is the driver's
    void* m_data = nullptr;
    std::int64_t m_bytes = 0;
};

// Whether an address is that of such memory.
bool isPinned(const void* address);

// Bytes of it that can still be taken without pushing out what else the machine is doing.
std::int64_t availablePinnedBytes();

// Bytes a second that come from it to the GPU, measured in a few milliseconds.
double measurePinnedReadRate(const std::shared_ptr<Stream>& stream);

}  // namespace asterism::cuda
