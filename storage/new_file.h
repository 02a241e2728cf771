#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace asterism {

// A file that appears under its name only when it is whole and on disk: it is written under a
// temporary name in the same folder (NAME.PID.NUMBER.tmp, mode 0600) and removed with the object
// unless it was published. Every method throws Error that says what to do if the disk is full or
// refuses. One thread at a time; two objects for the same name do not disturb each other.
class NewFile {
  public:
    explicit NewFile(const std::filesystem::path& target);
    ~NewFile();
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;

    void write(std::span<const std::byte> bytes);
    // Syncs the file and gives it its name, in place of a file that has it now.
    void replace();
    // The same, but a file that has the name already stays and this one goes.
    void publishUnlessThere();

  private:
    void publish(unsigned renameFlags);

    std::filesystem::path m_target;
    std::filesystem::path m_path;
    int m_file = -1;
    bool m_isPublished = false;
};

// Writes a small file as a whole, in place of one that is there.
void replaceFile(const std::filesystem::path& target, std::string_view text);

// Removes a temporary file of NewFile unless it is younger than an hour or a living process is
// writing it. Says if it was removed.
bool removeIfLeftOver(const std::filesystem::path& path);

// Where the cache may be put instead: the end of errors about its folders.
inline constexpr std::string_view kCacheFolderAdvice = "choose another place with XDG_CACHE_HOME";

}  // namespace asterism
