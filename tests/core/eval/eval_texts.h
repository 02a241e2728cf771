#pragma once

#include <string>
#include <string_view>

#include "core/eval/task.h"

namespace asterism::test {

// The manual's prose, a part of this source tree, and small question-answering sets.
const eval::Texts& evalTexts();

// Times that a string stands in a text, overlapping ones counted.
int countOf(std::string_view text, std::string_view part);

}  // namespace asterism::test
