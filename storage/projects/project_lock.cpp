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

ProjectLock::ProjectLock(const std::filesystem::path& folder, std::int64_t project,
                         const std::function<void()>& onWait, const std::stop_token& stop) {
    if (folder.empty()) return;
    const std::filesystem::path path = folder / (std::to_string(project) + ".lock");
    m_file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (m_file < 0)
        throw Error(path.string(), ": cannot be made: ", std::strerror(errno),
                    "; check that its folder is there, its permissions and the space on its disk");
    constexpr auto kPause = std::chrono::milliseconds(100);
    for (bool isFirst = true; ::flock(m_file, LOCK_EX | LOCK_NB) != 0; isFirst = false) {
        const bool isStopped = stop.stop_requested();
        if (errno != EWOULDBLOCK || isStopped) {
            const int failure = errno;
            ::close(m_file);
            if (isStopped) throw Stopped();
            throw Error(path.string(), ": cannot be locked: ", std::strerror(failure));
        }
        if (isFirst && onWait) onWait();
        std::this_thread::sleep_for(kPause);
    }
}

ProjectLock::~ProjectLock() {
    if (m_file >= 0) ::close(m_file);
}

}  // namespace asterism
