#include "core/base/threads.h"

#include <sched.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "core/base/error.h"

namespace asterism {

int usableCores() {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

std::jthread startThread(std::function<void()> work) {
    try {
        return std::jthread(std::move(work));
    } catch (const std::system_error& error) {
        throw Error("the system starts no more threads (", error.code().message(),
                    "); use fewer threads or ranks, or close other programs");
    }
}

}  // namespace asterism
