#pragma once

#include <filesystem>

namespace asterism {

// A base folder of the user: what the environment variable says ("XDG_DATA_HOME"), else `usual`
// below the home folder (".local/share"). A variable that is empty or no absolute path counts as
// unset: the XDG base directory specification. Throws Error if the user has no home folder.
std::filesystem::path userFolder(const char* variable, const char* usual);

}  // namespace asterism
