#pragma once

#include <functional>
#include <string>

#include "core/base/error.h"

namespace asterism::test {

// The message of the Error that the action ends with; "no error" where it ends well.
inline std::string failureOf(const std::function<void()>& action) {
    try {
        action();
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace asterism::test
