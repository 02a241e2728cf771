#pragma once

#include <string_view>
#include <vector>

#include "core/documents/document.h"

namespace asterism {

// Private keys, access tokens of well-known services and passwords in addresses, found by their
// form, in the order of the text: each kind at most once a line, at most kMostSecrets in all. A
// hint, no proof: examples look the same, and secrets without a form of their own are not found.
std::vector<PossibleSecret> findPossibleSecrets(std::string_view text);

inline constexpr std::size_t kMostSecrets = 100;

}  // namespace asterism
