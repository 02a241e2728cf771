// NCCL between the GPUs of this machine; a group of one where there is one.
#include "cuda/nccl_communicator.h"

#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <functional>
#include <thread>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "cuda/cuda_backend.h"

namespace asterism::test {
namespace {

using namespace std::chrono_literals;

constexpr double kSoon = 5;  // seconds

class Nccl : public testing::Test {
  protected:
    void SetUp() override {
        try {
            const int count = cudaDeviceCount();
            for (int device = 0; device < count; ++device)
                m_backends.push_back(makeCudaBackend({.device = device}));
            connect();
        } catch (const Error& error) {
            GTEST_SKIP() << error.what();
        }
    }

    void connect(double limitSeconds = 600) {
        std::vector<Backend*> backends;
        for (const auto& backend : m_backends) backends.push_back(backend.get());
        m_ranks.clear();
        m_ranks = makeNcclCommunicators(backends, limitSeconds);
    }

    // Runs work(communicator, backend) on a thread for each GPU; rethrows what one threw.
    void onRanks(const std::function<void(Communicator&, Backend&)>& work) {
        std::vector<std::exception_ptr> failures(m_ranks.size());
        std::vector<std::jthread> threads;
        for (std::size_t rank = 0; rank < m_ranks.size(); ++rank)
            threads.emplace_back([&, rank] {
                try {
                    work(*m_ranks[rank], *m_backends[rank]);
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

    std::vector<std::unique_ptr<Backend>> m_backends;
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

// Takes over the next rank's values and adds 1 to them, step by step: what is in the wrong order
// with anything is seen in the sum.
class Carousel {
  public:
    Carousel(Communicator& communicator, Backend& backend, const Tensor& values, const Tensor& one)
        : m_communicator(communicator),
          m_backend(backend),
          m_values(values.view()),
          m_one(one.view()),
          m_all(backend.floats({communicator.size(), m_values.elements()})) {}

    void step() {
        const int next = (m_communicator.rank() + 1) % m_communicator.size();
        m_communicator.allGather(m_values, m_all.view());
        m_backend.copy(m_all.view().slice(next, next + 1).reshaped(m_values.shape), m_values);
        m_backend.add(m_one, m_values);
    }
    // What every value is after so many steps from the rank's number.
    float expected(int steps) const {
        return static_cast<float>((m_communicator.rank() + steps) % m_communicator.size() + steps);
    }

  private:
    Communicator& m_communicator;
    Backend& m_backend;
    TensorView m_values;
    TensorView m_one;
    Tensor m_all;
};

TEST_F(Nccl, collectivesFollowTheOpsAndOpsFollowThem) {
    onRanks([](Communicator& communicator, Backend& backend) {
        constexpr int kSteps = 200;
        constexpr std::int64_t kValues = 1 << 20;
        ASSERT_TRUE(communicator.followsOps());
        const Tensor values = filled(backend, {kValues}, static_cast<float>(communicator.rank()));
        const Tensor one = filled(backend, {kValues}, 1);
        Carousel carousel(communicator, backend, values, one);
        for (int step = 0; step < kSteps; ++step) carousel.step();
        EXPECT_EQ(read(backend, values.view()),
                  std::vector<float>(kValues, carousel.expected(kSteps)));
    });
}

TEST_F(Nccl, recordedStepsHoldTheirCollectives) {
    onRanks([](Communicator& communicator, Backend& backend) {
        constexpr int kSteps = 100;
        constexpr std::int64_t kValues = 4128;
        const Tensor values = filled(backend, {kValues}, static_cast<float>(communicator.rank()));
        const Tensor one = filled(backend, {kValues}, 1);
        Carousel carousel(communicator, backend, values, one);
        const auto recorded = backend.record([&] { carousel.step(); }, kSteps);
        ASSERT_NE(recorded, nullptr);
        // Between two of them others may stand, and one may be run op by op.
        for (int step = 1; step < kSteps; ++step) {
            if (step % 10 == 3) communicator.broadcast(one.view(), 0);
            if (step % 10 == 7) backend.measureOps();
            recorded->run(0);
            if (step % 10 != 7) continue;
            const auto seconds = backend.takeOpSeconds();
            ASSERT_TRUE(seconds.has_value());
            EXPECT_GT(seconds->merge, 0);
        }
        EXPECT_EQ(read(backend, values.view()),
                  std::vector<float>(kValues, carousel.expected(kSteps)));
    });
}

TEST_F(Nccl, anEndedGroupLetsNoRankIn) {
    m_ranks.front()->abort();
    EXPECT_THROW(onRanks([](Communicator& communicator, Backend&) { communicator.barrier(); }),
                 RankAborted);
    EXPECT_THROW(onRanks([](Communicator& communicator, Backend& backend) {
                     const Tensor values = filled(backend, {10}, 0);
                     communicator.broadcast(values.view(), 0);
                 }),
                 RankAborted);
}

TEST_F(Nccl, whatAGroupLeftBehindIsNoTroubleToTheNext) {
    m_ranks.front()->abort();
    connect();
    onRanks([](Communicator& communicator, Backend& backend) {
        const Tensor values = filled(backend, {10}, static_cast<float>(communicator.rank()));
        communicator.broadcast(values.view(), 0);
        EXPECT_EQ(read(backend, values.view()), std::vector<float>(10, 0));
    });
}

class NcclOfSeveral : public Nccl {
  protected:
    void SetUp() override {
        Nccl::SetUp();
        if (!IsSkipped() && m_backends.size() < 2)
            GTEST_SKIP() << "2 GPUs are needed, this machine has 1";
    }

    // All ranks but the first wait for a collective that the first one never joins; `wait` is given
    // a recorded step to run, and returns when that is over.
    void leaveAlone(const std::function<void(Backend&, RecordedStep&)>& wait,
                    const std::function<void(Communicator&)>& first) {
        onRanks([&](Communicator& communicator, Backend& backend) {
            const Tensor values = filled(backend, {4128}, 0);
            const Tensor one = filled(backend, {4128}, 1);
            Carousel carousel(communicator, backend, values, one);
            const auto recorded = backend.record([&] { carousel.step(); }, 10);
            backend.synchronize();
            communicator.barrier();
            if (communicator.rank() == 0) return first(communicator);
            wait(backend, *recorded);
        });
    }
};

TEST_F(NcclOfSeveral, aRankThatFailsEndsTheOthersWhereverTheyWait) {
    const std::vector<std::function<void(Backend&, RecordedStep&)>> waits{
        [](Backend& backend, RecordedStep& step) {
            step.run(0);
            backend.synchronize();
        },
        [](Backend&, RecordedStep& step) {
            step.run(0);
            step.run(0);
            step.run(0);
        },
        [](Backend& backend, RecordedStep& step) {
            const Tensor values = backend.floats({10});
            step.run(0);
            read(backend, values.view());
        },
        [](Backend& backend, RecordedStep& step) {
            const auto timer = backend.startTimer();
            step.run(0);
            timer->seconds();
        }};
    for (std::size_t i = 0; i < waits.size(); ++i) {
        SCOPED_TRACE(i);
        connect();
        const Stopwatch clock;
        leaveAlone([&](Backend& backend,
                       RecordedStep& step) { EXPECT_THROW(waits[i](backend, step), RankAborted); },
                   [](Communicator& communicator) {
                       std::this_thread::sleep_for(100ms);
                       communicator.abort();
                   });
        EXPECT_LT(clock.seconds(), kSoon);
    }
}

TEST_F(NcclOfSeveral, aCollectiveThatNeverEndsIsAnErrorOnceTheLimitIsOver) {
    connect(2);
    const Stopwatch clock;
    EXPECT_THROW(leaveAlone(
                     [](Backend& backend, RecordedStep& step) {
                         step.run(0);
                         backend.synchronize();
                     },
                     [](Communicator& communicator) { communicator.barrier(); }),
                 Error);
    EXPECT_LT(clock.seconds(), kSoon);
    try {
        onRanks([](Communicator& communicator, Backend&) { communicator.barrier(); });
        ADD_FAILURE() << "the group goes on";
    } catch (const RankAborted&) {
    }
}

TEST_F(NcclOfSeveral, aRankThatThrowsWhileItRecordsEndsTheOthers) {
    const Stopwatch clock;
    EXPECT_THROW(onRanks([](Communicator& communicator, Backend& backend) {
                     const Tensor values = filled(backend, {4128}, 0);
                     const Tensor one = filled(backend, {4128}, 1);
                     Carousel carousel(communicator, backend, values, one);
                     int steps = 0;
                     try {
                         backend.record(
                             [&] {
                                 carousel.step();
                                 if (communicator.rank() == 0 && ++steps == 2)
                                     throw Error("this rank fails");
                             },
                             10);
                         carousel.step();
                         backend.synchronize();
                     } catch (...) {
                         communicator.abort();
                         throw;
                     }
                 }),
                 Error);
    EXPECT_LT(clock.seconds(), kSoon);
}

}  // namespace
}  // namespace asterism::test
