#include "tests/ui/event_loop_watch.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace asterism::test {

namespace {

// Seconds that this thread has been ready to run, but did not.
double readySeconds() {
    std::ifstream file("/proc/thread-self/schedstat");
    double ran = 0;
    double ready = 0;
    if (!(file >> ran >> ready)) throw std::runtime_error("this system keeps no schedstat");
    return ready * 1e-9;
}

}  // namespace

EventLoopWatch::EventLoopWatch() {
    m_timer.setTimerType(Qt::PreciseTimer);
    m_timer.setInterval(5);
    QObject::connect(&m_timer, &QTimer::timeout, [this] { look(); });
    restart();
    m_timer.start();
}

void EventLoopWatch::restart() {
    m_longest = 0;
    m_longestByTheClock = 0;
    m_rounds = 0;
    m_clock = {};
    m_readyBegin = readySeconds();
}

void EventLoopWatch::look() {
    const double seconds = m_clock.seconds();
    const double ready = readySeconds();
    m_longest = std::max(m_longest, seconds - (ready - m_readyBegin));
    m_longestByTheClock = std::max(m_longestByTheClock, seconds);
    ++m_rounds;
    m_clock = {};
    m_readyBegin = ready;
}

}  // namespace asterism::test
