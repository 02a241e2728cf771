#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "core/cpu/aligned_buffer.h"
#include "core/cpu/attention_kernels.h"
#include "core/rope.h"

namespace asterism::cpu {

constexpr std::int64_t kPieceKeys = 1024;  // keys that share one rotation table
constexpr std::int64_t kQueryTile = 512;   // most query tokens of one tile
constexpr std::int64_t kWordKeys = 256;    // keys of a run whose angles are kept as words too

// cos and sin for one rotary embedding. Only the difference of a query's and a key's place counts,
// so long runs of keys are read as pieces of kPieceKeys that each start at angle 0 and the query
// carries the piece's place: one small key table per key spacing serves every segment.
// All angles are computed in fp64.
//
// As words they are in the order of the kernels that read them: for every 16 keys and 32 pairs,
// eight times two keys, four apart (0 and 4 to 3 and 7, 8 and 12 to 11 and 15): cosines of the even
// pairs, 16 of the one key and 16 of the other, of the odd pairs, and the sines likewise.
class RotaryTables {
  public:
    explicit RotaryTables(const RopeConfig& rope);

    const RopeConfig& config() const { return m_rope; }
    std::int64_t pairs() const { return static_cast<std::int64_t>(m_rope.frequencies.size()); }
    float magnitude() const { return m_rope.magnitude; }

    // Angles of keys 0 .. kPieceKeys - 1 that stand keyStep apart; valid until forgetOld().
    KeyRotation keys(double keyStep);
    // Drops the tables of all but the latest spacings. Called between attend() calls.
    void forgetOld();

    // cos and sin of query tokens 0 .. tokens - 1 of which the first stands at `place`;
    // [pairs, tokens] each. Thread-safe.
    void queries(double place, std::int64_t tokens, float* cosines, float* sines) const;

  private:
    struct KeyTable {
        double step;
        Scratch angles;  // cosines [kPieceKeys, pairs], then sines
        Scratch words;   // [kWordKeys, 2, pairs] in the kernels' order

        void packWords(std::int64_t pairs);
        const std::int16_t* packedWords() const {
            return reinterpret_cast<const std::int16_t*>(words.data());
        }
    };

    RopeConfig m_rope;
    std::deque<KeyTable> m_keyTables;   // the latest last
    std::vector<double> m_stepCosines;  // [pairs, kQueryTile]: angles of tokens 0, 1, ...
    std::vector<double> m_stepSines;
};

}  // namespace asterism::cpu
