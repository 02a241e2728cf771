#include "core/base/private_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/base/error.h"

namespace asterism {

namespace fs = std::filesystem;

void syncFolder(const fs::path& folder) {
    const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0) return;
    ::fsync(file);
    ::close(file);
}

void makePrivateFolder(const fs::path& folder, std::string_view advice) {
    std::error_code ignored;
    if (folder.empty() || fs::is_directory(folder, ignored)) return;
    makePrivateFolder(folder.parent_path(), advice);
    if (::mkdir(folder.c_str(), 0700) == 0) return syncFolder(folder.parent_path());
    const int error = errno;
    if (error == EEXIST && fs::is_directory(folder, ignored)) return;
    throw Error("cannot make the folder ", folder.string(), ": ", std::strerror(error), "; ",
                advice);
}

}  // namespace asterism
