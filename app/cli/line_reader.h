#pragma once

#include <optional>
#include <stop_token>
#include <string>

namespace asterism {

// Lines of standard input, waited for so that a stop request is seen meanwhile.
class LineReader {
  public:
    // Without its line end; empty at the end of the input. Throws Stopped when asked to stop.
    std::optional<std::string> next(const std::stop_token& stop);

  private:
    std::string m_pending;
    bool m_isAtEnd = false;
};

}  // namespace asterism
