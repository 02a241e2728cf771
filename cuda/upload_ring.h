#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "cuda/stream.h"

namespace asterism::cuda {

// Brings small tables (segment lists, token ids) to the GPU without waiting for it: they are
// written to page-locked host memory and copied in the order of the stream. The memory is used
// round and round; only when a whole round is still in flight does upload() wait.
class UploadRing {
  public:
    explicit UploadRing(std::shared_ptr<Stream> stream);
    ~UploadRing();
    UploadRing(const UploadRing&) = delete;
    UploadRing& operator=(const UploadRing&) = delete;

    // The bytes in GPU memory, aligned to 256, valid for work put on the stream before the ring
    // comes round: the next op of the backend.
    void* upload(std::span<const std::byte> bytes);
    template <typename Value>
    Value* upload(std::span<const Value> values) {
        return static_cast<Value*>(upload(std::as_bytes(values)));
    }

  private:
    static constexpr std::int64_t kHalves = 2;

    void grow(std::int64_t bytes);

    std::shared_ptr<Stream> m_stream;
    std::byte* m_host = nullptr;
    DeviceMemory m_device;
    std::int64_t m_bytes = 0;  // of both halves
    std::int64_t m_half = 0;   // the one in use
    std::int64_t m_next = 0;   // first free byte
    // Recorded when a half was last left.
    cudaEvent_t m_left[kHalves] = {};
};

}  // namespace asterism::cuda
