#include "core/documents/folder_listing.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/base/error.h"
#include "core/documents/file_reading.h"

namespace asterism {

namespace {

namespace fs = std::filesystem;

// Deeper than any folder that people make; each level costs a frame of the stack.
constexpr int kDeepestFolder = 200;

class FolderWalk {
  public:
    FolderWalk(const fs::path& root, const FolderOptions& options, const std::stop_token& stop)
        : m_root(root), m_options(options), m_stop(stop) {}

    FolderListing run() {
        std::error_code failure;
        const std::vector<fs::path> names = namesIn(m_root, failure);
        if (failure) throw Error(displayName(m_root), ": cannot be read: ", failure.message());
        addAll({}, names, 0);
        std::sort(m_listing.files.begin(), m_listing.files.end(),
                  [](const FoundFile& a, const FoundFile& b) { return a.name < b.name; });
        return std::move(m_listing);
    }

  private:
    struct Entry {
        fs::path relative;
        struct stat status;
        bool isFolder() const { return S_ISDIR(status.st_mode); }
    };

    static std::vector<fs::path> namesIn(const fs::path& folder, std::error_code& failure) {
        std::vector<fs::path> names;
        fs::directory_iterator entry(folder, failure);
        for (; !failure && entry != fs::directory_iterator(); entry.increment(failure))
            names.push_back(entry->path().filename());
        std::sort(names.begin(), names.end());
        return names;
    }

    void leaveOut(const Entry& entry, LeftOutCause cause, std::string reason) {
        const auto bytes =
            S_ISREG(entry.status.st_mode) ? static_cast<std::uintmax_t>(entry.status.st_size) : 0;
        m_listing.leftOut.push_back(
            {displayName(entry.relative), std::move(reason), cause, bytes, entry.isFolder()});
    }

    void addAll(const fs::path& folder, const std::vector<fs::path>& names, int depth) {
        for (const fs::path& name : names) {
            if (m_stop.stop_requested()) return;
            Entry entry{folder / name, {}};
            if (::lstat((m_root / entry.relative).c_str(), &entry.status) != 0)
                leaveOut(entry, LeftOutCause::unreadable,
                         std::string("cannot be read: ") + std::strerror(errno));
            else
                add(entry, depth);
        }
    }

    void add(const Entry& entry, int depth) {
        const std::string name = entry.relative.filename().string();
        if (S_ISLNK(entry.status.st_mode)) {
            leaveOut(entry, LeftOutCause::link, "a link");
        } else if (name.starts_with('.') && (!m_options.takesHidden || name == ".git")) {
            leaveOut(entry, LeftOutCause::hidden, name == ".git" ? "version control" : "hidden");
        } else if (entry.isFolder()) {
            addFolder(entry, depth);
        } else if (!S_ISREG(entry.status.st_mode)) {
            leaveOut(entry, LeftOutCause::notAFile, "not a regular file");
        } else {
            addFile(entry);
        }
    }

    void addFolder(const Entry& entry, int depth) {
        if (depth == kDeepestFolder)
            return leaveOut(entry, LeftOutCause::unsafe,
                            "more than " + std::to_string(kDeepestFolder) + " folders deep");
        std::error_code failure;
        const std::vector<fs::path> names = namesIn(m_root / entry.relative, failure);
        if (failure)
            leaveOut(entry, LeftOutCause::unreadable, "cannot be read: " + failure.message());
        addAll(entry.relative, names, depth + 1);
    }

    void addFile(const Entry& entry) {
        const auto time = std::int64_t{entry.status.st_mtim.tv_sec} * 1'000'000'000 +
                          entry.status.st_mtim.tv_nsec;
        m_listing.files.push_back({m_root / entry.relative, displayName(entry.relative),
                                   static_cast<std::uintmax_t>(entry.status.st_size), time});
    }

    fs::path m_root;
    FolderOptions m_options;
    std::stop_token m_stop;
    FolderListing m_listing;
};

}  // namespace

FolderListing listFolder(const fs::path& folder, const FolderOptions& options,
                         const std::stop_token& stop) {
    return FolderWalk(folder, options, stop).run();
}

}  // namespace asterism
