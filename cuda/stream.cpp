#include "cuda/stream.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <thread>
#include <utility>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "cuda/check.h"

namespace asterism::cuda {

Stream::Stream(const Device& device, std::int64_t limit) : m_device(device), m_limit(limit) {
    enter();
    cudaMemPool_t pool = nullptr;
    check(cudaDeviceGetDefaultMemPool(&pool, device.index), "opening the GPU's memory pool");
    std::uint64_t keepAll = UINT64_MAX;
    check(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &keepAll),
          "setting up the GPU's memory pool");
    check(cudaStreamCreateWithFlags(&m_stream, cudaStreamNonBlocking), "opening a GPU stream");
}

Stream::~Stream() {
    if (cudaSetDevice(m_device.index) == cudaSuccess) (void)cudaStreamDestroy(m_stream);
}

void Stream::enter() const {
    check(cudaSetDevice(m_device.index), "choosing the GPU");
}

void Stream::synchronize() const {
    if (m_watch) return watch([&] { return cudaStreamQuery(m_stream); });
    check(cudaStreamSynchronize(m_stream), "computing");
}

void Stream::wait(cudaEvent_t event) const {
    if (m_watch) return watch([&] { return cudaEventQuery(event); });
    check(cudaEventSynchronize(event), "computing");
}

void Stream::drain() const noexcept {
    try {
        synchronize();
    } catch (...) {
        // Whoever waits for a result is told.
    }
    (void)cudaStreamSynchronize(m_stream);
}

template <typename Query>
void Stream::watch(const Query& query) const {
    // As long as a generated token takes: sleeping would add to it.
    constexpr double kSpinSeconds = 0.05;
    const Stopwatch clock;
    cudaError_t status = query();
    while (status == cudaErrorNotReady) {
        (void)cudaGetLastError();  // clears it: the next launch did not fail
        const double seconds = clock.seconds();
        m_watch->check(seconds);
        if (seconds > kSpinSeconds) std::this_thread::sleep_for(std::chrono::microseconds(100));
        status = query();
    }
    check(status, "computing");
    m_watch->check(0);  // work that was given up ends as well
}

DeviceMemoryUse Stream::memoryUse() const {
    DeviceMemoryUse use = deviceMemoryUse(m_device.index);
    if (m_limit == 0) return use;
    use.total = std::min(use.total, m_limit);
    use.free = std::clamp<std::int64_t>(m_limit - use.own, 0, use.free);
    return use;
}

bool Stream::hasRoomFor(std::int64_t bytes) const {
    // Beyond this no size fits; below, the conversion to unsigned is exact.
    constexpr std::int64_t kNoGpuHasThis = std::int64_t{1} << 48;
    return bytes < kNoGpuHasThis && (m_limit == 0 || bytes <= memoryUse().free);
}

void* Stream::allocate(std::int64_t bytes) {
    enter();
    void* memory = nullptr;
    const cudaError_t status =
        hasRoomFor(bytes)
            ? cudaMallocAsync(&memory, static_cast<std::size_t>(std::max<std::int64_t>(bytes, 1)),
                              m_stream)
            : cudaErrorMemoryAllocation;
    if (status == cudaErrorMemoryAllocation) {
        (void)cudaGetLastError();
        const DeviceMemoryUse use = memoryUse();
        throw Error("not enough GPU memory: ", bytes, " bytes were asked for, ", use.free, " of ",
                    use.total, " bytes are free on GPU ", m_device.index, " (", m_device.name,
                    "); use a shorter context or smaller blocks, --kv q8, or --device cpu");
    }
    check(status, "taking memory");
    return memory;
}

void Stream::free(void* memory) noexcept {
    // A failed free has no one to tell: the next call on the stream reports the GPU's state.
    (void)cudaFreeAsync(memory, m_stream);
}

DeviceMemory::DeviceMemory(std::shared_ptr<Stream> stream, std::int64_t bytes)
    : m_stream(std::move(stream)), m_data(m_stream->allocate(bytes)), m_bytes(bytes) {}

DeviceMemory::~DeviceMemory() {
    if (m_data) m_stream->free(m_data);
}

DeviceMemory::DeviceMemory(DeviceMemory&& other) noexcept
    : m_stream(std::move(other.m_stream)),
      m_data(std::exchange(other.m_data, nullptr)),
      m_bytes(std::exchange(other.m_bytes, 0)) {}

DeviceMemory& DeviceMemory::operator=(DeviceMemory&& other) noexcept {
    std::swap(m_stream, other.m_stream);
    std::swap(m_data, other.m_data);
    std::swap(m_bytes, other.m_bytes);
    return *this;
}

void* Scratch::bytes(std::int64_t count) {
    if (count > m_memory.bytes()) {
        m_memory = {};  // frees first, so that both need not fit
        m_memory = DeviceMemory(m_stream, count + count / 4);
    }
    return m_memory.data();
}

}  // namespace asterism::cuda
