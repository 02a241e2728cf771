#include "core/base/host_pages.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "core/base/available_memory.h"
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/base/threads.h"

namespace asterism {

namespace {

constexpr std::int64_t kHugePage = std::int64_t{2} << 20;

std::int64_t roundUp(std::int64_t bytes, std::int64_t unit) {
    return (bytes + unit - 1) / unit * unit;
}

// Address space that begins where a huge page can, if it can hold one; null if there is none.
HostPages mapPages(std::int64_t bytes) {
    const std::int64_t spare = bytes < kHugePage ? 0 : kHugePage;
    const auto mapped = static_cast<std::size_t>(bytes + spare);
    void* address =
        ::mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (address == MAP_FAILED) return {};
    auto* begin = static_cast<std::byte*>(address);
    const auto size = static_cast<std::size_t>(bytes);
    if (spare == 0) return {begin, Unmap{size}};
    const std::size_t before =
        -reinterpret_cast<std::uintptr_t>(begin) & static_cast<std::size_t>(kHugePage - 1);
    if (before > 0) ::munmap(begin, before);
    if (const std::size_t after = mapped - before - size; after > 0)
        ::munmap(begin + before + size, after);
    return {begin + before, Unmap{size}};
}

// The system finds and clears a page when it is first written to, in the thread that writes.
void touch(std::byte* pages, std::int64_t bytes, std::int64_t page) {
    constexpr std::int64_t kMostThreads = 8;
    constexpr std::int64_t kLeastShare = std::int64_t{64} << 20;
    const std::int64_t cores = usableCores();
    const std::int64_t threads =
        std::clamp<std::int64_t>(bytes / kLeastShare, 1, std::min(cores, kMostThreads));
    const std::int64_t share = roundUp((bytes + threads - 1) / threads, kHugePage);
    const auto touchShare = [=](std::int64_t begin) {
        const std::int64_t end = std::min(begin + share, bytes);
        for (std::int64_t at = begin; at < end; at += page) pages[at] = std::byte{0};
    };
    std::vector<std::jthread> others;
    for (std::int64_t begin = share; begin < bytes; begin += share)
        others.emplace_back(touchShare, begin);
    touchShare(0);
}

}  // namespace

void Unmap::operator()(std::byte* pages) const {
    ::munmap(pages, bytes);
}

HostPages takeHostPages(std::int64_t bytes) {
    ASTERISM_CHECK(bytes >= 0);
    const std::int64_t page = ::sysconf(_SC_PAGESIZE);
    const std::int64_t available = availableMemory();
    HostPages pages;
    // The system would promise more than it has and end the program when the memory is used.
    if (bytes <= available) pages = mapPages(roundUp(std::max<std::int64_t>(bytes, 1), page));
    if (!pages)
        throw Error("not enough memory: ", bytes, " bytes were asked for and ", available,
                    " bytes of the computer's memory are available; close other programs, or use a "
                    "shorter context or a smaller KV type");
    const std::size_t size = pages.get_deleter().bytes;
    // The system may refuse: ordinary pages do as well, only slower.
    (void)::madvise(pages.get(), size, MADV_HUGEPAGE);
    (void)::madvise(pages.get(), size, MADV_DONTFORK);
    touch(pages.get(), static_cast<std::int64_t>(size), page);
    return pages;
}

}  // namespace asterism
