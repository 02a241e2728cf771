#include "core/eval/random.h"

#include <xxhash.h>

#include "core/base/check.h"

namespace asterism::eval {

std::size_t Random::below(std::size_t bound) {
    ASTERISM_CHECK(bound > 0);
    // The standard's distributions may differ between libraries. The bias of the remainder is
    // below 2^-32 for bounds below 2^32.
    return static_cast<std::size_t>(m_engine() % bound);
}

double Random::fraction() {
    return static_cast<double>(m_engine() >> 11) * 0x1p-53;
}

std::string Random::digits(int count) {
    std::string text(1, static_cast<char>('1' + below(9)));
    while (static_cast<int>(text.size()) < count) text += static_cast<char>('0' + below(10));
    return text;
}

std::string Random::letters(int count, char first) {
    std::string text;
    for (int i = 0; i < count; ++i) text += static_cast<char>(first + static_cast<int>(below(26)));
    return text;
}

std::string Random::uuid() {
    constexpr std::string_view kPattern = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    std::string text(kPattern);
    for (char& letter : text)
        if (letter == 'x') letter = "0123456789abcdef"[below(16)];
    return text;
}

std::uint64_t seedOf(std::uint64_t seed, std::string_view what, std::int64_t length,
                     std::int64_t sample) {
    const std::string text =
        std::string(what) + '/' + std::to_string(length) + '/' + std::to_string(sample);
    return XXH3_64bits_withSeed(text.data(), text.size(), seed);
}

}  // namespace asterism::eval
