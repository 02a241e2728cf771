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
    // What of it cannot be looked at now (a disk that is not there, a folder that was closed),
    // and why; documents there count as unchanged. One line each.
    std::vector<std::string> problems;
    bool isListed = true;  // false: nothing of it could be looked at
};

// Looks at names, sizes and times only. `known` are the source's documents; the records must
// outlive the result.
SourceScan scanSource(const SourceRecord& source, std::span<const DocumentRecord> known,
                      const FileFilter& filter, const FolderOptions& options,
                      const std::stop_token& stop);

// Drops files that a reading has looked at before and not taken, as long as they have the size they
// had: they are not new each time. `leftOut` is what readings left out.
void dropRefused(std::vector<FileToRead>& files, std::span<const LeftOut> leftOut);

}  // namespace asterism
