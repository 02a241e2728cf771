#include "app/cli/eval_report.h"

#include <cmath>
#include <cstdio>
#include <set>

#include "app/cli/progress.h"

namespace asterism {

namespace {

using eval::Estimate;
using eval::PairedDifference;
using eval::SummaryRow;
using Json = nlohmann::ordered_json;

std::string rounded(double value, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

// In points, with its standard error where there is one.
std::string points(const Estimate& estimate, bool isDifference) {
    const double mean = 100 * estimate.mean;
    std::string text = (isDifference && mean >= 0 ? "+" : "") + rounded(mean, 1);
    if (estimate.error) text += " ± " + rounded(100 * *estimate.error, 1);
    return text;
}

std::string differenceText(const SummaryRow& row, const std::string& baseline) {
    const auto found = row.differences.find(baseline);
    if (found == row.differences.end()) return "";
    const PairedDifference& difference = found->second;
    return points(difference.estimate, true) + " (p " +
           rounded(difference.p, difference.p < 0.1 ? 3 : 2) + ")";
}

std::string mainTable(std::span<const SummaryRow> rows, std::span<const std::string> baselines) {
    std::string text = "| setting | tokens | attended | haystacks | questions | score |";
    for (const std::string& baseline : baselines) text += " against " + baseline + " |";
    text += " encoding tokens/s | first token s | s a question |\n|---|---|---|---|---|---|";
    for (std::size_t i = 0; i < baselines.size(); ++i) text += "---|";
    text += "---|---|---|\n";
    for (const SummaryRow& row : rows) {
        text += "| " + row.setting + " | " + grouped(row.length) + " | " +
                grouped(std::llround(row.attendedTokens)) + " | " + grouped(row.score.haystacks) +
                " | " + grouped(row.questions) + " | " + points(row.score, false) + " |";
        for (const std::string& baseline : baselines)
            text += " " + differenceText(row, baseline) + " |";
        text += " " + grouped(std::llround(row.encodeTokensPerSecond)) + " | " +
                rounded(row.firstTokenSeconds, 3) + " | " + rounded(row.secondsPerQuestion, 2) +
                " |\n";
    }
    return text;
}

std::string taskTable(std::span<const SummaryRow> rows) {
    std::set<std::string> tasks;
    for (const SummaryRow& row : rows)
        for (const auto& [task, score] : row.tasks) tasks.insert(task);
    std::string text = "| setting | tokens |";
    std::string line = "|---|---|";
    for (const std::string& task : tasks) {
        text += " " + task + " |";
        line += "---|";
    }
    text += "\n" + line + "\n";
    for (const SummaryRow& row : rows) {
        text += "| " + row.setting + " | " + grouped(row.length) + " |";
        for (const std::string& task : tasks) {
            const auto found = row.tasks.find(task);
            text += " " + (found == row.tasks.end() ? "" : points(found->second, false)) + " |";
        }
        text += "\n";
    }
    return text;
}

Json jsonOf(const Estimate& estimate) {
    Json json{{"mean", estimate.mean}, {"standard_error", nullptr}};
    if (estimate.error) json["standard_error"] = *estimate.error;
    json["haystacks"] = estimate.haystacks;
    return json;
}

}  // namespace

std::string evalTables(std::span<const SummaryRow> rows, std::span<const std::string> baselines) {
    if (rows.empty()) return "no question was answered\n";
    return mainTable(rows, baselines) + "\n" + taskTable(rows);
}

Json evalJson(std::span<const SummaryRow> rows) {
    Json list = Json::array();
    for (const SummaryRow& row : rows) {
        Json tasks = Json::object();
        for (const auto& [task, score] : row.tasks) tasks[task] = jsonOf(score);
        Json differences = Json::object();
        for (const auto& [baseline, difference] : row.differences) {
            differences[baseline] = jsonOf(difference.estimate);
            differences[baseline]["p"] = difference.p;
        }
        list.push_back({{"setting", row.setting},
                        {"length", row.length},
                        {"questions", row.questions},
                        {"score", jsonOf(row.score)},
                        {"differences", differences},
                        {"attended_tokens", row.attendedTokens},
                        {"encode_tokens_per_s", row.encodeTokensPerSecond},
                        {"first_token_s", row.firstTokenSeconds},
                        {"seconds_per_question", row.secondsPerQuestion},
                        {"tasks", tasks}});
    }
    return list;
}

}  // namespace asterism
