#include "core/eval/statistics.h"

#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "core/eval/random.h"

namespace asterism::eval {

namespace {

std::map<std::string, std::vector<double>> byTask(std::span<const HaystackScore> scores) {
    std::map<std::string, std::vector<double>> tasks;
    for (const HaystackScore& score : scores) tasks[score.task].push_back(score.score);
    return tasks;
}

double meanOf(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(values.size());
}

// Square of the standard error of the mean of two or more values.
double errorSquare(const std::vector<double>& values, double mean) {
    double squares = 0;
    for (const double value : values) squares += (value - mean) * (value - mean);
    const auto count = static_cast<double>(values.size());
    return squares / (count - 1) / count;
}

// Share of the ways to flip signs of weighted differences whose sum is at least as far from 0.
double flipProbability(const std::vector<double>& weighted) {
    constexpr std::size_t kMostExact = 13;
    constexpr std::uint64_t kDrawn = 10'000;
    double observed = 0;
    for (const double value : weighted) observed += value;
    const bool isExact = weighted.size() <= kMostExact;
    const std::uint64_t ways = isExact ? std::uint64_t{1} << weighted.size() : kDrawn;
    Random random(1);
    std::uint64_t asFar = 0;
    for (std::uint64_t way = 0; way < ways; ++way) {
        double sum = 0;
        for (std::size_t i = 0; i < weighted.size(); ++i) {
            const bool isFlipped = isExact ? ((way >> i) & 1U) != 0 : random.below(2) == 1;
            sum += isFlipped ? -weighted[i] : weighted[i];
        }
        if (std::abs(sum) >= std::abs(observed) - 1e-12) ++asFar;
    }
    // What was observed is one of the ways: of drawn ones it is not, and counts in addition.
    const std::uint64_t self = isExact ? 0 : 1;
    return static_cast<double>(asFar + self) / static_cast<double>(ways + self);
}

}  // namespace

Estimate estimate(std::span<const HaystackScore> scores) {
    Estimate result;
    result.haystacks = static_cast<std::int64_t>(scores.size());
    const auto tasks = byTask(scores);
    if (tasks.empty()) return result;
    const auto count = static_cast<double>(tasks.size());
    double squares = 0;
    bool hasError = true;
    for (const auto& [task, values] : tasks) {
        const double mean = meanOf(values);
        result.mean += mean / count;
        if (values.size() < 2)
            hasError = false;
        else
            squares += errorSquare(values, mean);
    }
    if (hasError) result.error = std::sqrt(squares) / count;
    return result;
}

PairedDifference pairedDifference(std::span<const HaystackScore> a,
                                  std::span<const HaystackScore> b) {
    std::map<std::pair<std::string, std::int64_t>, double> known;
    for (const HaystackScore& score : b) known[{score.task, score.sample}] = score.score;
    std::vector<HaystackScore> differences;
    for (const HaystackScore& score : a) {
        const auto found = known.find({score.task, score.sample});
        if (found == known.end()) continue;
        differences.push_back({score.task, score.sample, score.score - found->second});
    }
    PairedDifference result;
    result.estimate = estimate(differences);
    // The mean over tasks weighs a haystack by how many its task has.
    const auto tasks = byTask(differences);
    std::vector<double> weighted;
    for (const HaystackScore& difference : differences)
        weighted.push_back(difference.score /
                           static_cast<double>(tasks.at(difference.task).size()));
    result.p = flipProbability(weighted);
    return result;
}

}  // namespace asterism::eval
