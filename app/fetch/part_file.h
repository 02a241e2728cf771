#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

namespace asterism {

// A file that is being fetched: it grows as NAME.part beside its final place and gets its name
// only when it is whole. While the object lives, no other process or object can work on the same
// file. What it holds outlives a crash, so that the next run can go on from there.
// Every method throws Error that says what to do if the disk is full or refuses.
class PartFile {
  public:
    // Opens or makes `target`.part. Throws Error if it is in use or cannot be written.
    explicit PartFile(const std::filesystem::path& target);
    ~PartFile();
    PartFile(const PartFile&) = delete;
    PartFile& operator=(const PartFile&) = delete;

    const std::filesystem::path& path() const { return m_path; }
    std::uint64_t size() const { return m_size; }
    void append(std::span<const std::byte> bytes);
    // Drops what is behind the first `size` bytes.
    void truncate(std::uint64_t size);
    // Syncs the file to disk and gives it its final name, in place of a file that has it now.
    void publish();
    void discard();

  private:
    [[noreturn]] void fail(const char* what, int error) const;

    std::filesystem::path m_target;
    std::filesystem::path m_path;
    int m_file = -1;
    std::uint64_t m_size = 0;
};

// SHA-256 of a file; `onBytes` hears how many bytes are done. Empty if stopped.
std::optional<std::string> sha256OfFile(const std::filesystem::path& path,
                                        const std::function<void(std::uint64_t)>& onBytes,
                                        const std::stop_token& stop);

// Where models may be put instead: the end of errors about their folders.
inline constexpr std::string_view kModelFolderAdvice = "choose another place with XDG_DATA_HOME";

}  // namespace asterism
