#include "tests/core/cpu/scarce_memory.h"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace asterism::test {

namespace {

std::atomic<bool> isScarce = false;

}  // namespace

ScarceMemory::ScarceMemory() {
    isScarce = true;
}

ScarceMemory::~ScarceMemory() {
    isScarce = false;
}

}  // namespace asterism::test

// In place of the library's, which this binary would have otherwise.
void* operator new[](std::size_t bytes, std::align_val_t alignment) {
    const auto step = static_cast<std::size_t>(alignment);
    void* memory =
        asterism::test::isScarce ? nullptr : std::aligned_alloc(step, (bytes / step + 1) * step);
    if (!memory) throw std::bad_alloc();
    return memory;
}

void operator delete[](void* memory, std::align_val_t) noexcept {
    std::free(memory);
}

void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
    std::free(memory);
}
