#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/eval/outcome.h"

namespace asterism {

// The outcomes of a run, in a file where there is one: a line with what the run was made with, then
// a line for each outcome, written as it comes. A run that was ended is taken up again from it.
class EvalResults {
  public:
    // `head` says what outcomes depend on beyond their own fields: model, seed, questions a
    // haystack. `path` may be empty: nothing is kept. Throws Error if the file cannot be read or
    // written, holds something else, or has another head.
    EvalResults(const std::filesystem::path& path, const nlohmann::ordered_json& head);

    const eval::Outcome* find(const eval::Outcome::Key& key) const;
    // Throws Error if it cannot be written.
    void add(const eval::Outcome& outcome);
    // The outcomes that are there, old and new.
    std::vector<eval::Outcome> all() const;
    std::size_t size() const { return m_outcomes.size(); }

  private:
    void load(const nlohmann::ordered_json& head);
    void writeLine(const nlohmann::ordered_json& line);

    std::filesystem::path m_path;
    std::ofstream m_file;
    std::map<eval::Outcome::Key, eval::Outcome> m_outcomes;
};

}  // namespace asterism
