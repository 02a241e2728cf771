#include "app/cli/interrupt_watch.h"

#include <pthread.h>
#include <unistd.h>

#include <ctime>

#include "app/cli/command.h"

namespace asterism {

InterruptWatch::InterruptWatch() {
    sigemptyset(&m_signals);
    sigaddset(&m_signals, SIGINT);
    sigaddset(&m_signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &m_signals, nullptr);
    m_thread = std::jthread([this](const std::stop_token& finished) { watch(finished); });
}

std::stop_token InterruptWatch::token() const {
    const std::lock_guard lock(m_mutex);
    return m_source.get_token();
}

std::stop_token InterruptWatch::rearm() {
    const std::lock_guard lock(m_mutex);
    m_source = std::stop_source();
    return m_source.get_token();
}

void InterruptWatch::watch(const std::stop_token& finished) {
    constexpr timespec kPoll{0, 100'000'000};
    while (!finished.stop_requested()) {
        if (sigtimedwait(&m_signals, nullptr, &kPoll) < 0) continue;
        const std::lock_guard lock(m_mutex);
        if (m_source.stop_requested()) ::_exit(static_cast<int>(ExitCode::interrupted));
        m_source.request_stop();
    }
}

}  // namespace asterism
