#pragma once

#include <filesystem>
#include <string_view>

namespace asterism {

// Makes the folder and its missing parents with mode 0700, each synced into its parent. Throws
// Error that ends in `advice` ("choose another place with XDG_CACHE_HOME") if that is refused.
void makePrivateFolder(const std::filesystem::path& folder, std::string_view advice);

}  // namespace asterism
