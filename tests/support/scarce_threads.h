#pragma once

#include <pthread.h>

#include <cstddef>

namespace asterism::test {

// While it lives, the process can start a few threads at most: each takes a large part of its
// addresses. Sanitizers start threads in a way of their own, on which it has no effect.
class ScarceThreads {
  public:
    static constexpr int kMost = 32;

    ScarceThreads() {
        pthread_getattr_default_np(&m_before);
        pthread_attr_t scarce = m_before;
        pthread_attr_setguardsize(&scarce, std::size_t{1} << 45);
        pthread_setattr_default_np(&scarce);
    }
    ~ScarceThreads() {
        pthread_setattr_default_np(&m_before);
        pthread_attr_destroy(&m_before);
    }
    ScarceThreads(const ScarceThreads&) = delete;
    ScarceThreads& operator=(const ScarceThreads&) = delete;

  private:
    pthread_attr_t m_before{};
};

}  // namespace asterism::test
