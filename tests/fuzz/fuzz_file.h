#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <string>

namespace asterism::fuzz {

// A file in memory that holds the fuzzer's input, for readers that open files.
class FuzzFile {
  public:
    FuzzFile(const unsigned char* data, std::size_t size)
        : m_descriptor(::memfd_create("input", MFD_CLOEXEC)) {
        if (m_descriptor < 0 || ::write(m_descriptor, data, size) != static_cast<ssize_t>(size))
            __builtin_trap();
    }
    ~FuzzFile() { ::close(m_descriptor); }
    FuzzFile(const FuzzFile&) = delete;
    FuzzFile& operator=(const FuzzFile&) = delete;

    std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(m_descriptor); }

  private:
    int m_descriptor;
};

}  // namespace asterism::fuzz
