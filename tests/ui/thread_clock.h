#pragma once

#include <ctime>

namespace asterism::test {

// Processor time that the calling thread has used: what it is made to wait for on a machine that
// other programs keep busy does not count.
inline double threadSeconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace asterism::test
