#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "core/documents/document.h"
#include "core/documents/document_reader.h"

namespace asterism {

// What of a folder is read. What is left out is named, with its reason, in every case.
struct FolderOptions {
    bool takesHidden = false;     // names that begin with a dot; version control never
    bool takesIgnored = false;    // what .gitignore files and .git/info/exclude leave out
    bool takesVendored = false;   // node_modules, third_party and the like
    bool takesGenerated = false;  // build folders, minified and machine-written files
};

struct ReadOptions {
    FolderOptions folders;
    ReadLimits limits;
    // Called before each file is read; from the thread that reads.
    std::function<void(std::size_t index, std::size_t count, const std::string& name)> onFile;
};

// Reads a file, or all documents below a folder that can be taken. Links inside a folder are not
// followed. Throws Error if the path does not exist, a single file cannot be taken, or nothing is
// left. When `stop` is asked for, what was read so far comes back as a stopped collection.
DocumentCollection readDocuments(const std::filesystem::path& path, const ReadOptions& options = {},
                                 const std::stop_token& stop = {});

// Reads one file that is called `name` from here on. Throws RefusedFile.
Document readDocument(const std::filesystem::path& path, const std::string& name,
                      const ReadLimits& limits = {});

}  // namespace asterism
