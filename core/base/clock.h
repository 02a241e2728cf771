#pragma once

#include <chrono>

namespace asterism {

// Wall-clock seconds since it was made.
class Stopwatch {
  public:
    double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - m_begin).count();
    }

  private:
    std::chrono::steady_clock::time_point m_begin = std::chrono::steady_clock::now();
};

// Adds the seconds of its life to a sum.
class AddedTime {
  public:
    explicit AddedTime(double& sum) : m_sum(sum) {}
    ~AddedTime() { m_sum += m_clock.seconds(); }
    AddedTime(const AddedTime&) = delete;
    AddedTime& operator=(const AddedTime&) = delete;

  private:
    double& m_sum;
    Stopwatch m_clock;
};

}  // namespace asterism
