#include "core/cpu/aligned_buffer.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "core/base/error.h"

namespace asterism::cpu {
namespace {

std::int64_t physicalBytes() {
    static const std::int64_t bytes =
        std::int64_t{sysconf(_SC_PHYS_PAGES)} * std::int64_t{sysconf(_SC_PAGESIZE)};
    return bytes;
}

std::uintptr_t pageBytes() {
    static const auto bytes = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    return bytes;
}

// How many bytes into it the first page begins.
std::size_t bytesToPage(const std::byte* data) {
    return -reinterpret_cast<std::uintptr_t>(data) & (pageBytes() - 1);
}

// Asks for large pages: keys and values are read once a token, and with small pages finding each
// costs as much as reading it. The system may refuse; then all is as it was.
void preferLargePages(std::byte* data, std::int64_t bytes) {
    constexpr std::int64_t kWorthwhile = std::int64_t{8} << 20;
    if (bytes < kWorthwhile) return;
    const std::size_t skipped = bytesToPage(data);
    madvise(data + skipped, static_cast<std::size_t>(bytes) - skipped, MADV_HUGEPAGE);
}

}  // namespace

AlignedBytes allocateAligned(std::int64_t bytes) {
    const auto refuse = [bytes] {
        return Error("not enough memory for ", bytes, " bytes (this machine has ", physicalBytes(),
                     "); close other programs, or use shorter blocks or a smaller KV type");
    };
    // The system would promise more than it has and end the program when the memory is used.
    if (bytes < 0 || bytes > physicalBytes()) throw refuse();
    try {
        AlignedBytes memory(static_cast<std::byte*>(
            ::operator new[](static_cast<std::size_t>(bytes), std::align_val_t{kAlignment})));
        preferLargePages(memory.get(), bytes);
        return memory;
    } catch (const std::bad_alloc&) {
        throw refuse();
    }
}

void giveBackPages(std::span<std::byte> bytes) {
    const std::size_t skipped = std::min(bytesToPage(bytes.data()), bytes.size());
    const std::size_t whole = (bytes.size() - skipped) / pageBytes() * pageBytes();
    if (whole > 0) madvise(bytes.data() + skipped, whole, MADV_DONTNEED);
}

}  // namespace asterism::cpu
