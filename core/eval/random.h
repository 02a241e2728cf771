#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asterism::eval {

// The draws behind a sample: the same for the same seed with every compiler and library.
class Random {
  public:
    explicit Random(std::uint64_t seed) : m_engine(seed) {}

    // Below `bound`, which is at least 1.
    std::size_t below(std::size_t bound);
    // In [0, 1).
    double fraction();
    // A number of so many digits, the first one not 0.
    std::string digits(int count);
    // Capital letters, or small ones.
    std::string letters(int count, char first = 'A');
    // 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12.
    std::string uuid();

    template <typename Value>
    const Value& pick(const std::vector<Value>& values) {
        return values[below(values.size())];
    }
    template <typename Value>
    void shuffle(std::vector<Value>& values) {
        for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
    }

  private:
    std::mt19937_64 m_engine;
};

// A seed that differs with every part of what it is for.
std::uint64_t seedOf(std::uint64_t seed, std::string_view what, std::int64_t length,
                     std::int64_t sample);

}  // namespace asterism::eval
