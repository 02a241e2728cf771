#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace asterism {

struct Unmap {
    std::size_t bytes = 0;
    void operator()(std::byte* pages) const;
};
using HostPages = std::unique_ptr<std::byte[], Unmap>;

// At least so many bytes in whole pages, zeroed, and handed out by the system already: in huge
// pages where it has them, by several threads. For memory that a device is to read; a child process
// does not get it. Throws Error that says how much was asked for and is available.
HostPages takeHostPages(std::int64_t bytes);

}  // namespace asterism
