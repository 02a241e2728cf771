// NCCL between the GPUs of this machine; a group of one where there is one.
#include "cuda/nccl_communicator.h"

#include <gtest/gtest.h>

#include <exception>
#include <functional>
#include <numeric>
#include <thread>

#include "core/base/error.h"
#include "cuda/cuda_backend.h"

namespace asterism::test {
namespace {

class Nccl : public testing::Test {
  protected:
    void SetUp() override {
        try {
            m_devices.resize(static_cast<std::size_t>(cudaDeviceCount()));
            std::iota(m_devices.begin(), m_devices.end(), 0);
            m_ranks = makeNcclCommunicators(m_devices);
        } catch (const Error& error) {
            GTEST_SKIP() << error.what();
        }
    }

    // Runs work(communicator, backend) on a thread for each GPU; rethrows what one threw.
    void onRanks(const std::function<void(Communicator&, Backend&)>& work) {
        std::vector<std::exception_ptr> failures(m_ranks.size());
        std::vector<std::jthread> threads;
        for (std::size_t rank = 0; rank < m_ranks.size(); ++rank)
            threads.emplace_back([&, rank] {
                try {
                    const auto backend = makeCudaBackend({.device = m_devices[rank]});
                    work(*m_ranks[rank], *backend);
                } catch (...) {
                    failures[rank] = std::current_exception();
                }
            });
        threads.clear();
        for (const std::exception_ptr& failure : failures)
            if (failure) std::rethrow_exception(failure);
    }

    static Tensor filled(Backend& backend, Shape shape, float value) {
        const std::vector<float> values(static_cast<std::size_t>(shape.elements()), value);
        Tensor tensor = backend.floats(shape);
        backend.upload(std::as_bytes(std::span(values)), tensor.view());
        return tensor;
    }
    static std::vector<float> read(Backend& backend, const TensorView& view) {
        std::vector<float> values(static_cast<std::size_t>(view.elements()));
        backend.download(view, std::as_writable_bytes(std::span(values)));
        return values;
    }

    std::vector<int> m_devices;
    std::vector<std::unique_ptr<Communicator>> m_ranks;
};

TEST_F(Nccl, broadcastsTheRootsValuesAndNumber) {
    onRanks([](Communicator& communicator, Backend& backend) {
        const int root = communicator.size() - 1;
        const auto own = static_cast<float>(communicator.rank());
        const Tensor values = filled(backend, {1000}, own);
        communicator.broadcast(values.view(), root);
        EXPECT_EQ(read(backend, values.view()), std::vector<float>(1000, static_cast<float>(root)));
        EXPECT_EQ(communicator.broadcast(std::int64_t{70} + communicator.rank(), root), 70 + root);
    });
}

TEST_F(Nccl, gathersPartsInRankOrderAndPassesThemAround) {
    onRanks([](Communicator& communicator, Backend& backend) {
        const int size = communicator.size();
        const int rank = communicator.rank();
        const Tensor part = filled(backend, {5}, static_cast<float>(rank));
        const Tensor all = filled(backend, {size, 5}, -1);
        communicator.allGather(part.view(), all.view());
        const auto gathered = read(backend, all.view());
        for (std::size_t i = 0; i < gathered.size(); ++i)
            EXPECT_EQ(gathered[i], static_cast<float>(i / 5));
        const Tensor received = filled(backend, {5}, -1);
        const int from = (rank + size - 1) % size;
        communicator.exchange(part.view(), (rank + 1) % size, received.view(), from);
        EXPECT_EQ(read(backend, received.view()), std::vector<float>(5, static_cast<float>(from)));
        communicator.barrier();
    });
}

TEST_F(Nccl, anEndedGroupLetsNoRankIn) {
    m_ranks.front()->abort();
    EXPECT_THROW(onRanks([](Communicator& communicator, Backend&) { communicator.barrier(); }),
                 RankAborted);
}

}  // namespace
}  // namespace asterism::test
