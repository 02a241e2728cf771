#include "core/base/host_pages.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/failure_of.h"

namespace asterism::test {
namespace {

constexpr std::int64_t kMiB = std::int64_t{1} << 20;

enum class Presence { none, some, all };

// Whether the system has handed out the pages of a range.
Presence presenceOf(std::byte* begin, std::size_t bytes) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    std::vector<unsigned char> pages((bytes + page - 1) / page);
    if (::mincore(begin, bytes, pages.data()) != 0) return Presence::none;
    const bool areAll = std::all_of(pages.begin(), pages.end(),
                                    [](unsigned char bits) { return (bits & 1U) != 0; });
    return areAll ? Presence::all : Presence::some;
}

std::uintptr_t addressOf(const HostPages& pages) {
    return reinterpret_cast<std::uintptr_t>(pages.get());
}

TEST(HostPages, areZeroedAndThereAtOnce) {
    // Several threads' shares, the last one not whole.
    constexpr std::int64_t kBytes = 200 * kMiB + 12345;
    HostPages pages = takeHostPages(kBytes);
    std::byte* begin = pages.get();
    EXPECT_EQ(presenceOf(begin, kBytes), Presence::all);
    EXPECT_EQ(addressOf(pages) % (2 * kMiB), 0U) << "where a huge page can begin";
    EXPECT_TRUE(
        std::all_of(begin, begin + kBytes, [](std::byte value) { return value == std::byte{0}; }));
    std::fill(begin, begin + kBytes, std::byte{7});
    pages.reset();
    EXPECT_EQ(presenceOf(begin, kBytes), Presence::none) << "given back";
}

TEST(HostPages, takeNoMoreThanWholePages) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    for (const std::int64_t bytes : {std::int64_t{0}, std::int64_t{1}, std::int64_t{5000},
                                     2 * kMiB - 1, 2 * kMiB, 2 * kMiB + 1}) {
        const HostPages pages = takeHostPages(bytes);
        const std::size_t taken = pages.get_deleter().bytes;
        EXPECT_EQ(addressOf(pages) % page, 0U) << bytes;
        EXPECT_EQ(taken % page, 0U) << bytes;
        EXPECT_GT(taken, 0U);
        EXPECT_GE(taken, static_cast<std::size_t>(bytes));
        EXPECT_LE(taken, static_cast<std::size_t>(bytes) + page);
        pages[taken - 1] = std::byte{1};
    }
}

TEST(HostPages, thatAreNotThereAreRefusedWithTheNumbers) {
    for (const std::int64_t bytes : {std::int64_t{1} << 46, INT64_MAX}) {
        const std::string complaint = failureOf([&] { takeHostPages(bytes); });
        EXPECT_NE(complaint.find(std::to_string(bytes) + " bytes were asked for"),
                  std::string::npos)
            << complaint;
        EXPECT_NE(complaint.find("are available"), std::string::npos) << complaint;
    }
}

}  // namespace
}  // namespace asterism::test
