#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>

namespace asterism {

// One process at a time changes what a project has read. Held for the object's life by a lock on a
// file (released by the system if the process dies).
class ProjectLock {
  public:
    // Waits for whoever holds it; `onWait` is called once if there is somebody. An empty folder is
    // nobody else's: nothing is locked. Throws Stopped when asked to stop, Error if the file cannot
    // be made: a folder that went away is not made again, it could come to stand where another disk
    // should be.
    ProjectLock(const std::filesystem::path& folder, std::int64_t project,
                const std::function<void()>& onWait, const std::stop_token& stop);
    // Null if somebody holds it for longer than the patience. Throws Error as above.
    static std::unique_ptr<ProjectLock> tryTake(const std::filesystem::path& folder,
                                                std::int64_t project,
                                                std::chrono::milliseconds patience = {});
    ~ProjectLock();
    ProjectLock(const ProjectLock&) = delete;
    ProjectLock& operator=(const ProjectLock&) = delete;

  private:
    ProjectLock(const std::filesystem::path& folder, std::int64_t project);
    bool take() const;  // false: somebody holds it

    std::filesystem::path m_path;
    int m_file = -1;
};

}  // namespace asterism
