#include "storage/user_folders.h"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "core/base/error.h"

namespace asterism {

namespace fs = std::filesystem;

fs::path userFolder(const char* variable, const char* usual) {
    if (const char* folder = std::getenv(variable); folder && *folder == '/') return folder;
    if (const char* home = std::getenv("HOME"); home && *home) return fs::path(home) / usual;
    std::array<char, 4096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found)
        return fs::path(found->pw_dir) / usual;
    throw Error("no home folder is known; set HOME, or ", variable,
                " to the folder that is to be used");
}

}  // namespace asterism
