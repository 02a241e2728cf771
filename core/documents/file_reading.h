#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace asterism {

// When a file was last changed, nanoseconds since 1970: its content, or its owner, mode or name.
// Unlike the time of the content alone nobody can set it back.
std::int64_t changeTime(const struct stat& status);

// The bytes of a file at one moment, with what tells later whether it has changed.
struct FileContent {
    std::string bytes;
    std::int64_t time = 0;  // changeTime(); 0 if the file changed so recently that another change
                            // could bear the same time
};

// How many bytes of a file may be read, given its first kHeadBytes bytes.
using SizeLimit = std::function<std::uintmax_t(std::string_view head)>;

// Reads a whole file. Its size and time are compared before and after: a file that changed
// meanwhile is read once more, then refused. A file over the limit is refused by its size, and
// only its head is read. `afterRead` is called between reading and comparing (for tests).
// Throws RefusedFile (tooLarge, notAFile, unreadable, changing). Never waits on pipes.
FileContent readWholeFile(const std::filesystem::path& path, const SizeLimit& limit,
                          const std::function<void()>& afterRead = {});

// A file name or path as UTF-8 on one line: bytes that are not UTF-8, control characters and
// backslashes become \xNN, so that different names stay different.
std::string displayName(const std::filesystem::path& path);

}  // namespace asterism
