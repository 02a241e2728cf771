#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/star/block_plan.h"

namespace asterism {

// What an engine reports while it works: plain data, the same for the command line, the desktop
// and the server. Formatting is theirs.

// A document is about to be read: `index` of `count`, from 0.
struct DocumentRead {
    std::int64_t index = 0;
    std::int64_t count = 0;
    std::string name;
};

// Context encoding begins: what will be encoded.
struct EncodingStarted {
    std::int64_t contextTokens = 0;
    std::int64_t anchorTokens = 0;
    std::vector<TokenRange> blocks;
    std::int64_t kvBytes = 0;
    std::string warning;  // one line, empty if there is none
};

// One block's keys and values are there, or those of the anchor are, of which its own are made
// before the run ends.
struct BlockEncoded {
    std::int64_t index = 0;
    TokenRange tokens;
    int rank = 0;
    double beginSeconds = 0;  // since encoding began
    double seconds = 0;
    bool isRestored = false;  // loaded from a store, not encoded
};

// Something that the user should know but that does not end the run: one line.
struct Warning {
    std::string text;
};

// The query has been read; the first token follows.
struct QueryEncoded {
    std::int64_t queryTokens = 0;
    double seconds = 0;
};

// Where the time of one decoding step went, in seconds; together at most the step's own time.
struct StepParts {
    double attention = 0;  // over the cached keys
    double linear = 0;     // projections, feed-forward layers and the output head
    double merge = 0;      // partials of the ranks, waiting for them included
    double sampling = 0;
    double other = 0;         // norms, rotations, stores
    bool isProfiled = false;  // of a step run apart to be measured: a CUDA graph has no parts
    double seconds() const { return attention + linear + merge + sampling + other; }
};

// One token of the answer. `text` is what became printable with it: whole UTF-8 sequences only,
// possibly none.
struct TokenDecoded {
    TokenId token = 0;
    std::string text;
    double seconds = 0;                             // time of this step
    std::optional<StepParts> parts = std::nullopt;  // where the back end can tell
    // Attention mass per block of the context in the step that chose the token; empty unless it
    // was asked for (AnswerOptions::recordsTokenMass).
    std::vector<float> blockMass = {};
};

using EngineEvent =
    std::variant<DocumentRead, EncodingStarted, BlockEncoded, Warning, QueryEncoded, TokenDecoded>;

// Receives events, one at a time, on a thread of the engine. Must be quick and must not throw.
using EventSink = std::function<void(const EngineEvent&)>;

}  // namespace asterism
