#include "storage/new_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <system_error>

#include "core/base/error.h"
#include "core/base/private_folder.h"

namespace asterism {

namespace fs = std::filesystem;

namespace {

constexpr std::time_t kLeftOverSeconds = 3600;

[[noreturn]] void fail(const char* what, const fs::path& path, int error) {
    if (error == ENOSPC || error == EDQUOT)
        throw Error("the disk is full: cannot ", what, " ", path.string(),
                    "; free some space or make the cache smaller with "
                    "`asterism-cli cache --quota BYTES`");
    throw Error("cannot ", what, " ", path.string(), ": ", std::generic_category().message(error),
                "; check the folder and its permissions, or choose another with XDG_CACHE_HOME");
}

}  // namespace

NewFile::NewFile(const fs::path& target) : m_target(target) {
    static std::atomic<unsigned> next{0};
    const std::string prefix = target.string() + "." + std::to_string(::getpid()) + ".";
    do {  // a name that is taken was left by a dead process of the same number
        m_path = prefix + std::to_string(next++) + ".tmp";
        m_file = ::open(m_path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    } while (m_file < 0 && errno == EEXIST);
    if (m_file < 0) fail("write", m_target, errno);
    ::flock(m_file, LOCK_EX | LOCK_NB);  // tells removeIfLeftOver that somebody is writing
}

NewFile::~NewFile() {
    if (!m_isPublished) ::unlink(m_path.c_str());
    ::close(m_file);
}

void NewFile::write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(m_file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail("write", m_target, errno);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

void NewFile::replace() {
    publish(0);
}

void NewFile::publishUnlessThere() {
    publish(RENAME_NOREPLACE);
}

void NewFile::publish(unsigned renameFlags) {
    if (::fsync(m_file) != 0) fail("write", m_target, errno);
    int status = ::renameat2(AT_FDCWD, m_path.c_str(), AT_FDCWD, m_target.c_str(), renameFlags);
    if (status != 0 && errno == EEXIST) return;
    // Some file systems do not know the flag. Then the last of two equal files stays.
    if (status != 0 && (errno == EINVAL || errno == ENOSYS))
        status = ::rename(m_path.c_str(), m_target.c_str());
    if (status != 0) fail("write", m_target, errno);
    m_isPublished = true;
    syncFolder(m_target.parent_path());
}

void replaceFile(const fs::path& target, std::string_view text) {
    NewFile file(target);
    file.write(std::as_bytes(std::span(text)));
    file.replace();
}

bool removeIfLeftOver(const fs::path& path) {
    const int file = ::open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0) return false;
    struct stat status {};
    const bool isLeftOver = ::fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
                            status.st_mtime + kLeftOverSeconds < std::time(nullptr) &&
                            ::flock(file, LOCK_EX | LOCK_NB) == 0;
    const bool isGone = isLeftOver && ::unlink(path.c_str()) == 0;
    ::close(file);
    return isGone;
}

}  // namespace asterism
