#pragma once

#include <QTimer>

#include "core/base/clock.h"

namespace asterism::test {

// Finds the longest time for which the calling thread did not come back to its event loop: what it
// worked and what it was made to wait for - locks, the disk, other threads - but not the time it
// stood ready while other programs had the processors, which the system counts apart
// (/proc/thread-self/schedstat). So it means the same on a busy machine as on an idle one.
class EventLoopWatch {
  public:
    EventLoopWatch();

    void restart();
    double longestMs() const { return m_longest * 1000; }
    double longestByTheClockMs() const { return m_longestByTheClock * 1000; }
    int rounds() const { return m_rounds; }

  private:
    void look();

    QTimer m_timer;
    Stopwatch m_clock;
    double m_readyBegin = 0;
    double m_longest = 0;
    double m_longestByTheClock = 0;
    int m_rounds = 0;
};

}  // namespace asterism::test
