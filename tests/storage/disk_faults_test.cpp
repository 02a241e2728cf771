#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

#include "core/base/error.h"
#include "tests/storage/small_disk.h"
#include "tests/storage/stored_block.h"
#include "tests/support/test_files.h"

namespace asterism {
namespace {

namespace fs = std::filesystem;
using test::inChild;
using test::kSkip;
using test::mountSmallDisk;
using test::sampleBlock;
using test::SampleBlock;
using test::unless;
using test::WatchedStore;

// The message of the Error that saving ends with; empty if it ends well.
std::string failureOf(WatchedStore& watched, const SampleBlock& block) {
    try {
        watched.save(block);
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

TEST(DiskFaults, AFullDiskIsSaidAndNothingHalfWrittenIsLeft) {
    const test::TempDir dir;
    const std::string wrong = inChild([&dir] {
        if (!mountSmallDisk(dir.path(), "size=64k")) return std::string(kSkip);
        WatchedStore watched(dir / "blocks");
        const SampleBlock small = sampleBlock(1);
        const SampleBlock large = sampleBlock(2, KvType::f32, 2000);
        watched.save(small);
        const std::string failure = failureOf(watched, large);
        return unless(failure.find("disk is full") != std::string::npos, "said: " + failure) +
               unless(failure.find("--quota") != std::string::npos, "no advice") +
               unless(test::regularFilesBelow(dir.path()).size() == 1, "left something") +
               unless(watched.finds(small), "lost the block before") +
               unless(WatchedStore(dir / "blocks").finds(small), "does not open again");
    });
    ASTERISM_EXPECT_NOTHING_WRONG(wrong);
}

TEST(DiskFaults, AReadOnlyDiskIsReadAndRefusesToSave) {
    const test::TempDir dir;
    const std::string wrong = inChild([&dir] {
        if (!mountSmallDisk(dir.path(), "size=1m")) return std::string(kSkip);
        const SampleBlock block = sampleBlock(1);
        WatchedStore(dir / "blocks").save(block);
        if (::mount(nullptr, dir.path().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0)
            return std::string(kSkip);
        WatchedStore watched(dir / "blocks");
        const std::string failure = failureOf(watched, sampleBlock(2));
        std::string opening = "opened";
        try {
            WatchedStore(dir / "others");
        } catch (const Error& error) {
            opening = error.what();
        }
        return unless(watched.finds(block), "does not find") +
               unless(failure.find("XDG_CACHE_HOME") != std::string::npos, "said: " + failure) +
               unless(opening.find("XDG_CACHE_HOME") != std::string::npos, "said: " + opening);
    });
    ASTERISM_EXPECT_NOTHING_WRONG(wrong);
}

TEST(DiskFaults, AWriteThatFailsAnywhereLeavesNothing) {
    for (const rlim_t limit : {0U, 1U, 4095U, 4096U, 4097U, 4500U}) {
        const test::TempDir dir;
        const std::string wrong = inChild([&dir, limit] {
            std::signal(SIGXFSZ, SIG_IGN);
            WatchedStore watched(dir / "blocks");
            rlimit limits{};
            ::getrlimit(RLIMIT_FSIZE, &limits);
            limits.rlim_cur = limit;
            ::setrlimit(RLIMIT_FSIZE, &limits);
            const std::string failure = failureOf(watched, sampleBlock(1));
            return unless(failure.find("File too large") != std::string::npos, "said: " + failure) +
                   unless(test::regularFilesBelow(dir.path()).empty(), "left something") +
                   unless(!watched.finds(sampleBlock(1)), "found something");
        });
        EXPECT_EQ(wrong, "") << limit;
    }
}

TEST(DiskFaults, AFolderThatWentAwayIsSaidAndNotMadeAgain) {
    const test::TempDir dir;
    WatchedStore watched(dir / "blocks");
    watched.save(sampleBlock(1));
    fs::remove_all(dir / "blocks");
    EXPECT_FALSE(watched.finds(sampleBlock(1)));
    EXPECT_NE(failureOf(watched, sampleBlock(1)).find("is gone"), std::string::npos);
    EXPECT_FALSE(fs::exists(dir / "blocks"));
    EXPECT_EQ(watched.store.usage().files, 0U);
    EXPECT_TRUE(watched.store.verify().empty());
}

TEST(DiskFaults, AFileInTheFoldersPlaceIsRefused) {
    const test::TempDir dir;
    test::writeFile(dir / "file", "");
    EXPECT_THROW(WatchedStore(dir / "file/blocks"), Error);
    EXPECT_THROW(WatchedStore(dir / "file"), Error);
}

}  // namespace
}  // namespace asterism
