#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "core/eval/outcome.h"
#include "core/text/tokenizer.h"

namespace asterism {

// The settings that `eval` compares, as lists on the command line: every combination that means
// something is one row.
struct EvalGrid {
    std::vector<std::string> modes{"dense", "star"};
    std::vector<std::string> blockTokens{"4096"};  // a number, or n/4: a quarter of the length
    std::vector<std::string> anchors{"first"};     // first, none or a file
    std::vector<std::int64_t> anchorTokens{0};     // 0: as many as a block
    std::vector<std::string> positions{"contiguous"};
    std::vector<std::string> plans{"fixed"};
    std::vector<std::string> placements{"stagger"};
    std::vector<std::int64_t> windows{0};       // 0: the default
    std::vector<std::int64_t> selectBlocks{0};  // of star; 0: all blocks are attended
    std::vector<std::string> kvTypes{"q8"};
    std::vector<std::int64_t> slidingTokens{4096};
    std::int64_t sinkTokens = 4;
    std::int64_t room = 0;  // 0: what question and answer need

    void add(CLI::App& command);
    // Rows in the order of the modes. Throws UsageError for a name that is none, Error for an
    // anchor's file that cannot be read.
    std::vector<eval::Setting> settings(const Tokenizer& tokenizer) const;
};

// The settings that the others are compared with: the first dense one, and the first dense one
// whose positions are squeezed.
std::vector<std::string> baselinesOf(const std::vector<eval::Setting>& settings);

}  // namespace asterism
