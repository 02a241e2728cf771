#pragma once

#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/eval/summary.h"

namespace asterism {

// The rows as tables for a person: scores with standard errors and differences to the baselines,
// then the scores of each task.
std::string evalTables(std::span<const eval::SummaryRow> rows,
                       std::span<const std::string> baselines);

nlohmann::ordered_json evalJson(std::span<const eval::SummaryRow> rows);

}  // namespace asterism
