#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <memory>

#include "cuda/device.h"

namespace asterism::cuda {

// Asked while a thread waits for the work of a stream, where that may wait for other GPUs.
class StreamWatch {
  public:
    virtual ~StreamWatch() = default;
    // The thread has waited for so long. To end the wait, throws and lets the work end too.
    virtual void check(double seconds) = 0;
};

// A GPU's queue of work and the pool its memory comes from: memory given back is kept by the
// process and handed out again in the order of the queue, without waiting for the GPU.
// Shared by the buffers taken from it, so that they may outlive the backend.
class Stream {
  public:
    // limit: most bytes of GPU memory that this process may use; 0: all there are.
    explicit Stream(const Device& device, std::int64_t limit = 0);
    ~Stream();
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    const Device& device() const { return m_device; }
    cudaStream_t handle() const { return m_stream; }
    // Makes the GPU the calling thread's current one.
    void enter() const;
    // Waits for all work, or that before the event; throws Error if some of it failed, or what the
    // watch throws.
    void synchronize() const;
    void wait(cudaEvent_t event) const;
    // Waits for all work, whatever becomes of it.
    void drain() const noexcept;

    // One at a time, and while no other thread uses the stream.
    void setWatch(StreamWatch* watch) { m_watch = watch; }
    // Unless another one was set since.
    void dropWatch(const StreamWatch* watch) {
        if (m_watch == watch) m_watch = nullptr;
    }

    // What may still be allocated.
    DeviceMemoryUse memoryUse() const;
    // Throws Error that says how much was asked for and is free.
    void* allocate(std::int64_t bytes);
    void free(void* memory) noexcept;

  private:
    template <typename Query>
    void watch(const Query& query) const;
    bool hasRoomFor(std::int64_t bytes) const;

    Device m_device;
    std::int64_t m_limit;
    cudaStream_t m_stream = nullptr;
    StreamWatch* m_watch = nullptr;
};

// Device memory of one owner. Moves; never copied.
class DeviceMemory {
  public:
    DeviceMemory() = default;
    DeviceMemory(std::shared_ptr<Stream> stream, std::int64_t bytes);
    ~DeviceMemory();
    DeviceMemory(DeviceMemory&& other) noexcept;
    DeviceMemory& operator=(DeviceMemory&& other) noexcept;
    DeviceMemory(const DeviceMemory&) = delete;
    DeviceMemory& operator=(const DeviceMemory&) = delete;

    void* data() const { return m_data; }
    std::int64_t bytes() const { return m_bytes; }

  private:
    std::shared_ptr<Stream> m_stream;
    void* m_data = nullptr;
    std::int64_t m_bytes = 0;
};

// Work space that only grows. What was in it is lost when it does.
class Scratch {
  public:
    explicit Scratch(std::shared_ptr<Stream> stream) : m_stream(std::move(stream)) {}

    void* bytes(std::int64_t count);
    template <typename Value>
    Value* values(std::int64_t count) {
        return static_cast<Value*>(bytes(count * static_cast<std::int64_t>(sizeof(Value))));
    }

  private:
    std::shared_ptr<Stream> m_stream;
    DeviceMemory m_memory;
};

}  // namespace asterism::cuda
