#include "cuda/nccl_communicator.h"

#include <nccl.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <mutex>
#include <thread>
#include <utility>

#include "core/base/check.h"
#include "core/base/error.h"
#include "core/comm/local_communicator.h"
#include "cuda/backend_queue.h"
#include "cuda/check.h"
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

// One rank's end of a connection, which any rank may give up: only then does the work of a GPU end
// that waits for one which never comes.
class Connection {
  public:
    Connection(ncclComm_t handle, int device) : m_handle(handle), m_device(device) {}
    ~Connection() {
        giveUp();
        // A GPU that is lost may never let go.
        if (m_isFreed.valid()) m_isFreed.wait_for(std::chrono::seconds(10));
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // Calls NCCL for the handle, and returns what it says; in progress if the connection was given
    // up.
    template <typename Call>
    ncclResult_t call(const Call& call) {
        const std::lock_guard lock(m_mutex);
        return m_handle ? call(m_handle) : ncclInProgress;
    }

    void giveUp() noexcept {
        const std::lock_guard lock(m_mutex);
        free();
    }
    // The same unless the rank is calling NCCL right now.
    void tryGiveUp() noexcept {
        const std::unique_lock lock(m_mutex, std::try_to_lock);
        if (lock.owns_lock()) free();
    }

  private:
    // NCCL lets go of recorded collectives only when their graph is gone, so a thread of its own
    // waits for that.
    void free() noexcept try {
        if (!m_handle) return;
        std::promise<void> freed;
        m_isFreed = freed.get_future();
        std::thread([device = m_device, handle = std::exchange(m_handle, nullptr),
                     freed = std::move(freed)]() mutable {
            if (cudaSetDevice(device) == cudaSuccess) (void)ncclCommAbort(handle);
            freed.set_value();
        }).detach();
    } catch (...) {
        // There is no thread to be had, and with it no way to end the work.
    }

    std::mutex m_mutex;
    ncclComm_t m_handle;
    int m_device;
    std::future<void> m_isFreed;
};

// What the ranks of a group share.
struct Group {
    explicit Group(double limit) : limitSeconds(limit) {}

    // Gives up the connections of all ranks, so that their GPUs end what they do; ranks that are
    // calling NCCL find that the run has ended when they are back.
    void end() noexcept {
        isEnded = true;
        for (const auto& connection : connections) connection->tryGiveUp();
    }

    double limitSeconds;
    std::atomic<bool> isEnded = false;
    std::vector<std::unique_ptr<Connection>> connections;  // of all ranks
};

class NcclCommunicator final : public Communicator, private StreamWatch {
  public:
    NcclCommunicator(std::shared_ptr<Group> group, std::unique_ptr<Communicator> host,
                     BackendQueue queue)
        : m_group(std::move(group)),
          m_connection(*m_group->connections[static_cast<std::size_t>(host->rank())]),
          m_host(std::move(host)),
          m_stream(std::move(queue.stream)),
          m_times(*queue.times) {
        m_stream->enter();
        for (cudaEvent_t& event : m_passed)
            cuda::check(cudaEventCreateWithFlags(&event, cudaEventDisableTiming),
                        "making an event");
        m_stream->setWatch(this);
    }
    ~NcclCommunicator() override {
        m_stream->dropWatch(this);
        m_connection.giveUp();
        if (cudaSetDevice(m_stream->device().index) != cudaSuccess) return;
        for (cudaEvent_t event : m_passed) (void)cudaEventDestroy(event);
    }

    int rank() const override { return m_host->rank(); }
    int size() const override { return m_host->size(); }
    bool followsOps() const override { return true; }

