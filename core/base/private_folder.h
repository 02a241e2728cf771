#pragma once

#include <filesystem>
#include <string_view>

namespace asterism {

// Makes the folder and its missing parents with mode 0700, each synced into its parent. Throws
// Error that ends in `advice` ("choose another place with XDG_CACHE_HOME") if that is refused.
void makePrivateFolder(const std::filesystem::path& folder, std::string_view advice);

// Makes the names in the folder outlive a power cut. What is lost by one costs no more than making
// it anew, so a file system that cannot sync folders is no error.
void syncFolder(const std::filesystem::path& folder);

}  // namespace asterism
