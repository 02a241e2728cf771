#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace asterism {

// The bytes of a file at one moment, with what tells later whether it has changed.
struct FileContent {
    std::string bytes;
    std::int64_t time = 0;  // of the last change, nanoseconds since 1970
};

// How many bytes of a file may be read, given its first kHeadBytes bytes.
using SizeLimit = std::function<std::uintmax_t(std::string_view head)>;

// Reads a whole file. Its size and time are compared before and after: a file that changed
// meanwhile is read once more, then refused. A file over the limit is refused by its size, and
// only its head is read. `afterRead` is called between reading and comparing (for tests).
// Throws RefusedFile (tooLarge, notAFile, unreadable, changing). Never waits on pipes.
FileContent readWholeFile(const std::filesystem::path& path, const SizeLimit& limit,
                          const std::function<void()>& afterRead = {});

// A file name or path as UTF-8 on one line: bytes that are not UTF-8 and control characters become
// \xNN.
std::string displayName(const std::filesystem::path& path);

}  // namespace asterism
