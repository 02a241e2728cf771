#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace asterism {

struct ProcessResult {
    int exitCode = 0;    // 128 + signal if a signal ended it
    std::string output;  // the last part of what it wrote, standard output and error together
};

// Runs a program found on the PATH, without a shell and without input, until it ends.
// `environment` (NAME=value) is added to this process's own. `onTick` runs about ten times a
// second meanwhile. When `stop` is asked the program and its children are ended and the result is
// empty. Throws Error if the program is not there or cannot be started.
std::optional<ProcessResult> runProcess(const std::vector<std::string>& arguments,
                                        const std::vector<std::string>& environment,
                                        const std::function<void()>& onTick,
                                        const std::stop_token& stop);

}  // namespace asterism
