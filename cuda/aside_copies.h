#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <span>

#include "core/backend.h"
#include "cuda/stream.h"

namespace asterism::cuda {

// Brings results to ordinary host memory while the GPU goes on: on a stream of its own, through two
// pieces of page-locked memory of which one is filled while the other is emptied. Any thread.
class AsideCopies {
  public:
    explicit AsideCopies(std::shared_ptr<Stream> stream);
    ~AsideCopies();
    AsideCopies(const AsideCopies&) = delete;
    AsideCopies& operator=(const AsideCopies&) = delete;

    // Copies what is there once the event has come, and returns when it is in the host's memory.
    void download(cudaEvent_t ready, const void* from, std::span<std::byte> to);

  private:
    static constexpr std::size_t kPieces = 2;
    static constexpr std::size_t kPieceBytes = std::size_t{16} << 20;

    std::mutex m_mutex;
    std::shared_ptr<Stream> m_source;
    cudaStream_t m_stream = nullptr;
    std::byte* m_host = nullptr;  // kPieces * kPieceBytes
    cudaEvent_t m_filled[kPieces] = {};
};

// Reads what is done behind the work that is on the backend's stream now.
class StreamReader final : public AsideReader {
  public:
    StreamReader(const std::shared_ptr<Stream>& source, std::shared_ptr<AsideCopies> copies);
    ~StreamReader() override;
    StreamReader(const StreamReader&) = delete;
    StreamReader& operator=(const StreamReader&) = delete;

    void download(const TensorView& from, std::span<std::byte> host) override;

  private:
    std::shared_ptr<AsideCopies> m_copies;
    cudaEvent_t m_ready = nullptr;
};

}  // namespace asterism::cuda
