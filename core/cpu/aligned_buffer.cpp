#include "core/cpu/aligned_buffer.h"

#include <unistd.h>

#include "core/base/error.h"

namespace asterism::cpu {
namespace {

std::int64_t physicalBytes() {
    static const std::int64_t bytes =
        std::int64_t{sysconf(_SC_PHYS_PAGES)} * std::int64_t{sysconf(_SC_PAGESIZE)};
    return bytes;
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
        return AlignedBytes(static_cast<std::byte*>(
            ::operator new[](static_cast<std::size_t>(bytes), std::align_val_t{kAlignment})));
    } catch (const std::bad_alloc&) {
        throw refuse();
    }
}

}  // namespace asterism::cpu
