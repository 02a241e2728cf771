#include "core/base/available_memory.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>

namespace asterism {

namespace {

using std::filesystem::path;

// The number behind a name, in a file of such pairs.
std::optional<std::int64_t> figureIn(const path& file, const std::string& name) {
    std::ifstream stream(file);
    for (std::string word; stream >> word;)
        if (std::int64_t value = 0; word == name && stream >> value) return value;
    return std::nullopt;
}

// The only number of a file; none where it says "max".
std::optional<std::int64_t> figureIn(const path& file) {
    std::int64_t value = 0;
    if (std::ifstream(file) >> value) return value;
    return std::nullopt;
}

// What a control group's limit leaves. What it holds of files can be dropped, as on the machine.
std::optional<std::int64_t> leftIn(const path& group) {
    const auto limit = figureIn(group / "memory.max");
    const auto used = figureIn(group / "memory.current");
    if (!limit || !used) return std::nullopt;
    const std::int64_t files = figureIn(group / "memory.stat", "inactive_file").value_or(0);
    return std::max<std::int64_t>(0, *limit - *used + files);
}

// The process's control group under `groups`, and all around it, may have a limit.
path groupOf(const path& root, const path& groups) {
    std::ifstream stream(root / "proc/self/cgroup");
    for (std::string line; std::getline(stream, line);)
        if (line.starts_with("0::/")) return groups / line.substr(4);
    return groups;
}

}  // namespace

std::int64_t availableMemory(const path& root) {
    const auto available = figureIn(root / "proc/meminfo", "MemAvailable:");
    if (!available) return 0;
    std::int64_t least = *available * 1024;
    const path groups = root / "sys/fs/cgroup";
    for (path group = groupOf(root, groups);; group = group.parent_path()) {
        if (const auto left = leftIn(group)) least = std::min(least, *left);
        if (group == groups || !group.has_relative_path()) return least;
    }
}

}  // namespace asterism
