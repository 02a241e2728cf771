#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

namespace asterism {

// What went wrong with input, files or devices: one line a person can act on, saying what, where
// (file, offset, value) and what to do. Thrown by core, cuda and storage; caught in three places
// only: the engine thread, the HTTP handler and the command line's main.
class Error : public std::runtime_error {
  public:
    // The parts are streamed one after the other into the message.
    template <typename... Parts>
    explicit Error(const Parts&... parts) : std::runtime_error(join(parts...)) {}

  private:
    template <typename... Parts>
    static std::string join(const Parts&... parts) {
        std::ostringstream text;
        (text << ... << parts);
        return text.str();
    }
};

}  // namespace asterism
