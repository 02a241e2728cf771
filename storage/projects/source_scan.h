#pragma once

#include <filesystem>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/documents/documents.h"
#include "storage/projects/file_filter.h"
#include "storage/records.h"

namespace asterism {

// A file of a source that has to be read: new, or changed since it was read.
struct FileToRead {
    FoundFile file;  // its name with the source's prefix
    std::int64_t sourceId = 0;
    const DocumentRecord* known = nullptr;  // what was read of it before
};

// What a source holds now against what was read of it.
struct SourceScan {
    std::vector<FileToRead> toRead;
    std::vector<const DocumentRecord*> unchanged;
    std::vector<const DocumentRecord*> removed;
    std::vector<LeftOut> leftOut;
    // Why the source as a whole cannot be looked at (a disk that is not there); its documents then
    // count as unchanged. One line; empty if it was.
    std::string problem;
};

// Looks at names, sizes and times only. `known` are the source's documents; the records must
// outlive the result.
SourceScan scanSource(const SourceRecord& source, std::span<const DocumentRecord> known,
                      const FileFilter& filter, const FolderOptions& options,
                      const std::stop_token& stop);

}  // namespace asterism
