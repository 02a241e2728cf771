#pragma once

#include <cstdint>
#include <filesystem>

namespace asterism {

// Bytes of the machine's memory that can still be taken without pushing others out: what Linux
// calls available, or what a control group around this process leaves (containers), whichever is
// less. 0 if the system does not say. `root` is where its files lie.
std::int64_t availableMemory(const std::filesystem::path& root = "/");

}  // namespace asterism
