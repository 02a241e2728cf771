#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace asterism::eval {

// The mean score of one haystack's questions. They share a context, so that they are not
// independent: haystacks are what is counted.
struct HaystackScore {
    std::string task;
    std::int64_t sample = 0;
    double score = 0;
};

// A mean over tasks, each task counting the same, and how sure it is.
struct Estimate {
    double mean = 0;
    // Standard error, from the spread of the haystacks within each task. None where a task has
    // only one haystack.
    std::optional<double> error;
    std::int64_t haystacks = 0;
};

// Throws nothing; of no scores the mean is 0 over no haystacks.
Estimate estimate(std::span<const HaystackScore> scores);

// The difference a - b over the haystacks that both have.
struct PairedDifference {
    Estimate estimate;
    // Probability of a difference at least as large if the two were the same: by flipping the
    // signs of the haystacks' differences, all ways where there are few, else 10,000 drawn ones.
    double p = 1;
};
PairedDifference pairedDifference(std::span<const HaystackScore> a,
                                  std::span<const HaystackScore> b);

}  // namespace asterism::eval
