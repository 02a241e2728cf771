#include "core/comm/local_communicator.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <numeric>
#include <thread>

namespace asterism {
namespace {

using Floats = std::vector<float>;
using Ranks = std::vector<std::unique_ptr<Communicator>>;

TensorView viewOf(Floats& values) {
    return {values.data(), {static_cast<std::int64_t>(values.size())}, DataType::f32};
}

TensorView rowsOf(Floats& values, std::int64_t rows) {
    return viewOf(values).reshaped({rows, static_cast<std::int64_t>(values.size()) / rows});
}

// Runs `work` once per rank, each on a thread of its own.
void onAllRanks(Ranks& ranks, const std::function<void(Communicator&)>& work) {
    std::vector<std::jthread> threads;
    for (const auto& rank : ranks) threads.emplace_back([&] { work(*rank); });
}

class LocalCommunicatorOf : public testing::TestWithParam<int> {
  protected:
    int size() const { return GetParam(); }
    Ranks ranks() const { return makeLocalCommunicators(size()); }
};

TEST_P(LocalCommunicatorOf, RanksKnowTheirNumberAndTheSize) {
    const Ranks group = ranks();
    ASSERT_EQ(std::ssize(group), size());
    for (int rank = 0; rank < size(); ++rank) {
        EXPECT_EQ(group[static_cast<std::size_t>(rank)]->rank(), rank);
        EXPECT_EQ(group[static_cast<std::size_t>(rank)]->size(), size());
    }
}

TEST_P(LocalCommunicatorOf, BroadcastGivesEveryRankTheRootsValues) {
    Ranks group = ranks();
    onAllRanks(group, [&](Communicator& comm) {
        for (int root = 0; root < comm.size(); ++root) {
            Floats values(100, static_cast<float>(comm.rank()));
            comm.broadcast(viewOf(values), root);
            EXPECT_EQ(values, Floats(100, static_cast<float>(root)));
            EXPECT_EQ(comm.broadcast(std::int64_t{1} << 40 | comm.rank(), root),
                      std::int64_t{1} << 40 | root);
        }
    });
}

TEST_P(LocalCommunicatorOf, AllGatherPutsPartsInRankOrder) {
    Ranks group = ranks();
    onAllRanks(group, [&](Communicator& comm) {
        Floats part(3);
        std::iota(part.begin(), part.end(), static_cast<float>(10 * comm.rank()));
        Floats all(part.size() * static_cast<std::size_t>(comm.size()), -1.F);
        comm.allGather(viewOf(part), rowsOf(all, comm.size()));
        for (std::size_t i = 0; i < all.size(); ++i)
            EXPECT_EQ(all[i], static_cast<float>(10 * (i / 3) + i % 3));
    });
}

TEST_P(LocalCommunicatorOf, AllGatherMayReceiveItsOwnPartInPlace) {
    Ranks group = ranks();
    onAllRanks(group, [&](Communicator& comm) {
        Floats all(2 * static_cast<std::size_t>(comm.size()), -1.F);
        const TensorView rows = rowsOf(all, comm.size());
        const TensorView mine = rows.slice(comm.rank(), comm.rank() + 1);
        std::fill_n(mine.floats(), 2, static_cast<float>(comm.rank()));
        comm.allGather(mine, rows);
        for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i], static_cast<float>(i / 2));
    });
}

TEST_P(LocalCommunicatorOf, ExchangePassesValuesAroundTheRing) {
    Ranks group = ranks();
    onAllRanks(group, [&](Communicator& comm) {
        const int next = (comm.rank() + 1) % comm.size();
        const int previous = (comm.rank() + comm.size() - 1) % comm.size();
        Floats held(5, static_cast<float>(comm.rank()));
        for (int step = 1; step <= comm.size(); ++step) {
            Floats received(5);
            comm.exchange(viewOf(held), next, viewOf(received), previous);
            held = received;
            const int origin = (comm.rank() + step * (comm.size() - 1)) % comm.size();
            EXPECT_EQ(held, Floats(5, static_cast<float>(origin)));
        }
    });
}

TEST_P(LocalCommunicatorOf, NobodyLeavesABarrierBeforeAllHaveArrived) {
    Ranks group = ranks();
    std::atomic<int> arrived = 0;
    onAllRanks(group, [&](Communicator& comm) {
        for (int round = 1; round <= 50; ++round) {
            ++arrived;
            comm.barrier();
            EXPECT_GE(arrived.load(), round * comm.size());
            comm.barrier();
        }
    });
}

