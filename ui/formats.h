#pragma once

#include <cstdint>

#include <QString>

namespace asterism {

// Figures as a person reads them, in the language of the program.
QString formatCount(std::int64_t count);    // 12,345
QString formatBytes(std::uintmax_t bytes);  // 3.2 MB
QString formatSeconds(double seconds);      // 0.4 s, 3 min 20 s, 2 h 5 min
QString formatTokens(std::int64_t tokens);  // 950, 12.3K, 1.2M: for narrow columns
QString formatPercent(double share);        // 12.3 %; a share of 1 is all

}  // namespace asterism
