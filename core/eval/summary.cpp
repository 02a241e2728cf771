#include "core/eval/summary.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace asterism::eval {

namespace {

// Mean scores of haystacks, in the order of task and sample.
std::vector<HaystackScore> haystackScores(std::span<const Outcome* const> outcomes) {
    std::map<std::pair<std::string, std::int64_t>, std::pair<double, int>> sums;
    for (const Outcome* outcome : outcomes) {
        auto& [sum, count] = sums[{outcome->task, outcome->sample}];
        sum += outcome->score;
        ++count;
    }
    std::vector<HaystackScore> scores;
    for (const auto& [key, sum] : sums)
        scores.push_back({key.first, key.second, sum.first / sum.second});
    return scores;
}

using Cell = std::pair<std::string, std::int64_t>;  // setting and length
using Cells = std::map<Cell, std::vector<const Outcome*>>;

// The outcomes of `a` whose question `b` has answered too: a run that was stopped may have asked
// one setting more than the other.
std::vector<const Outcome*> answeredByBoth(const std::vector<const Outcome*>& a,
                                           const std::vector<const Outcome*>& b) {
    const auto key = [](const Outcome* outcome) {
        return std::tuple(outcome->task, outcome->sample, outcome->question);
    };
    std::vector<decltype(key(nullptr))> known;
    for (const Outcome* outcome : b) known.push_back(key(outcome));
    std::sort(known.begin(), known.end());
    std::vector<const Outcome*> both;
    for (const Outcome* outcome : a)
        if (std::binary_search(known.begin(), known.end(), key(outcome))) both.push_back(outcome);
    return both;
}

void addCosts(SummaryRow& row, const std::vector<const Outcome*>& outcomes) {
    double tokens = 0, encode = 0, first = 0, attended = 0;
    std::map<std::pair<std::string, std::int64_t>, double> contexts;
    for (const Outcome* outcome : outcomes) {
        const bool isNew = contexts.emplace(std::pair(outcome->task, outcome->sample), 0).second;
        if (isNew) {
            tokens += static_cast<double>(outcome->contextTokens);
            encode += outcome->encodeSeconds;
        }
        first += outcome->firstTokenSeconds;
        attended += static_cast<double>(outcome->attendedTokens);
    }
    const auto count = static_cast<double>(outcomes.size());
    row.attendedTokens = attended / count;
    row.encodeTokensPerSecond = encode > 0 ? tokens / encode : 0;
    row.firstTokenSeconds = first / count;
    row.secondsPerQuestion = (encode + first) / count;
}

SummaryRow rowOf(const Cell& cell, const Cells& cells, std::span<const std::string> baselines) {
    const std::vector<const Outcome*>& outcomes = cells.at(cell);
    SummaryRow row;
    row.setting = cell.first;
    row.length = cell.second;
    row.questions = std::ssize(outcomes);
    const auto scores = haystackScores(outcomes);
    row.score = estimate(scores);
    std::map<std::string, std::vector<HaystackScore>> byTask;
    for (const HaystackScore& score : scores) byTask[score.task].push_back(score);
    for (const auto& [task, ofTask] : byTask) row.tasks[task] = estimate(ofTask);
    for (const std::string& baseline : baselines) {
        const auto other = cells.find({baseline, cell.second});
        if (baseline == cell.first || other == cells.end()) continue;
        const auto mine = answeredByBoth(outcomes, other->second);
        const auto theirs = answeredByBoth(other->second, outcomes);
        if (mine.empty()) continue;
        row.differences[baseline] = pairedDifference(haystackScores(mine), haystackScores(theirs));
    }
    addCosts(row, outcomes);
    return row;
}

}  // namespace

std::vector<SummaryRow> summarize(std::span<const Outcome> outcomes,
                                  std::span<const std::string> settings,
                                  std::span<const std::int64_t> lengths,
                                  std::span<const std::string> baselines) {
    Cells cells;
    for (const Outcome& outcome : outcomes)
        cells[{outcome.setting, outcome.length}].push_back(&outcome);
    std::vector<SummaryRow> rows;
    for (const std::string& setting : settings)
        for (const std::int64_t length : lengths)
            if (cells.contains({setting, length}))
                rows.push_back(rowOf({setting, length}, cells, baselines));
    return rows;
}

std::vector<PlotPanel> summaryPlot(std::span<const SummaryRow> rows) {
    PlotPanel byLength{"accuracy and length",
                       "tokens of context, query and answer",
                       "score, points",
                       true,
                       true,
                       {}};
    PlotPanel bySpeed{"accuracy and speed", "encoding, tokens/s", "score, points", true, false, {}};
    for (const SummaryRow& row : rows) {
        if (byLength.series.empty() || byLength.series.back().name != row.setting) {
            byLength.series.push_back({row.setting, {}});
            bySpeed.series.push_back({row.setting, {}});
        }
        const double score = 100 * row.score.mean;
        const double error = 100 * row.score.error.value_or(0);
        byLength.series.back().points.push_back({static_cast<double>(row.length), score, error});
        bySpeed.series.back().points.push_back({row.encodeTokensPerSecond, score, error});
    }
    return {byLength, bySpeed};
}

}  // namespace asterism::eval
