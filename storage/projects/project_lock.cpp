#include "storage/projects/project_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>

#include "core/base/error.h"
#include "core/model/decoder.h"

namespace asterism {

namespace {

constexpr auto kPause = std::chrono::milliseconds(100);

}  // namespace

ProjectLock::ProjectLock(const std::filesystem::path& folder, std::int64_t project) {
    if (folder.empty()) return;
    m_path = folder / (std::to_string(project) + ".lock");
    m_file = ::open(m_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (m_file < 0)
        throw Error(m_path.string(), ": cannot be made: ", std::strerror(errno),
                    "; check that its folder is there, its permissions and the space on its disk");
}

bool ProjectLock::take() const {
    if (m_file < 0 || ::flock(m_file, LOCK_EX | LOCK_NB) == 0) return true;
    if (errno == EWOULDBLOCK) return false;
    throw Error(m_path.string(), ": cannot be locked: ", std::strerror(errno));
}

ProjectLock::ProjectLock(const std::filesystem::path& folder, std::int64_t project,
                         const std::function<void()>& onWait, const std::stop_token& stop)
    : ProjectLock(folder, project) {
    for (bool isFirst = true; !take(); isFirst = false) {
        if (stop.stop_requested()) throw Stopped();
        if (isFirst && onWait) onWait();
        std::this_thread::sleep_for(kPause);
    }
}

std::unique_ptr<ProjectLock> ProjectLock::tryTake(const std::filesystem::path& folder,
                                                  std::int64_t project,
                                                  std::chrono::milliseconds patience) {
    std::unique_ptr<ProjectLock> lock(new ProjectLock(folder, project));
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!lock->take()) {
        if (std::chrono::steady_clock::now() >= end) return nullptr;
        std::this_thread::sleep_for(kPause);
    }
    return lock;
}

ProjectLock::~ProjectLock() {
    if (m_file >= 0) ::close(m_file);
}

}  // namespace asterism
