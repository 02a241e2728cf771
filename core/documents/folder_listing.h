#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "core/documents/document.h"

namespace asterism {

// What of a folder is read. What is left out is named, with its reason, in every case.
struct FolderOptions {
    bool takesHidden = false;     // names that begin with a dot; version control never
    bool takesIgnored = false;    // what .gitignore files and .git/info/exclude leave out
    bool takesVendored = false;   // node_modules, third_party and the like
    bool takesGenerated = false;  // build folders, minified and machine-written files
};

// A file that is to be read.
struct FoundFile {
    std::filesystem::path path;
    std::string name;  // relative to the folder, UTF-8, with / between folders
    std::uintmax_t bytes = 0;
    std::int64_t time = 0;       // changeTime()
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
