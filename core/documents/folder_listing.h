#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "core/documents/documents.h"

namespace asterism {

// A file that is to be read.
struct FoundFile {
    std::filesystem::path path;
    std::string name;  // relative to the folder, UTF-8, with / between folders
    std::uintmax_t bytes = 0;
    std::int64_t time = 0;       // of the last change, nanoseconds since 1970
    bool mayBeGenerated = true;  // nothing but its text can tell
};

struct FolderListing {
    std::vector<FoundFile> files;  // ordered by name
    std::vector<LeftOut> leftOut;  // ordered by name
};

// Goes through a folder without reading its files. Folders that cannot be read are left out.
// Throws Error if the folder itself cannot be read. A stopped listing is not complete.
FolderListing listFolder(const std::filesystem::path& folder, const FolderOptions& options,
                         const std::stop_token& stop);

}  // namespace asterism