TEST_P(LocalCommunicatorOf, ManyCollectivesInARowStayInStep) {
    Ranks group = ranks();
    onAllRanks(group, [&](Communicator& comm) {
        Floats all(static_cast<std::size_t>(comm.size()));
        for (int round = 0; round < 300; ++round) {
            Floats part{static_cast<float>(round + comm.rank())};
            comm.allGather(viewOf(part), rowsOf(all, comm.size()));
            for (int rank = 0; rank < comm.size(); ++rank)
                EXPECT_EQ(all[static_cast<std::size_t>(rank)], static_cast<float>(round + rank));
            EXPECT_EQ(comm.broadcast(std::int64_t{round} * comm.rank(), comm.size() - 1),
                      std::int64_t{round} * (comm.size() - 1));
        }
    });
}

TEST_P(LocalCommunicatorOf, EmptyValuesAreFine) {
    Ranks group = ranks();
    onAllRanks(group, [&](Communicator& comm) {
        Floats none;
        comm.broadcast(viewOf(none), 0);
        EXPECT_EQ(comm.broadcast(std::int64_t{7}, 0), 7);
    });
}

// What a rank does that fails while the others wait for it.
TEST_P(LocalCommunicatorOf, ARankThatThrowsAndAbortsFreesTheOthers) {
    Ranks group = ranks();
    std::atomic<int> aborted = 0;
    std::atomic<int> failed = 0;
    onAllRanks(group, [&](Communicator& comm) {
        try {
            comm.barrier();
            if (comm.rank() == comm.size() - 1) throw Error("no memory left");
            comm.barrier();
            ADD_FAILURE() << "rank " << comm.rank()
                          << " left a barrier that one rank never reached";
        } catch (const RankAborted&) {
            ++aborted;
        } catch (const Error&) {
            ++failed;
            comm.abort();
        }
    });
    EXPECT_EQ(failed, 1);
    EXPECT_EQ(aborted, size() - 1);
}

INSTANTIATE_TEST_SUITE_P(Ranks, LocalCommunicatorOf, testing::Values(1, 2, 4),
                         testing::PrintToStringParamName());

TEST(LocalCommunicator, AbortFreesRanksInEveryCollective) {
    Floats values(4);
    Floats all(8);
    const TensorView view = viewOf(values);
    const std::vector<std::function<void(Communicator&)>> collectives{
        [&](Communicator& comm) { comm.broadcast(view, 0); },
        [&](Communicator& comm) { comm.broadcast(std::int64_t{1}, 1); },
        [&](Communicator& comm) { comm.allGather(view, rowsOf(all, 2)); },
        [&](Communicator& comm) { comm.exchange(view, 1, view, 1); },
        [&](Communicator& comm) { comm.barrier(); }};
    for (const auto& collective : collectives) {
        const Ranks ranks = makeLocalCommunicators(2);
        std::jthread waiting([&] { EXPECT_THROW(collective(*ranks[0]), RankAborted); });
        ranks[1]->abort();
        waiting.join();
    }
}

TEST(LocalCommunicator, ACollectiveEnteredAfterAnAbortThrowsOnEveryRank) {
    const Ranks ranks = makeLocalCommunicators(2);
    ranks[1]->abort();
    EXPECT_THROW(ranks[0]->barrier(), RankAborted);
    EXPECT_THROW(ranks[1]->barrier(), RankAborted);
    EXPECT_THROW(ranks[0]->barrier(), RankAborted);
}

// The ranks that wait leave with what they offered: a late one must not count on them.
TEST(LocalCommunicator, ALateRankDoesNotMeetThoseThatHaveGone) {
    const Ranks ranks = makeLocalCommunicators(3);
    for (const std::size_t early : {0U, 1U}) {
        std::jthread waiting([&] { EXPECT_THROW(ranks[early]->barrier(), RankAborted); });
        ranks[2]->abort();
    }
    EXPECT_THROW(ranks[2]->barrier(), RankAborted);
}

TEST(LocalCommunicator, TheGroupLivesAsLongAsOneOfItsRanks) {
    std::unique_ptr<Communicator> last;
    {
        Ranks ranks = makeLocalCommunicators(1);
        last = std::move(ranks.front());
    }
    last->barrier();
    EXPECT_EQ(last->broadcast(std::int64_t{3}, 0), 3);
}

}  // namespace
}  // namespace asterism