    void broadcast(const TensorView& values, int root) override {
        enqueue("broadcasting", [&](ncclComm_t handle) {
            return ncclBroadcast(values.data, values.data, bytesOf(values), ncclInt8, root, handle,
                                 m_stream->handle());
        });
    }
    std::int64_t broadcast(std::int64_t value, int root) override {
        return m_host->broadcast(value, root);
    }
    void allGather(const TensorView& part, const TensorView& all) override {
        ASTERISM_CHECK(all.rows() == size() && all.bytes() == part.bytes() * size());
        const OpTimes::Op measured(m_times, OpTimes::Kind::merge);
        enqueue("gathering", [&](ncclComm_t handle) {
            return ncclAllGather(part.data, all.data, bytesOf(part), ncclInt8, handle,
                                 m_stream->handle());
        });
    }
    void exchange(const TensorView& send, int to, const TensorView& receive, int from) override {
        enqueue("exchanging", [&](ncclComm_t handle) {
            ncclGroupStart();
            ncclSend(send.data, bytesOf(send), ncclInt8, to, handle, m_stream->handle());
            ncclRecv(receive.data, bytesOf(receive), ncclInt8, from, handle, m_stream->handle());
            return ncclGroupEnd();
        });
    }
    void barrier() override { m_host->barrier(); }
    void abort() noexcept override {
        m_group->end();
        m_host->abort();
    }

  private:
    static std::size_t bytesOf(const TensorView& values) {
        return static_cast<std::size_t>(values.bytes());
    }

    bool isRecorded() const {
        cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
        cuda::check(cudaStreamIsCapturing(m_stream->handle(), &status), "recording");
        return status != cudaStreamCaptureStatusNone;
    }

    // Puts a collective on the stream. Few are on their way at a time: behind one that never ends
    // the queue of the GPU would be full in the end, and a launch would wait where nothing can end
    // it.
    template <typename Call>
    void enqueue(const char* doing, const Call& call) {
        m_stream->enter();
        const bool passes = !isRecorded();
        cudaEvent_t& passed = m_passed[m_next];
        if (passes) m_stream->wait(passed);
        const ncclResult_t result = m_connection.call(call);
        throwIfEnded();
        if (isFailure(result)) fail(result, doing);
        if (!passes) return;
        cuda::check(cudaEventRecord(passed, m_stream->handle()), doing);
        m_next = (m_next + 1) % kMostOnTheirWay;
    }

    // While this rank waits for its backend.
    void check(double seconds) override {
        ncclResult_t state = ncclSuccess;
        const ncclResult_t asked = m_connection.call(
            [&](ncclComm_t handle) { return ncclCommGetAsyncError(handle, &state); });
        throwIfEnded();
        if (isFailure(asked)) fail(asked, "computing");
        if (isFailure(state)) fail(state, "computing");
        if (seconds <= m_group->limitSeconds) return;
        abort();
        m_connection.giveUp();
        throw Error("GPU ", m_stream->device().index, " did not finish within ",
                    m_group->limitSeconds,
                    " s what it does together with others; one of them may be lost: start again, "
                    "or use one GPU");
    }

    void throwIfEnded() {
        if (!m_group->isEnded) return;
        m_connection.giveUp();
        throw RankAborted("another rank ended the run");
    }
    [[noreturn]] void fail(ncclResult_t result, const char* doing) {
        abort();
        m_connection.giveUp();
        throwNcclError(result, doing);
    }

    static constexpr std::size_t kMostOnTheirWay = 2;

    std::shared_ptr<Group> m_group;
    Connection& m_connection;
    std::unique_ptr<Communicator> m_host;  // of the ranks' threads
    std::shared_ptr<Stream> m_stream;
    OpTimes& m_times;
    cudaEvent_t m_passed[kMostOnTheirWay] = {};  // behind the last collectives
    std::size_t m_next = 0;                      // the oldest of them
};

std::shared_ptr<Group> connect(std::span<const BackendQueue> queues, double limitSeconds) {
    ncclUniqueId id{};
    const ncclResult_t named = ncclGetUniqueId(&id);
    if (isFailure(named)) throwNcclError(named, "connecting");
    std::vector<ncclComm_t> handles(queues.size(), nullptr);
    ncclResult_t result = ncclGroupStart();
    for (std::size_t rank = 0; rank < queues.size(); ++rank) {
        queues[rank].stream->enter();
        const ncclResult_t started = ncclCommInitRank(
            &handles[rank], static_cast<int>(queues.size()), id, static_cast<int>(rank));
        if (isFailure(started)) result = started;
    }
    const ncclResult_t ended = ncclGroupEnd();
    auto group = std::make_shared<Group>(limitSeconds);
    for (std::size_t rank = 0; rank < queues.size(); ++rank)
        group->connections.push_back(
            std::make_unique<Connection>(handles[rank], queues[rank].stream->device().index));
    if (isFailure(result)) throwNcclError(result, "connecting");
    if (isFailure(ended)) throwNcclError(ended, "connecting");
    return group;
}

// GPUs are connected by the first collective of a kind, which waits for the calls of all ranks. To
// have that over, every kind is called once, small and large, for all ranks by one thread.
class WarmUp {
  public:
    WarmUp(Group& group, std::span<const BackendQueue> queues) : m_group(group), m_queues(queues) {
        for (const BackendQueue& queue : queues)
            m_memory.emplace_back(queue.stream,
                                  static_cast<std::int64_t>((queues.size() + 1) * kLarge));
    }

