#pragma once

#include <stdexcept>
#include <string>

namespace asterism {

// A bug of ours, never reachable by input.
class InternalError : public std::logic_error {
    using std::logic_error::logic_error;
};

[[noreturn]] inline void failCheck(const char* condition, const char* file, int line) {
    throw InternalError(std::string("internal error: ") + condition + " does not hold at " + file +
                        ":" + std::to_string(line) + "; please report this");
}

}  // namespace asterism

// Always compiled in: a broken invariant must not become a wrong answer.
#define ASTERISM_CHECK(condition) \
    ((condition) ? void(0) : ::asterism::failCheck(#condition, __FILE__, __LINE__))
