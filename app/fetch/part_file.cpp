#include "app/fetch/part_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <vector>

#include "app/fetch/sha256.h"
#include "core/base/error.h"

namespace asterism {

namespace fs = std::filesystem;

namespace {

std::string reason(int error) {
    return std::generic_category().message(error);
}

int openPart(const fs::path& path) {
    // Append mode: every write goes to the end, wherever a truncation put it.
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (file < 0)
        throw Error("cannot write ", path.string(), ": ", reason(errno),
                    "; check the folder's permissions or choose another with XDG_DATA_HOME");
    return file;
}

// Another process may have given the file its final name between our open and our lock; then the
// lock is on the finished file, not on the part.
bool isStillAt(int file, const fs::path& path) {
    struct stat opened {};
    struct stat named {};
    return ::fstat(file, &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
           opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

void syncFolder(const fs::path& folder) {
    const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0) return;  // the name is there already; only its durability is left to the system
    ::fsync(file);
    ::close(file);
}

}  // namespace

PartFile::PartFile(const fs::path& target)
    : m_target(target), m_path(fs::path(target).concat(".part")) {
    do {
        if (m_file >= 0) ::close(m_file);
        m_file = openPart(m_path);
        if (::flock(m_file, LOCK_EX | LOCK_NB) != 0) {
            ::close(m_file);
            throw Error(m_path.string(),
                        " is being fetched by another process; wait for it or stop it");
        }
    } while (!isStillAt(m_file, m_path));
    struct stat status {};
    ::fstat(m_file, &status);
    m_size = static_cast<std::uint64_t>(status.st_size);
}

PartFile::~PartFile() {
    ::close(m_file);
}

void PartFile::append(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(m_file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail("write", errno);
        m_size += static_cast<std::uint64_t>(written);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

void PartFile::truncate(std::uint64_t size) {
    if (size == m_size) return;
    if (::ftruncate(m_file, static_cast<off_t>(size)) != 0) fail("cut", errno);
    m_size = size;
}

void PartFile::publish() {
    if (::fsync(m_file) != 0) fail("write", errno);
    std::error_code error;
    fs::rename(m_path, m_target, error);
    if (error) fail("rename", error.value());
    syncFolder(m_target.parent_path());
}

void PartFile::discard() {
    std::error_code ignored;
    fs::remove(m_path, ignored);
}

void PartFile::fail(const char* what, int error) const {
    if (error == ENOSPC || error == EDQUOT)
        throw Error("the disk is full at byte ", m_size, " of ", m_path.string(),
                    "; free some space and pull again, it goes on from there");
    throw Error("cannot ", what, " ", m_path.string(), ": ", reason(error),
                "; check the disk and pull again");
}

std::optional<std::string> sha256OfFile(const fs::path& path,
                                        const std::function<void(std::uint64_t)>& onBytes,
                                        const std::stop_token& stop) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        throw Error("cannot read ", path.string(), ": ", reason(errno),
                    "; check its permissions or remove it and pull again");
    Sha256 hash;
    std::vector<std::byte> buffer(std::size_t{1} << 20U);
    std::uint64_t done = 0;
    ssize_t got = 1;
    while (got != 0 && !stop.stop_requested()) {
        got = ::read(file, buffer.data(), buffer.size());
        if (got < 0 && errno != EINTR) {
            const int error = errno;
            ::close(file);
            throw Error("cannot read ", path.string(), " at byte ", done, ": ", reason(error),
                        "; remove it and pull again");
        }
        if (got <= 0) continue;
        hash.update(std::span(buffer).first(static_cast<std::size_t>(got)));
        done += static_cast<std::uint64_t>(got);
        if (onBytes) onBytes(done);
    }
    ::close(file);
    if (stop.stop_requested()) return std::nullopt;
    return hash.finish();
}

}  // namespace asterism
