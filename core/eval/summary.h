#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/eval/outcome.h"
#include "core/eval/plot.h"
#include "core/eval/statistics.h"

namespace asterism::eval {

// What one setting does at one length.
struct SummaryRow {
    std::string setting;
    std::int64_t length = 0;
    std::int64_t questions = 0;
    Estimate score;  // from 0 to 1, mean over tasks
    std::map<std::string, Estimate> tasks;
    // Against each baseline, over the haystacks that both have answered.
    std::map<std::string, PairedDifference> differences;
    double attendedTokens = 0;  // of a context, mean
    double encodeTokensPerSecond = 0;
    double firstTokenSeconds = 0;
    double secondsPerQuestion = 0;  // encoding, shared by the questions of a context, and answer
};

// One row per setting and length that has outcomes, in the order of settings and lengths.
std::vector<SummaryRow> summarize(std::span<const Outcome> outcomes,
                                  std::span<const std::string> settings,
                                  std::span<const std::int64_t> lengths,
                                  std::span<const std::string> baselines);

// Score against length, and score against encoding speed: two panels, a line or a point for each
// setting, with standard errors.
std::vector<PlotPanel> summaryPlot(std::span<const SummaryRow> rows);

}  // namespace asterism::eval
