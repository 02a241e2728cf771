#include "core/documents/file_reading.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "core/documents/document_reader.h"
#include "core/text/utf8.h"

namespace asterism {

namespace {

[[noreturn]] void refuseUnreadable(int error) {
    throw RefusedFile(LeftOutCause::unreadable, "cannot be read: ", std::strerror(error));
}

class OpenFile {
  public:
    // Non-blocking, so that a pipe in the place of a file cannot hold us up.
    explicit OpenFile(const std::filesystem::path& path)
        : m_descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {
        if (m_descriptor < 0) refuseUnreadable(errno);
    }
    ~OpenFile() { ::close(m_descriptor); }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    struct stat status() const {
        struct stat status {};
        if (::fstat(m_descriptor, &status) != 0) refuseUnreadable(errno);
        return status;
    }

    // Appends up to `count` bytes; fewer only at the end of the file.
    void read(std::string& bytes, std::size_t count) const {
        const std::size_t begin = bytes.size();
        bytes.resize(begin + count);
        std::size_t done = 0;
        while (done < count) {
            const ssize_t got = ::read(m_descriptor, bytes.data() + begin + done, count - done);
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) refuseUnreadable(errno);
            if (got == 0) break;
            done += static_cast<std::size_t>(got);
        }
        bytes.resize(begin + done);
    }

  private:
    int m_descriptor;
};

std::int64_t nanoseconds(const timespec& time) {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

bool isSame(const struct stat& a, const struct stat& b) {
    return a.st_size == b.st_size && nanoseconds(a.st_mtim) == nanoseconds(b.st_mtim) &&
           nanoseconds(a.st_ctim) == nanoseconds(b.st_ctim);
}

// 0 where a change right after this one could bear the same time: clocks of files tick slowly.
std::int64_t certainTime(const struct stat& status) {
    constexpr std::int64_t kTick = 20'000'000;
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return nanoseconds(now) - changeTime(status) > kTick ? changeTime(status) : 0;
}

std::string inMegabytes(std::uintmax_t bytes) {
    return std::to_string((bytes + 999'999) / 1'000'000) + " MB";
}

// Whether the file stayed as it was while it was read.
bool readOnce(const std::filesystem::path& path, const SizeLimit& limit,
              const std::function<void()>& afterRead, FileContent& content) {
    const OpenFile file(path);
    const struct stat before = file.status();
    if (!S_ISREG(before.st_mode)) throw RefusedFile(LeftOutCause::notAFile, "not a regular file");
    const auto size = static_cast<std::uintmax_t>(before.st_size);
    content.bytes.clear();
    file.read(content.bytes, static_cast<std::size_t>(std::min<std::uintmax_t>(size, kHeadBytes)));
    if (const std::uintmax_t most = limit(content.bytes); size > most)
        throw RefusedFile(LeftOutCause::tooLarge, "larger than ", inMegabytes(most), " (",
                          inMegabytes(size), ")");
    // One byte more than there should be, to see that the file has grown.
    file.read(content.bytes, static_cast<std::size_t>(size) - content.bytes.size() + 1);
    if (afterRead) afterRead();
    content.time = certainTime(before);
    return content.bytes.size() == size && isSame(before, file.status());
}

}  // namespace

std::int64_t changeTime(const struct stat& status) {
    return std::max(nanoseconds(status.st_mtim), nanoseconds(status.st_ctim));
}

FileContent readWholeFile(const std::filesystem::path& path, const SizeLimit& limit,
                          const std::function<void()>& afterRead) {
    FileContent content;
    if (!readOnce(path, limit, afterRead, content) && !readOnce(path, limit, afterRead, content))
        throw RefusedFile(LeftOutCause::changing,
                          "changed while it was being read, twice; read it again later");
    return content;
}

std::string displayName(const std::filesystem::path& path) {
    constexpr char kDigits[] = "0123456789ABCDEF";
    const std::string bytes = path.generic_string();
    std::string name;
    const auto escape = [&](char c) {
        const auto byte = static_cast<unsigned char>(c);
        name += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    };
    for (std::string_view rest = bytes; !rest.empty();) {
        const std::size_t valid = std::min(findInvalidUtf8(rest), rest.size());
        for (const char c : rest.substr(0, valid))
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '\\')
                escape(c);
            else
                name += c;
        if (valid < rest.size()) escape(rest[valid]);
        rest.remove_prefix(std::min(valid + 1, rest.size()));
    }
    return name;
}

}  // namespace asterism
