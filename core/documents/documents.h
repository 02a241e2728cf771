#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "core/documents/document.h"
#include "core/documents/document_reader.h"
#include "core/documents/folder_listing.h"

namespace asterism {

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

// Reads a file of a listing, and judges its text as the options say. Throws RefusedFile.
Document readFound(const FoundFile& file, const ReadOptions& options);

// Reads one file that is called `name` from here on. Throws RefusedFile.
Document readDocument(const std::filesystem::path& path, const std::string& name,
                      const ReadLimits& limits = {});

}  // namespace asterism
