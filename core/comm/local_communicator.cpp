#include "core/comm/local_communicator.h"

#include <condition_variable>
#include <cstring>
#include <mutex>
#include <utility>

namespace asterism {

namespace {

// The meeting point of all ranks: everyone publishes what it offers, everyone reads what it needs,
// everyone leaves.
class Meeting {
  public:
    Meeting(int size, CopyBetweenRanks copy)
        : m_offers(static_cast<std::size_t>(size)), m_copy(std::move(copy)) {}

    void copy(const TensorView& from, const TensorView& to) const {
        ASTERISM_CHECK(from.bytes() == to.bytes());
        if (from.bytes() == 0 || from.data == to.data) return;
        if (m_copy)
            m_copy(from, to);
        else
            std::memcpy(to.data, from.data, static_cast<std::size_t>(from.bytes()));
    }

    int size() const { return static_cast<int>(m_offers.size()); }

    struct Offer {
        TensorView values;
        std::int64_t number = 0;
    };

    // Publishes this rank's offer and returns once all ranks have published theirs.
    void publish(int rank, const Offer& offer) {
        at(rank) = offer;
        arrive();
    }
    const Offer& offerOf(int rank) { return at(rank); }
    // Returns once all ranks are done reading, so that offers may be replaced.
    void leave() { arrive(); }

    void abort() noexcept {
        const std::lock_guard lock(m_mutex);
        m_aborted = true;
        m_changed.notify_all();
    }

  private:
    Offer& at(int rank) { return m_offers[static_cast<std::size_t>(rank)]; }

    void arrive() {
        std::unique_lock lock(m_mutex);
        // Ranks that were counted may be gone, and what they offered with them.
        if (m_aborted) throwAborted();
        const std::int64_t round = m_round;
        if (++m_arrived == size()) {
            m_arrived = 0;
            ++m_round;
            m_changed.notify_all();
            return;
        }
        m_changed.wait(lock, [&] { return m_round != round || m_aborted; });
        if (m_round == round) throwAborted();
    }

    [[noreturn]] static void throwAborted() { throw RankAborted("another rank ended the run"); }

    std::vector<Offer> m_offers;
    CopyBetweenRanks m_copy;  // empty: host memory
    std::mutex m_mutex;
    std::condition_variable m_changed;
    int m_arrived = 0;
    std::int64_t m_round = 0;
    bool m_aborted = false;
};

class LocalCommunicator : public Communicator {
  public:
    LocalCommunicator(std::shared_ptr<Meeting> meeting, int rank)
        : m_meeting(std::move(meeting)), m_rank(rank) {}

    int rank() const override { return m_rank; }
    int size() const override { return m_meeting->size(); }

    void broadcast(const TensorView& values, int root) override {
        m_meeting->publish(m_rank, {values, 0});
        if (m_rank != root) m_meeting->copy(m_meeting->offerOf(root).values, values);
        m_meeting->leave();
    }

    std::int64_t broadcast(std::int64_t value, int root) override {
        m_meeting->publish(m_rank, {{}, value});
        const std::int64_t received = m_meeting->offerOf(root).number;
        m_meeting->leave();
        return received;
    }

    void allGather(const TensorView& part, const TensorView& all) override {
        ASTERISM_CHECK(all.rows() == size() && all.bytes() == part.bytes() * size());
        m_meeting->publish(m_rank, {part, 0});
        for (int rank = 0; rank < size(); ++rank)
            m_meeting->copy(m_meeting->offerOf(rank).values, all.slice(rank, rank + 1));
        m_meeting->leave();
    }

    void exchange(const TensorView& send, int, const TensorView& receive, int from) override {
        m_meeting->publish(m_rank, {send, 0});
        m_meeting->copy(m_meeting->offerOf(from).values, receive);
        m_meeting->leave();
    }

    void barrier() override { m_meeting->leave(); }
    void abort() noexcept override { m_meeting->abort(); }

  private:
    std::shared_ptr<Meeting> m_meeting;
    int m_rank;
};

}  // namespace

std::vector<std::unique_ptr<Communicator>> makeLocalCommunicators(int size, CopyBetweenRanks copy) {
    ASTERISM_CHECK(size >= 1);
    const auto meeting = std::make_shared<Meeting>(size, std::move(copy));
    std::vector<std::unique_ptr<Communicator>> ranks;
    ranks.reserve(static_cast<std::size_t>(size));
    for (int rank = 0; rank < size; ++rank)
        ranks.push_back(std::make_unique<LocalCommunicator>(meeting, rank));
    return ranks;
}

}  // namespace asterism
