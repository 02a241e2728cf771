#include "cuda/aside_copies.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/base/check.h"
#include "cuda/check.h"

namespace asterism::cuda {

AsideCopies::AsideCopies(std::shared_ptr<Stream> stream) : m_source(std::move(stream)) {
    m_source->enter();
    check(cudaStreamCreateWithFlags(&m_stream, cudaStreamNonBlocking), "opening a GPU stream");
    for (cudaEvent_t& event : m_filled)
        check(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "making an event");
    void* host = nullptr;
    check(cudaHostAlloc(&host, kPieces * kPieceBytes, cudaHostAllocDefault),
          "taking page-locked host memory");
    m_host = static_cast<std::byte*>(host);
}

AsideCopies::~AsideCopies() {
    if (cudaSetDevice(m_source->device().index) != cudaSuccess) return;
    // A copy that failed half-way may have another behind it.
    (void)cudaStreamSynchronize(m_stream);
    (void)cudaFreeHost(m_host);
    for (cudaEvent_t event : m_filled) (void)cudaEventDestroy(event);
    (void)cudaStreamDestroy(m_stream);
}

void AsideCopies::download(cudaEvent_t ready, const void* from, std::span<std::byte> to) {
    const std::lock_guard lock(m_mutex);
    m_source->enter();
    check(cudaStreamWaitEvent(m_stream, ready, 0), "copying from the GPU");
    const auto bytesOf = [&](std::size_t piece) {
        return std::min(kPieceBytes, to.size() - piece * kPieceBytes);
    };
    const auto fill = [&](std::size_t piece) {
        check(cudaMemcpyAsync(m_host + piece % kPieces * kPieceBytes,
                              static_cast<const std::byte*>(from) + piece * kPieceBytes,
                              bytesOf(piece), cudaMemcpyDefault, m_stream),
              "copying from the GPU");
        check(cudaEventRecord(m_filled[piece % kPieces], m_stream), "copying from the GPU");
    };
    const auto empty = [&](std::size_t piece) {
        check(cudaEventSynchronize(m_filled[piece % kPieces]), "copying from the GPU");
        std::memcpy(to.data() + piece * kPieceBytes, m_host + piece % kPieces * kPieceBytes,
                    bytesOf(piece));
    };
    const std::size_t pieces = (to.size() + kPieceBytes - 1) / kPieceBytes;
    for (std::size_t piece = 0; piece < pieces; ++piece) {
        fill(piece);
        if (piece > 0) empty(piece - 1);
    }
    if (pieces > 0) empty(pieces - 1);
}

StreamReader::StreamReader(const std::shared_ptr<Stream>& source,
                           std::shared_ptr<AsideCopies> copies)
    : m_copies(std::move(copies)) {
    source->enter();
    check(cudaEventCreateWithFlags(&m_ready, cudaEventDisableTiming), "making an event");
    check(cudaEventRecord(m_ready, source->handle()), "recording an event");
}

StreamReader::~StreamReader() {
    (void)cudaEventDestroy(m_ready);
}

void StreamReader::download(const TensorView& from, std::span<std::byte> host) {
    ASTERISM_CHECK(static_cast<std::int64_t>(host.size()) == from.bytes());
    m_copies->download(m_ready, from.data, host);
}

}  // namespace asterism::cuda
