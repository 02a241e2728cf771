#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace asterism {

// A file mapped read-only for as long as the object lives. Movable; safe to read from any thread.
// The bytes are those of the file when it was opened; a file that shrinks afterwards makes later
// reads fail with SIGBUS, so model files must not be changed in place while they are in use.
class MappedFile {
  public:
    // Throws Error if the file is missing, is not a regular file or cannot be mapped.
    explicit MappedFile(const std::filesystem::path& path);
    ~MappedFile();
    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&& other) noexcept;
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    std::span<const std::byte> bytes() const { return m_bytes; }
    const std::filesystem::path& path() const { return m_path; }

  private:
    std::filesystem::path m_path;
    std::span<const std::byte> m_bytes;
};

}  // namespace asterism
