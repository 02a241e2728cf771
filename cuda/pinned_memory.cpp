#include "cuda/pinned_memory.h"

#include <algorithm>
#include <utility>

#include "core/base/available_memory.h"
#include "core/base/error.h"
#include "cuda/check.h"
#include "cuda/op_times.h"

namespace asterism::cuda {

namespace {

// Pages that the system hands out to several threads, locked then: many times faster than the
// driver's own. Null where the GPU cannot have them at their address.
HostPages registeredPages(std::int64_t bytes, int device) {
    int isSameAddress = 0;
    check(cudaDeviceGetAttribute(&isSameAddress, cudaDevAttrCanUseHostPointerForRegisteredMem,
                                 device),
          "asking what the GPU can read");
    if (isSameAddress == 0) return {};
    HostPages pages = takeHostPages(bytes);
    if (cudaHostRegister(pages.get(), pages.get_deleter().bytes,
                         cudaHostRegisterPortable | cudaHostRegisterMapped) == cudaSuccess)
        return pages;
    (void)cudaGetLastError();
    return {};
}

void* takeFromDriver(std::int64_t bytes) {
    void* memory = nullptr;
    const cudaError_t status =
        cudaHostAlloc(&memory, static_cast<std::size_t>(std::max<std::int64_t>(bytes, 1)),
                      cudaHostAllocPortable | cudaHostAllocMapped);
    if (status == cudaErrorMemoryAllocation) {
        (void)cudaGetLastError();
        throw Error("not enough memory that the GPU can read: ", bytes,
                    " bytes of page-locked memory were asked for and ", availableMemory(),
                    " bytes of the computer's memory are available; use a shorter context, "
                    "--kv q8, or --device cpu");
    }
    check(status, "taking page-locked host memory");
    return memory;
}

}  // namespace

PinnedMemory::PinnedMemory(std::shared_ptr<Stream> stream, std::int64_t bytes)
    : m_stream(std::move(stream)), m_bytes(bytes) {
    m_stream->enter();
    m_pages = registeredPages(bytes, m_stream->device().index);
    m_data = m_pages ? m_pages.get() : takeFromDriver(bytes);
}

PinnedMemory::~PinnedMemory() {
    if (!m_data || cudaSetDevice(m_stream->device().index) != cudaSuccess) return;
    // A failure was reported by the op itself.
    (void)cudaStreamSynchronize(m_stream->handle());
    (void)(m_pages ? cudaHostUnregister(m_data) : cudaFreeHost(m_data));
}

PinnedMemory::PinnedMemory(PinnedMemory&& other) noexcept
    : m_stream(std::move(other.m_stream)),
      m_pages(std::move(other.m_pages)),
      m_data(std::exchange(other.m_data, nullptr)),
      m_bytes(std::exchange(other.m_bytes, 0)) {}

bool isPinned(const void* address) {
    cudaPointerAttributes attributes{};
    check(cudaPointerGetAttributes(&attributes, address), "asking where memory is");
    return attributes.type == cudaMemoryTypeHost;
}

std::int64_t availablePinnedBytes() {
    // What is page-locked can be neither dropped nor swapped, so the system keeps some to move in.
    constexpr std::int64_t kKept = 8;
    const std::int64_t available = availableMemory();
    return available - available / kKept;
}

double measurePinnedReadRate(const std::shared_ptr<Stream>& stream) {
    constexpr std::int64_t kBytes = std::int64_t{8} << 20;
    constexpr int kRounds = 3;
    const PinnedMemory host(stream, kBytes);
    const DeviceMemory device(stream, kBytes);
    double best = 0;
    for (int round = 0; round < kRounds; ++round) {
        StreamTimer timer(stream);
        check(cudaMemcpyAsync(device.data(), host.data(), static_cast<std::size_t>(kBytes),
                              cudaMemcpyDefault, stream->handle()),
              "measuring the bus");
        best = std::max(best, static_cast<double>(kBytes) / timer.seconds());
    }
    return best;
}

}  // namespace asterism::cuda
