#include "cuda/nccl_communicator.h"

#include <nccl.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "core/base/check.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "cuda/check.h"
#include "cuda/device.h"
#include "cuda/stream.h"

namespace asterism {
namespace cuda {
namespace {

constexpr double kConnectSeconds = 60;

bool isFailure(ncclResult_t result) {
    return result != ncclSuccess && result != ncclInProgress;
}

[[noreturn]] void throwNcclError(ncclResult_t result, const char* doing) {
    throw Error("the GPUs' connection failed while ", doing, ": ", ncclGetErrorString(result),
                "; start again, or use one GPU");
}

// What the ranks of a group share.
struct Group {
    std::atomic<bool> isEnded = false;
    double limitSeconds = 0;
};

class NcclCommunicator final : public Communicator {
  public:
    NcclCommunicator(std::shared_ptr<Group> group, ncclComm_t handle, const Device& device,
                     int rank, int size)
        : m_group(std::move(group)),
          m_handle(handle),
          m_stream(std::make_shared<Stream>(device)),
          m_number(m_stream, sizeof(std::int64_t)),
          m_rank(rank),
          m_size(size) {
        check(cudaEventCreateWithFlags(&m_done, cudaEventDisableTiming), "making an event");
    }
    ~NcclCommunicator() override {
        if (cudaSetDevice(m_stream->device().index) != cudaSuccess) return;
        release();
        (void)cudaEventDestroy(m_done);
    }

    int rank() const override { return m_rank; }
    int size() const override { return m_size; }

    void broadcast(const TensorView& values, int root) override {
        run("broadcasting", [&] {
            return ncclBroadcast(values.data, values.data, bytesOf(values), ncclInt8, root,
                                 m_handle, m_stream->handle());
        });
    }
    std::int64_t broadcast(std::int64_t value, int root) override {
        copyNumber(&value, m_number.data(), cudaMemcpyHostToDevice);
        broadcast(TensorView{m_number.data(), {sizeof(value)}, DataType::i8}, root);
        copyNumber(m_number.data(), &value, cudaMemcpyDeviceToHost);
        return value;
    }
    void allGather(const TensorView& part, const TensorView& all) override {
        ASTERISM_CHECK(all.rows() == m_size && all.bytes() == part.bytes() * m_size);
        run("gathering", [&] {
            return ncclAllGather(part.data, all.data, bytesOf(part), ncclInt8, m_handle,
                                 m_stream->handle());
        });
    }
    void exchange(const TensorView& send, int to, const TensorView& receive, int from) override {
        run("exchanging", [&] {
            ncclGroupStart();
            ncclSend(send.data, bytesOf(send), ncclInt8, to, m_handle, m_stream->handle());
            ncclRecv(receive.data, bytesOf(receive), ncclInt8, from, m_handle, m_stream->handle());
            return ncclGroupEnd();
        });
    }
    void barrier() override { broadcast(std::int64_t{0}, 0); }
    // The other ranks notice while they wait.
    void abort() noexcept override { m_group->isEnded = true; }

  private:
    static std::size_t bytesOf(const TensorView& values) {
        return static_cast<std::size_t>(values.bytes());
    }

    void copyNumber(const void* from, void* to, cudaMemcpyKind kind) {
        m_stream->enter();
        check(cudaMemcpyAsync(to, from, sizeof(std::int64_t), kind, m_stream->handle()),
              "exchanging a number");
        m_stream->synchronize();
    }

    // Starts a collective and waits for it.
    template <typename Start>
    void run(const char* doing, const Start& start) {
        if (m_group->isEnded || !m_handle) throwEnded();
        m_stream->enter();
        const ncclResult_t started = start();
        if (isFailure(started)) fail(started, doing);
        const Stopwatch watch;
        waitUntil(doing, watch, [&] { return state(doing) != ncclInProgress; });
        check(cudaEventRecord(m_done, m_stream->handle()), doing);
        waitUntil(doing, watch, [&] {
            state(doing);
            const cudaError_t status = cudaEventQuery(m_done);
            if (status != cudaErrorNotReady) check(status, doing);
            return status == cudaSuccess;
        });
    }

    ncclResult_t state(const char* doing) {
        ncclResult_t state = ncclSuccess;
        const ncclResult_t asked = ncclCommGetAsyncError(m_handle, &state);
        if (isFailure(asked)) fail(asked, doing);
        if (isFailure(state)) fail(state, doing);
        return state;
    }

