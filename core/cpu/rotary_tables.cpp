#include "core/cpu/rotary_tables.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/cpu/sizes.h"

namespace asterism::cpu {
namespace {

constexpr std::size_t kKeptTables = 8;

constexpr std::int64_t kWordPairs = 32;

// The even, then the odd ones of 32 figures of two keys that lie `stride` apart; returns the end.
std::int16_t* packTwoKeys(const float* figures, std::int64_t stride, std::int16_t* to) {
    for (const std::int64_t odd : {0, 1})
        for (const float* key : {figures, figures + stride})
            for (std::int64_t pair = odd; pair < kWordPairs; pair += 2)
                *to++ = static_cast<std::int16_t>(std::lround(key[pair] * 32767.0F));
    return to;
}

}  // namespace

RotaryTables::RotaryTables(const RopeConfig& rope) : m_rope(rope) {
    for (const double frequency : rope.frequencies) {
        for (std::int64_t token = 0; token < kQueryTile; ++token) {
            m_stepCosines.push_back(std::cos(static_cast<double>(token) * frequency));
            m_stepSines.push_back(std::sin(static_cast<double>(token) * frequency));
        }
    }
}

KeyRotation RotaryTables::keys(double keyStep) {
    auto table = std::find_if(m_keyTables.begin(), m_keyTables.end(),
                              [keyStep](const KeyTable& kept) { return kept.step == keyStep; });
    if (table == m_keyTables.end()) {
        KeyTable made{keyStep, {}, {}};
        float* cosines = made.angles.floats(2 * kPieceKeys * pairs() + 1);
        float* sines = cosines + kPieceKeys * pairs();
        for (std::int64_t key = 0; key < kPieceKeys; ++key) {
            for (const double frequency : m_rope.frequencies) {
                const double angle = static_cast<double>(key) * keyStep * frequency;
                *cosines++ = static_cast<float>(std::cos(angle));
                *sines++ = static_cast<float>(std::sin(angle));
            }
        }
        made.packWords(pairs());
        // Kept only now: there may not be memory enough for it.
        table = m_keyTables.insert(m_keyTables.end(), std::move(made));
    }
    const float* cosines = table->angles.data();
    return {cosines, cosines + kPieceKeys * pairs(), pairs(), table->packedWords()};
}

void RotaryTables::KeyTable::packWords(std::int64_t pairs) {
    if (pairs % kWordPairs != 0) return;
    auto* to = reinterpret_cast<std::int16_t*>(words.floats(kWordKeys * pairs + 1));
    const float* cosines = angles.data();
    const float* sines = cosines + kPieceKeys * pairs;
    for (std::int64_t group = 0; group < kWordKeys; group += 16) {
        for (std::int64_t first = 0; first < pairs; first += kWordPairs) {
            for (const std::int64_t key : {0, 1, 2, 3, 8, 9, 10, 11}) {
                const std::int64_t at = (group + key) * pairs + first;
                to = packTwoKeys(cosines + at, 4 * pairs, to);
                to = packTwoKeys(sines + at, 4 * pairs, to);
            }
        }
    }
}

void RotaryTables::forgetOld() {
    while (m_keyTables.size() > kKeptTables) m_keyTables.pop_front();
}

void RotaryTables::queries(double place, std::int64_t tokens, float* cosines, float* sines) const {
    for (std::size_t pair = 0; pair < m_rope.frequencies.size(); ++pair) {
        const double angle = place * m_rope.frequencies[pair];
        const double cosine = std::cos(angle);
        const double sine = std::sin(angle);
        const double* stepCosines = &m_stepCosines[pair * index(kQueryTile)];
        const double* stepSines = &m_stepSines[pair * index(kQueryTile)];
        for (std::size_t t = 0; t < index(tokens); ++t) {
            *cosines++ = static_cast<float>(cosine * stepCosines[t] - sine * stepSines[t]);
            *sines++ = static_cast<float>(sine * stepCosines[t] + cosine * stepSines[t]);
        }
    }
}

}  // namespace asterism::cpu
