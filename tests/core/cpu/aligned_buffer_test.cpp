#include "core/cpu/aligned_buffer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/error.h"
#include "tests/core/cpu/scarce_memory.h"

namespace asterism::cpu {
namespace {

TEST(AlignedBuffer, OnlyWholePagesAreGivenBack) {
    const std::int64_t page = sysconf(_SC_PAGESIZE);
    const std::int64_t count = 8 * page;
    const AlignedBytes memory = allocateAligned(count);
    const std::span<std::byte> bytes(memory.get(), static_cast<std::size_t>(count));
    std::ranges::fill(bytes, std::byte{7});
    const std::span<std::byte> part = bytes.subspan(100, static_cast<std::size_t>(5 * page));
    giveBackPages(part);
    const auto zeros = std::ranges::count(bytes, std::byte{0});
    EXPECT_TRUE(zeros == 4 * page || zeros == 5 * page) << zeros;  // as the memory lies
    const auto inPart = std::ranges::count(part, std::byte{0});
    EXPECT_EQ(inPart, zeros) << "what stands beside it stays";
}

TEST(AlignedBuffer, LessThanAPageStays) {
    const std::int64_t page = sysconf(_SC_PAGESIZE);
    const AlignedBytes memory = allocateAligned(3 * page);
    const std::span<std::byte> bytes(memory.get(), static_cast<std::size_t>(3 * page));
    std::ranges::fill(bytes, std::byte{7});
    for (const std::size_t first : {std::size_t{0}, std::size_t{1}, std::size_t{4000}}) {
        giveBackPages(bytes.subspan(first, static_cast<std::size_t>(page - 1)));
        giveBackPages(bytes.subspan(first, 0));
    }
    EXPECT_EQ(std::ranges::count(bytes, std::byte{7}), 3 * page);
}

TEST(Scratch, isUsableAfterItCouldNotGrow) {
    Scratch scratch;
    ASSERT_NE(scratch.floats(100), nullptr);
    {
        const test::ScarceMemory scarce;
        EXPECT_THROW(scratch.floats(1000), Error);
    }
    float* floats = scratch.floats(50);
    ASSERT_NE(floats, nullptr);
    std::fill_n(floats, 50, 1.0F);
}

}  // namespace
}  // namespace asterism::cpu
