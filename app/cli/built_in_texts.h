#pragma once

#include <vector>

#include "core/eval/task.h"

namespace asterism {

// Texts that every copy of the program has with it, for tests of accuracy where the user names
// none: the manual (names begin with resources/manual/) and sources of the program's own.
const std::vector<eval::SourceFile>& builtInTexts();

}  // namespace asterism