    template <typename IsDone>
    void waitUntil(const char* doing, const Stopwatch& watch, const IsDone& isDone) {
        // Most collectives take microseconds: asking comes first, sleeping only after a while.
        constexpr double kSpinSeconds = 0.01;
        while (!isDone()) {
            if (m_group->isEnded) {
                release();
                throwEnded();
            }
            const double seconds = watch.seconds();
            if (seconds > m_group->limitSeconds) {
                abort();
                release();
                throw Error("the GPUs did not finish ", doing, " within ", m_group->limitSeconds,
                            " s; one of them may be lost: start again, or use one GPU");
            }
            if (seconds > kSpinSeconds) std::this_thread::sleep_for(std::chrono::microseconds(100));
        }
    }

    [[noreturn]] void fail(ncclResult_t result, const char* doing) {
        abort();
        release();
        throwNcclError(result, doing);
    }
    [[noreturn]] static void throwEnded() { throw RankAborted("another rank ended the run"); }

    // Gives up whatever is still running; the ranks of a group are never needed afterwards.
    void release() noexcept {
        if (m_handle) (void)ncclCommAbort(std::exchange(m_handle, nullptr));
    }

    std::shared_ptr<Group> m_group;
    ncclComm_t m_handle;
    std::shared_ptr<Stream> m_stream;
    DeviceMemory m_number;
    cudaEvent_t m_done = nullptr;
    int m_rank;
    int m_size;
};

// Handles that are not yet owned by a communicator.
struct Handles {
    std::vector<ncclComm_t> handles;

    explicit Handles(std::size_t count) : handles(count, nullptr) {}
    ~Handles() {
        for (ncclComm_t handle : handles)
            if (handle) (void)ncclCommAbort(handle);
    }
    Handles(const Handles&) = delete;
    Handles& operator=(const Handles&) = delete;
};

void waitUntilConnected(const Handles& handles) {
    const Stopwatch watch;
    for (ncclComm_t handle : handles.handles) {
        ncclResult_t state = ncclInProgress;
        while (state == ncclInProgress) {
            const ncclResult_t asked = ncclCommGetAsyncError(handle, &state);
            if (isFailure(asked)) throwNcclError(asked, "connecting");
            if (isFailure(state)) throwNcclError(state, "connecting");
            if (watch.seconds() > kConnectSeconds)
                throw Error("the GPUs could not be connected within ", kConnectSeconds,
                            " s; use one GPU");
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }
}

void connect(std::span<const int> devices, Handles& handles) {
    ncclUniqueId id{};
    const ncclResult_t named = ncclGetUniqueId(&id);
    if (isFailure(named)) throwNcclError(named, "connecting");
    ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
    config.blocking = 0;
    ncclGroupStart();
    for (std::size_t rank = 0; rank < devices.size(); ++rank) {
        check(cudaSetDevice(devices[rank]), "choosing the GPU");
        ncclCommInitRankConfig(&handles.handles[rank], static_cast<int>(devices.size()), id,
                               static_cast<int>(rank), &config);
    }
    const ncclResult_t started = ncclGroupEnd();
    if (isFailure(started)) throwNcclError(started, "connecting");
    waitUntilConnected(handles);
}

}  // namespace
}  // namespace cuda

std::vector<std::unique_ptr<Communicator>> makeNcclCommunicators(std::span<const int> devices,
                                                                 double limitSeconds) {
    ASTERISM_CHECK(!devices.empty());
    std::vector<cuda::Device> opened;
    for (const int device : devices) opened.push_back(cuda::openDevice(device));
    cuda::Handles handles(devices.size());
    cuda::connect(devices, handles);
    const auto group = std::make_shared<cuda::Group>();
    group->limitSeconds = limitSeconds;
    std::vector<std::unique_ptr<Communicator>> ranks;
    for (std::size_t rank = 0; rank < devices.size(); ++rank)
        ranks.push_back(std::make_unique<cuda::NcclCommunicator>(
            group, std::exchange(handles.handles[rank], nullptr), opened[rank],
            static_cast<int>(rank), static_cast<int>(devices.size())));
    return ranks;
}

}  // namespace asterism
