#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/options.h"

namespace asterism::eval {

// One row of a comparison: a way to read contexts and to place questions.
struct Setting {
    std::string name;         // says all of it; two settings never share one
    std::int64_t blocks = 0;  // not 0: a context is cut into so many blocks, whatever its length
    ContextOptions context;
    PlacementOptions placement;  // a room of 0: what question and answer need

    // The options for contexts of samples of a length.
    ContextOptions contextFor(std::int64_t length) const;
    bool sharesContextsWith(const Setting& other) const;
};

// One answered question.
struct Outcome {
    std::string setting;
    std::string task;
    std::int64_t length = 0;
    std::int64_t sample = 0;
    std::int64_t question = 0;
    std::uint64_t digest = 0;  // of what was asked (FramedSample::digest)
    double score = 0;
    std::string answer;
    std::vector<std::string> expected;
    std::int64_t contextTokens = 0;
    std::int64_t attendedTokens = 0;  // of the context, where blocks are selected fewer than all
    std::int64_t queryTokens = 0;
    std::int64_t contextBlocks = 0;
    std::int64_t kvBytes = 0;
    double encodeSeconds = 0;  // of the whole context, which serves several outcomes
    double firstTokenSeconds = 0;
    double tokensPerSecond = 0;  // while all questions of the haystack are answered at once

    // Where this stands in a run.
    struct Key {
        std::string setting, task;
        std::int64_t length = 0, sample = 0, question = 0;
        auto operator<=>(const Key&) const = default;
    };
    Key key() const { return {setting, task, length, sample, question}; }
};

}  // namespace asterism::eval
