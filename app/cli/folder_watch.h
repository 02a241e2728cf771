#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace asterism {

// Sees changes of files and of all folders below some folders: new, removed and renamed ones, and
// edits in place. Hidden folders are not watched. Whether a change matters is for others to find
// out. One thread.
class FolderWatch {
  public:
    // Files or folders. Throws Error if one cannot be watched, with what to do if the system's
    // limit on watches is reached.
    explicit FolderWatch(const std::vector<std::filesystem::path>& paths);
    ~FolderWatch();
    FolderWatch(const FolderWatch&) = delete;
    FolderWatch& operator=(const FolderWatch&) = delete;

    // Returns when something has changed since the last call and nothing more has for a moment.
    // Throws Stopped when asked to stop.
    void wait(const std::stop_token& stop);

  private:
    struct Folder {
        std::filesystem::path path;
        std::set<std::string> files;  // the only names that count; empty: all, and folders below
    };

    void addTree(const std::filesystem::path& folder);
    void add(const std::filesystem::path& folder, const std::string& onlyFile);
    bool readEvents();
    bool hasEvent(int milliseconds) const;

    int m_inotify = -1;
    std::map<int, Folder> m_folders;  // by watch
    std::vector<std::filesystem::path> m_trees;
};

}  // namespace asterism