    // Puts the collectives on the streams.
    void run() {
        const std::size_t ranks = m_queues.size();
        for (const std::size_t bytes : {kSmall, kLarge}) {
            onAll([&](std::size_t rank, ncclComm_t handle, cudaStream_t stream) {
                return ncclBroadcast(data(rank), data(rank), bytes, ncclInt8, 0, handle, stream);
            });
            onAll([&](std::size_t rank, ncclComm_t handle, cudaStream_t stream) {
                return ncclAllGather(data(rank), data(rank) + kLarge, bytes, ncclInt8, handle,
                                     stream);
            });
            onAll([&](std::size_t rank, ncclComm_t handle, cudaStream_t stream) {
                const auto next = static_cast<int>((rank + 1) % ranks);
                const auto previous = static_cast<int>((rank + ranks - 1) % ranks);
                const ncclResult_t sent =
                    ncclSend(data(rank), bytes, ncclInt8, next, handle, stream);
                if (isFailure(sent)) return sent;
                return ncclRecv(data(rank) + kLarge, bytes, ncclInt8, previous, handle, stream);
            });
        }
    }

  private:
    static constexpr std::size_t kSmall = 1024;
    static constexpr std::size_t kLarge = std::size_t{16} << 20;

    std::byte* data(std::size_t rank) const {
        return static_cast<std::byte*>(m_memory[rank].data());
    }

    template <typename Call>
    void onAll(const Call& call) {
        ncclResult_t result = ncclGroupStart();
        for (std::size_t rank = 0; rank < m_queues.size(); ++rank) {
            const Stream& stream = *m_queues[rank].stream;
            stream.enter();
            const ncclResult_t called = m_group.connections[rank]->call(
                [&](ncclComm_t handle) { return call(rank, handle, stream.handle()); });
            if (isFailure(called)) result = called;
        }
        const ncclResult_t ended = ncclGroupEnd();
        if (isFailure(result)) throwNcclError(result, "connecting");
        if (isFailure(ended)) throwNcclError(ended, "connecting");
    }

    Group& m_group;
    std::span<const BackendQueue> m_queues;
    std::vector<DeviceMemory> m_memory;
};

}  // namespace
}  // namespace cuda

std::vector<std::unique_ptr<Communicator>> makeNcclCommunicators(std::span<Backend* const> backends,
                                                                 double limitSeconds) {
    ASTERISM_CHECK(!backends.empty());
    std::vector<cuda::BackendQueue> queues;
    for (Backend* backend : backends) queues.push_back(cuda::queueOf(*backend));
    const auto group = cuda::connect(queues, std::min(limitSeconds, cuda::kConnectSeconds));
    std::vector<std::unique_ptr<Communicator>> ranks;
    auto hosts = makeLocalCommunicators(static_cast<int>(backends.size()));
    for (std::size_t rank = 0; rank < backends.size(); ++rank)
        ranks.push_back(
            std::make_unique<cuda::NcclCommunicator>(group, std::move(hosts[rank]), queues[rank]));
    cuda::WarmUp(*group, queues).run();
    // GPUs whose connection does not work at all show it here.
    for (const cuda::BackendQueue& queue : queues) queue.stream->synchronize();
    group->limitSeconds = limitSeconds;
    return ranks;
}

}  // namespace asterism
