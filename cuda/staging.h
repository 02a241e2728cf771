#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "cuda/stream.h"

namespace asterism::cuda {

// Brings results from the GPU to ordinary host memory. Small ones go through page-locked memory,
// which is several times as fast.
class Staging {
  public:
    explicit Staging(std::shared_ptr<Stream> stream);
    ~Staging();
    Staging(const Staging&) = delete;
    Staging& operator=(const Staging&) = delete;

    // Waits for the stream.
    void download(const void* from, std::span<std::byte> to);

  private:
    static constexpr std::size_t kBytes = std::size_t{4} << 20;

    std::shared_ptr<Stream> m_stream;
    void* m_host = nullptr;  // kBytes
};

}  // namespace asterism::cuda
