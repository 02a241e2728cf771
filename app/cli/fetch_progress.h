#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/fetch/model_fetcher.h"

namespace asterism {

// Turns the progress of a fetch into lines for a terminal: stage, amount, rate, time left.
class FetchProgressText {
  public:
    explicit FetchProgressText(std::string name) : m_name(std::move(name)) {}

    // The line to show at `seconds` since the fetch began; empty if the last one is fresh enough.
    std::optional<std::string> line(const FetchProgress& progress, double seconds);

  private:
    std::string m_name;
    std::optional<FetchProgress::Stage> m_stage;
    double m_stageBegin = 0;           // seconds
    std::uint64_t m_bytesAtBegin = 0;  // of the stage: what an earlier run left does not count
    double m_lastLine = 0;             // seconds
};

}  // namespace asterism
