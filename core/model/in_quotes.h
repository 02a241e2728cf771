#pragma once

#include <string>
#include <string_view>

namespace asterism {

// A name out of a file, fit for one line of an error message: in quotes, cut after 80 bytes,
// control characters and quotes escaped.
std::string inQuotes(std::string_view name);

}  // namespace asterism
