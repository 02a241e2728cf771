#include "app/cli/folder_watch.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "core/base/error.h"
#include "core/documents/file_reading.h"
#include "core/model/decoder.h"

namespace asterism {

namespace fs = std::filesystem;

namespace {

constexpr std::uint32_t kChanges =
    IN_MODIFY | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB;
constexpr int kStopMilliseconds = 100;   // how soon a stop is seen
constexpr int kQuietMilliseconds = 400;  // editors write, rename and remove within this time
constexpr int kMostWaits = 25;           // of them: a file that never rests is read all the same

}  // namespace

FolderWatch::FolderWatch(const std::vector<fs::path>& paths)
    : m_inotify(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    if (m_inotify < 0) throw Error("folders cannot be watched: ", std::strerror(errno));
    for (const fs::path& path : paths) {
        std::error_code ignored;
        if (fs::is_directory(path, ignored)) {
            m_trees.push_back(path);
            addTree(path);
        } else {
            add(path.parent_path(), path.filename().string());
        }
    }
}

FolderWatch::~FolderWatch() {
    ::close(m_inotify);
}

void FolderWatch::addTree(const fs::path& folder) {
    add(folder, {});
    std::error_code failure;
    fs::directory_iterator entries(folder, failure);
    for (; !failure && entries != fs::directory_iterator(); entries.increment(failure)) {
        std::error_code ignored;
        const bool isFolder = fs::is_directory(entries->symlink_status(ignored));
        if (isFolder && !entries->path().filename().string().starts_with('.'))
            addTree(entries->path());
    }
}

void FolderWatch::add(const fs::path& folder, const std::string& onlyFile) {
    const int watch = ::inotify_add_watch(m_inotify, folder.c_str(), kChanges | IN_ONLYDIR);
    if (watch < 0) {
        const int failure = errno;
        if (failure == ENOENT || failure == ENOTDIR || failure == EACCES)
            return;  // gone, or unread
        throw Error(
            displayName(folder), ": cannot be watched: ", std::strerror(failure),
            failure == ENOSPC ? "; raise the limit: sysctl fs.inotify.max_user_watches" : "");
    }
    const bool isNew = !m_folders.contains(watch);
    Folder& watched = m_folders[watch];
    watched.path = folder;
    if (onlyFile.empty())
        watched.files.clear();
    else if (isNew || !watched.files.empty())
        watched.files.insert(onlyFile);
}

bool FolderWatch::hasEvent(int milliseconds) const {
    pollfd file{m_inotify, POLLIN, 0};
    return ::poll(&file, 1, milliseconds) > 0;
}

// True if one of the events counts.
bool FolderWatch::readEvents() {
    alignas(inotify_event) std::array<char, 16384> buffer;
    bool hasChange = false;
    for (;;) {
        const ssize_t bytes = ::read(m_inotify, buffer.data(), buffer.size());
        if (bytes <= 0) return hasChange;
        for (ssize_t at = 0; at < bytes;) {
            const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
            at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
            if (event->mask & IN_Q_OVERFLOW) {  // new folders may be among what was lost
                for (const fs::path& tree : m_trees) addTree(tree);
                hasChange = true;
                continue;
            }
            const auto folder = m_folders.find(event->wd);
            if (folder == m_folders.end()) continue;
            if (event->mask & IN_IGNORED) {
                m_folders.erase(folder);
                continue;
            }
            const std::string name = event->len > 0 ? event->name : "";
            const Folder watched = folder->second;
            if (!watched.files.empty() && !watched.files.contains(name)) continue;
            hasChange = true;
            const bool isNewFolder =
                (event->mask & IN_ISDIR) != 0 && (event->mask & (IN_CREATE | IN_MOVED_TO)) != 0;
            if (isNewFolder && watched.files.empty() && !name.starts_with('.'))
                addTree(watched.path / name);
        }
    }
}

void FolderWatch::wait(const std::stop_token& stop) {
    for (bool hasChange = false; !hasChange;) {
        if (stop.stop_requested()) throw Stopped();
        if (hasEvent(kStopMilliseconds)) hasChange = readEvents();
    }
    for (int waits = 0; waits < kMostWaits && hasEvent(kQuietMilliseconds); ++waits) {
        if (stop.stop_requested()) throw Stopped();
        readEvents();
    }
}

}  // namespace asterism
