#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <QString>

#include "core/events.h"

namespace asterism {

// One token of an answer and what it took.
struct DecodeStep {
    QString text;
    double seconds = 0;
    std::optional<StepParts> parts;  // where the back end tells them
};

// The time of one answer: the query is read, then every token is a step.
struct AnswerTiming {
    std::int64_t queryTokens = 0;
    double querySeconds = 0;
    std::vector<DecodeStep> steps;
};

}  // namespace asterism
