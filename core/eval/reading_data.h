#pragma once

#include <string>

#include "core/eval/task.h"

namespace asterism::eval {

// Question-answering data sets, from the text of the files in which they are published. `source`
// names the file in complaints. Questions without an answer are left out.

// SQuAD 1.1 or 2.0. Throws Error if the text is not of that form or has no questions.
ReadingSet parseSquad(const std::string& json, const std::string& source);
// HotpotQA, distractor or full-wiki setting. Throws Error likewise.
ReadingSet parseHotpot(const std::string& json, const std::string& source);

}  // namespace asterism::eval
