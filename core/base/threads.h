#pragma once

#include <functional>
#include <thread>

namespace asterism {

// Cores that this process may use: those of its affinity mask.
int usableCores();

// A thread that runs `work`. Throws Error that says what to do where the system gives no more
// threads.
std::jthread startThread(std::function<void()> work);

}  // namespace asterism
