#include "cuda/upload_ring.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "cuda/check.h"

namespace asterism::cuda {
namespace {

constexpr std::int64_t kAlignment = 256;
constexpr std::int64_t kLeastBytes = std::int64_t{4} << 20;

}  // namespace

UploadRing::UploadRing(std::shared_ptr<Stream> stream) : m_stream(std::move(stream)) {
    for (cudaEvent_t& event : m_left)
        check(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "making an event");
    grow(kLeastBytes);
}

UploadRing::~UploadRing() {
    if (cudaSetDevice(m_stream->device().index) != cudaSuccess) return;
    m_stream->drain();
    for (cudaEvent_t event : m_left) (void)cudaEventDestroy(event);
    (void)cudaFreeHost(m_host);
}

void UploadRing::grow(std::int64_t bytes) {
    m_stream->synchronize();
    void* host = nullptr;
    check(cudaHostAlloc(&host, static_cast<std::size_t>(bytes), cudaHostAllocDefault),
          "taking page-locked host memory");
    if (m_host) (void)cudaFreeHost(m_host);
    m_host = static_cast<std::byte*>(host);
    m_device = {};
    m_device = DeviceMemory(m_stream, bytes);
    m_bytes = bytes;
    m_half = 0;
    m_next = 0;
}

void* UploadRing::upload(std::span<const std::byte> bytes) {
    const auto size = static_cast<std::int64_t>(bytes.size());
    const std::int64_t room = (size + kAlignment - 1) / kAlignment * kAlignment;
    if (room > m_bytes / kHalves) grow(std::max(kHalves * room, 2 * m_bytes));
    const std::int64_t half = m_bytes / kHalves;
    if (m_next + room > (m_half + 1) * half) {
        check(cudaEventRecord(m_left[m_half], m_stream->handle()), "recording an event");
        m_half = (m_half + 1) % kHalves;
        m_stream->wait(m_left[m_half]);
        m_next = m_half * half;
    }
    std::byte* to = static_cast<std::byte*>(m_device.data()) + m_next;
    if (size > 0) {
        std::memcpy(m_host + m_next, bytes.data(), bytes.size());
        check(cudaMemcpyAsync(to, m_host + m_next, bytes.size(), cudaMemcpyHostToDevice,
                              m_stream->handle()),
              "copying to the GPU");
    }
    m_next += room;
    return to;
}

}  // namespace asterism::cuda
