#pragma once

#include <csignal>
#include <mutex>
#include <stop_token>
#include <thread>

namespace asterism {

// Turns Ctrl-C (SIGINT) and SIGTERM into a stop request; a second one ends the program at once.
// Make it before any other thread, so that all threads inherit the blocked signals.
class InterruptWatch {
  public:
    InterruptWatch();

    std::stop_token token() const;
    // Takes back a stop request that was obeyed: tokens from now on are asked anew.
    std::stop_token rearm();

  private:
    void watch(const std::stop_token& finished);

    sigset_t m_signals{};
    mutable std::mutex m_mutex;  // guards the source
    std::stop_source m_source;
    std::jthread m_thread;  // last: it uses the others
};

}  // namespace asterism
