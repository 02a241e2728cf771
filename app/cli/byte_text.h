#pragma once

#include <cstdint>
#include <string>

namespace asterism {

// A number of bytes for people, in decimal units: "98.4 MB".
std::string bytesText(std::uint64_t bytes);

}  // namespace asterism
