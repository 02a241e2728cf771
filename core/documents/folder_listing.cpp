#include "core/documents/folder_listing.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "core/base/error.h"
#include "core/documents/file_classes.h"
#include "core/documents/file_reading.h"
#include "core/documents/ignore_rules.h"

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
        if (!hasSafeRules(m_root))
            throw Error(displayName(m_root), ": its .gitignore is not a regular file");
        IgnoreRules rules(m_root);
        Scope scope{rules, {}};
        addAll(scope, {}, names, 0);
        const auto byName = [](const auto& a, const auto& b) { return a.name < b.name; };
        std::stable_sort(m_listing.files.begin(), m_listing.files.end(), byName);
        std::stable_sort(m_listing.leftOut.begin(), m_listing.leftOut.end(), byName);
        return std::move(m_listing);
    }

  private:
    // The ignore rules that hold where we are, and the folder that they count from.
    struct Scope {
        IgnoreRules& rules;
        fs::path top;

        fs::path place(const fs::path& relative) const {
            return top.empty() ? relative : relative.lexically_relative(top);
        }
    };

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

    // Reading the rules of a folder must not hang on a pipe that stands in their place.
    static bool hasSafeRules(const fs::path& folder) {
        std::error_code failure;
        for (const char* name : {".gitignore", ".gitattributes"}) {
            const fs::file_status status = fs::status(folder / name, failure);
            if (fs::exists(status) && !fs::is_regular_file(status)) return false;
        }
        return true;
    }

    void leaveOut(const Entry& entry, LeftOutCause cause, std::string reason) {
        const auto bytes =
            S_ISREG(entry.status.st_mode) ? static_cast<std::uintmax_t>(entry.status.st_size) : 0;
        m_listing.leftOut.push_back(
            {displayName(entry.relative), std::move(reason), cause, bytes, entry.isFolder()});
    }

    void leaveOut(const Entry& entry, const FileClass& fileClass) {
        leaveOut(entry, fileClass.cause, fileClass.reason);
    }

    void addAll(Scope& scope, const fs::path& folder, const std::vector<fs::path>& names,
                int depth) {
        for (const fs::path& name : names) {
            if (m_stop.stop_requested()) return;
            Entry entry{folder / name, {}};
            if (::lstat((m_root / entry.relative).c_str(), &entry.status) != 0)
                leaveOut(entry, LeftOutCause::unreadable,
                         std::string("cannot be read: ") + std::strerror(errno));
            else
                add(scope, entry, depth);
        }
    }

    void add(Scope& scope, const Entry& entry, int depth) {
        const std::string name = entry.relative.filename().string();
        if (S_ISLNK(entry.status.st_mode)) {
            leaveOut(entry, LeftOutCause::link, "a link");
        } else if (name == ".git") {
            leaveOut(entry, LeftOutCause::hidden, "version control");
        } else if (name.starts_with('.') && !m_options.takesHidden) {
            leaveOut(entry, LeftOutCause::hidden, "hidden");
        } else if (!entry.isFolder() && !S_ISREG(entry.status.st_mode)) {
            leaveOut(entry, LeftOutCause::notAFile, "not a regular file");
        } else if (!m_options.takesIgnored &&
                   scope.rules.isIgnored(scope.place(entry.relative), entry.isFolder())) {
            leaveOut(entry, LeftOutCause::ignored, "ignored by the rules of .gitignore");
        } else if (entry.isFolder()) {
            addFolder(scope, entry, depth);
        } else {
            addFile(scope, entry);
        }
    }

    void addFolder(Scope& scope, const Entry& entry, int depth) {
        if (depth == kDeepestFolder)
            return leaveOut(entry, LeftOutCause::unsafe,
                            "more than " + std::to_string(kDeepestFolder) + " folders deep");
        std::error_code failure;
        const std::vector<fs::path> names = namesIn(m_root / entry.relative, failure);
        if (failure)
            return leaveOut(entry, LeftOutCause::unreadable,
                            "cannot be read: " + failure.message());
        if (!hasSafeRules(m_root / entry.relative))
            return leaveOut(entry, LeftOutCause::unsafe, "its .gitignore is not a regular file");
        const auto fileClass = classifyFolder(entry.relative.filename().string(), names);
        if (fileClass && !isWanted(fileClass->cause)) return leaveOut(entry, *fileClass);
        // A repository inside follows rules of its own.
        if (std::binary_search(names.begin(), names.end(), fs::path(".git"))) {
            if (auto rules = IgnoreRules::ofWorkTree(m_root / entry.relative)) {
                Scope inside{*rules, entry.relative};
                return addAll(inside, entry.relative, names, depth + 1);
            }
        }
        addAll(scope, entry.relative, names, depth + 1);
    }

    void addFile(const Scope& scope, const Entry& entry) {
        const fs::path place = scope.place(entry.relative);
        const std::optional<bool> isGenerated = scope.rules.isGenerated(place);
        if (isGenerated.value_or(false) && !m_options.takesGenerated)
            return leaveOut(entry, LeftOutCause::generated, "generated (.gitattributes say so)");
        if (scope.rules.isVendored(place).value_or(false) && !m_options.takesVendored)
            return leaveOut(entry, LeftOutCause::vendored, "vendored (.gitattributes say so)");
        const auto fileClass = classifyFileName(entry.relative.filename().string());
        if (fileClass && !isGenerated && !isWanted(fileClass->cause))
            return leaveOut(entry, *fileClass);
        m_listing.files.push_back({m_root / entry.relative, displayName(entry.relative),
                                   static_cast<std::uintmax_t>(entry.status.st_size),
                                   changeTime(entry.status), !isGenerated.has_value()});
    }

    bool isWanted(LeftOutCause cause) const {
        return cause == LeftOutCause::vendored ? m_options.takesVendored : m_options.takesGenerated;
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
