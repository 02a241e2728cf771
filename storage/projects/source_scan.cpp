#include "storage/projects/source_scan.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <set>
#include <unordered_map>
#include <utility>

#include "core/base/error.h"
#include "core/documents/file_reading.h"

namespace asterism {

namespace {

// A source that is one file, as a listing of it: without it if it is gone from its folder.
FolderListing listFile(const std::filesystem::path& path) {
    struct stat status {};
    FolderListing listing;
    if (::stat(path.c_str(), &status) != 0) {
        const int failure = errno;
        std::error_code ignored;
        if (failure == ENOENT && std::filesystem::is_directory(path.parent_path(), ignored))
            return listing;
        throw Error(displayName(path), ": cannot be read: ", std::strerror(failure));
    }
    listing.files.push_back({path, displayName(path.filename()),
                             static_cast<std::uintmax_t>(status.st_size), changeTime(status),
                             false});
    return listing;
}

constexpr const char* kStay = "; its documents stay as they were read";

bool isAsRead(const DocumentRecord& record, const FoundFile& file) {
    return record.state != DocumentState::failed && record.fileTime != 0 &&
           record.fileTime == file.time && record.fileBytes == file.bytes;
}

// Left out by a rule that may be another one by now; the file itself was not read.
bool isByRule(LeftOutCause cause) {
    return cause == LeftOutCause::ignored || cause == LeftOutCause::vendored ||
           cause == LeftOutCause::unwanted;
}

// What is not there any more, but for what stands at or below a place that cannot be looked at now.
class MissingDocuments {
  public:
    // `leftOut` with the names that documents have.
    explicit MissingDocuments(std::span<const LeftOut> leftOut) {
        for (const LeftOut& place : leftOut)
            if (place.cause == LeftOutCause::unreadable || place.cause == LeftOutCause::unsafe)
                m_places.emplace(place.name, &place);
    }

    // The place, or null if the document is gone.
    const LeftOut* hiding(std::string_view name) const {
        for (std::size_t end = name.size(); end != name.npos; end = name.rfind('/', end - 1)) {
            const auto place = m_places.find(name.substr(0, end));
            if (place != m_places.end()) return place->second;
            if (end == 0) break;
        }
        return nullptr;
    }

  private:
    std::unordered_map<std::string_view, const LeftOut*> m_places;
};

void addMissing(const SourceRecord& source, std::span<const DocumentRecord* const> missing,
                const FileFilter& filter, SourceScan& scan) {
    const MissingDocuments places(scan.leftOut);
    std::set<const LeftOut*> told;
    for (const DocumentRecord* record : missing) {
        const LeftOut* place = filter.takes(record->name) ? places.hiding(record->name) : nullptr;
        (place ? scan.unchanged : scan.removed).push_back(record);
        if (place && told.insert(place).second)
            scan.problems.push_back(displayName(source.path) + "/" +
                                    place->name.substr(source.prefix.size()) + ": " +
                                    place->reason + kStay);
    }
}

}  // namespace

SourceScan scanSource(const SourceRecord& source, std::span<const DocumentRecord> known,
                      const FileFilter& filter, const FolderOptions& options,
                      const std::stop_token& stop) {
    SourceScan scan;
    FolderListing listing;
    try {
        listing = source.isFolder ? listFolder(source.path, options, stop) : listFile(source.path);
    } catch (const Error& error) {
        scan.isListed = false;
        scan.problems.push_back(error.what() + std::string(kStay));
        for (const DocumentRecord& record : known) scan.unchanged.push_back(&record);
        return scan;
    }
    std::unordered_map<std::string_view, const DocumentRecord*> byName;
    for (const DocumentRecord& record : known) byName.emplace(record.name, &record);
    for (LeftOut& file : listing.leftOut) {
        file.name = source.prefix + file.name;
        scan.leftOut.push_back(std::move(file));
    }
    for (FoundFile& file : listing.files) {
        file.name = source.prefix + file.name;
        if (!filter.takes(file.name)) {
            scan.leftOut.push_back({file.name, "not wanted", LeftOutCause::unwanted, file.bytes});
            continue;
        }
        const auto record = byName.find(file.name);
        const DocumentRecord* before = record == byName.end() ? nullptr : record->second;
        if (before) byName.erase(record);
        if (before && isAsRead(*before, file))
            scan.unchanged.push_back(before);
        else
            scan.toRead.push_back({std::move(file), source.id, before});
    }
    std::vector<const DocumentRecord*> missing;
    for (const DocumentRecord& record : known)
        if (byName.contains(record.name)) missing.push_back(&record);
    addMissing(source, missing, filter, scan);
    return scan;
}

void dropRefused(std::vector<FileToRead>& files, std::span<const LeftOut> leftOut) {
    std::set<std::pair<std::string_view, std::uintmax_t>> refused;
    for (const LeftOut& file : leftOut)
        if (!isByRule(file.cause)) refused.emplace(file.name, file.fileBytes);
    std::erase_if(files, [&](const FileToRead& file) {
        return !file.known && refused.contains({file.file.name, file.file.bytes});
    });
}

}  // namespace asterism
