#include "storage/disk_block_store.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <thread>

#include "core/base/error.h"
#include "tests/storage/stored_block.h"
#include "tests/support/test_files.h"

namespace asterism {
namespace {

namespace fs = std::filesystem;
using test::sampleBlock;
using test::SampleBlock;
using test::WatchedStore;
using testing::HasSubstr;

void setAge(const fs::path& path, std::chrono::minutes age) {
    fs::last_write_time(path, fs::file_time_type::clock::now() - age);
}

// Quota for exactly so many sample blocks.
std::uint64_t roomFor(std::uint64_t blocks) {
    return blocks * (4096 + sampleBlock(1).bytes.size());
}

TEST(DiskBlockStore, FindsBitForBitWhatWasSavedAlsoWhenOpenedAgain) {
    const test::TempDir dir;
    const std::vector<SampleBlock> blocks = {sampleBlock(1, KvType::f32, 100),
                                             sampleBlock(2, KvType::bf16, 1), sampleBlock(3)};
    {
        WatchedStore watched(dir / "a/blocks");
        for (const SampleBlock& block : blocks) {
            EXPECT_FALSE(watched.finds(block));
            watched.save(block);
            EXPECT_TRUE(watched.finds(block));
        }
    }
    WatchedStore watched(dir / "a/blocks");
    for (const SampleBlock& block : blocks) EXPECT_TRUE(watched.finds(block));
    EXPECT_FALSE(watched.finds(sampleBlock(4)));
    EXPECT_TRUE(watched.store.verify().empty());
    EXPECT_TRUE(watched.warnings.empty());
}

TEST(DiskBlockStore, BeginsTheBlocksBytesAtAMultipleOf64) {
    const test::TempDir dir;
    WatchedStore watched(dir.path());
    const SampleBlock block = sampleBlock(1);
    watched.save(block);
    const auto found = watched.store.find(block.key, block.shape);
    ASSERT_TRUE(found);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(found->bytes().data()) % 64, 0U);
}

TEST(DiskBlockStore, LeavesABlockAsItIsWhenItsKeyIsSavedAgain) {
    const test::TempDir dir;
    WatchedStore watched(dir.path());
    const SampleBlock block = sampleBlock(1);
    watched.save(block);
    SampleBlock other = sampleBlock(2);
    other.key = block.key;
    watched.save(other);
    EXPECT_TRUE(watched.finds(block));
}

TEST(DiskBlockStore, ABlockInUseOutlivesItsFile) {
    const test::TempDir dir;
    WatchedStore watched(dir.path());
    const SampleBlock block = sampleBlock(1);
    watched.save(block);
    const auto found = watched.store.find(block.key, block.shape);
    EXPECT_EQ(watched.store.clear().files, 1U);
    EXPECT_FALSE(watched.finds(block));
    EXPECT_TRUE(std::ranges::equal(found->bytes(), block.bytes));
}

TEST(DiskBlockStore, KeepsFoldersAndFilesPrivateWhateverTheUmask) {
    const test::TempDir dir;
    const mode_t before = ::umask(0);
    WatchedStore watched(dir / "cache/blocks");
    const SampleBlock block = sampleBlock(1);
    watched.save(block);
    keepQuota(dir / "cache/blocks", 7);
    ::umask(before);
    const fs::path path = blockPath(dir / "cache/blocks", block.key);
    for (const fs::path& folder : {dir / "cache", dir / "cache/blocks", path.parent_path()})
        EXPECT_EQ(fs::status(folder).permissions(), fs::perms(0700)) << folder;
    for (const fs::path& file : {path, dir / "cache/cache.json"})
        EXPECT_EQ(fs::status(file).permissions(), fs::perms(0600)) << file;
}

TEST(DiskBlockStore, ThreadsMaySaveAndFindTheSameBlock) {
    const test::TempDir dir;
    WatchedStore watched(dir.path());
    const SampleBlock block = sampleBlock(1);
    std::vector<std::thread> threads;
    for (int i = 0; i < 6; ++i)
        threads.emplace_back([&] {
            watched.save(block);
            EXPECT_TRUE(watched.finds(block));
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(test::regularFilesBelow(dir.path()).size(), 1U);
    EXPECT_TRUE(watched.warnings.empty());
}

TEST(DiskBlockStore, ProcessesMaySaveTheSameBlocks) {
    const test::TempDir dir;
    std::vector<pid_t> children;
    for (int i = 0; i < 4; ++i) {
        children.push_back(::fork());
        if (children.back() != 0) continue;
        bool isRight = true;
        try {
            WatchedStore watched(dir / "blocks");
            for (std::uint32_t number = 0; number < 8; ++number) {
                watched.save(sampleBlock(number));
                isRight = isRight && watched.finds(sampleBlock(number));
            }
            isRight = isRight && watched.warnings.empty();
        } catch (const std::exception&) {
            isRight = false;
        }
        ::_exit(isRight ? 0 : 1);
    }
    for (const pid_t child : children) {
        int status = -1;
        ::waitpid(child, &status, 0);
        EXPECT_EQ(status, 0);
    }
    EXPECT_EQ(test::regularFilesBelow(dir / "blocks").size(), 8U);
    EXPECT_TRUE(WatchedStore(dir / "blocks").store.verify().empty());
}

TEST(DiskBlockStore, RemovesTemporaryFilesOfDeadWritersWhenOpened) {
    const test::TempDir dir;
    const SampleBlock block = sampleBlock(1);
    WatchedStore(dir.path()).save(block);
    const std::string name = blockPath(dir.path(), block.key).string();
    const auto leave = [](const std::string& path, std::chrono::minutes age) {
        test::writeFile(path, "half");
        setAge(path, age);
        return fs::path(path);
    };
    const fs::path dead = leave(name + ".1.0.tmp", std::chrono::minutes(61));
    const fs::path young = leave(name + ".1.1.tmp", std::chrono::minutes(59));
    const fs::path busy = leave(name + ".1.2.tmp", std::chrono::minutes(61));
    const fs::path foreign =
        leave(fs::path(name).parent_path() / "notes.tmp", std::chrono::minutes(61));
    const int lock = ::open(busy.c_str(), O_RDONLY | O_CLOEXEC);
    ASSERT_EQ(::flock(lock, LOCK_EX), 0);

    WatchedStore watched(dir.path());
    EXPECT_FALSE(fs::exists(dead));
    EXPECT_TRUE(fs::exists(young));
    EXPECT_TRUE(fs::exists(busy));
    EXPECT_TRUE(fs::exists(foreign));
    EXPECT_EQ(watched.store.usage().files, 1U);
    ::close(lock);
}

TEST(DiskBlockStore, TheQuotaTakesTheLeastRecentlyUsedBlocksFirst) {
    const test::TempDir dir;
    WatchedStore watched(dir.path(), roomFor(3));
    for (std::uint32_t number = 1; number <= 3; ++number) {
        watched.save(sampleBlock(number));
        setAge(blockPath(dir.path(), sampleBlock(number).key), std::chrono::hours(10 - number));
    }
    EXPECT_TRUE(watched.finds(sampleBlock(1)));  // the oldest until now
    watched.save(sampleBlock(4));
    EXPECT_FALSE(watched.finds(sampleBlock(2)));
    EXPECT_TRUE(watched.finds(sampleBlock(1)));
    EXPECT_TRUE(watched.finds(sampleBlock(3)));
    EXPECT_TRUE(watched.finds(sampleBlock(4)));
    EXPECT_EQ(watched.store.usage().bytes, roomFor(3));
    EXPECT_TRUE(watched.warnings.empty());
}

TEST(DiskBlockStore, TheQuotaSparesPinnedBlocksAndSaysSoOnce) {
    const test::TempDir dir;
    WatchedStore watched(dir.path(), roomFor(1));
    const std::vector<BlockKey> keys = {sampleBlock(1).key, sampleBlock(2).key};
    watched.store.pin(keys);
    for (std::uint32_t number = 1; number <= 4; ++number) watched.save(sampleBlock(number));
    EXPECT_TRUE(watched.finds(sampleBlock(1)));
    EXPECT_TRUE(watched.finds(sampleBlock(2)));
    EXPECT_EQ(watched.store.usage().files, 2U);
    EXPECT_THAT(watched.warnings, testing::ElementsAre(HasSubstr("open projects")));

    watched.store.pin(keys);
    watched.store.unpin(keys);
    EXPECT_EQ(watched.store.enforceQuota().files, 0U);
    watched.store.unpin(keys);
    EXPECT_EQ(watched.store.enforceQuota().files, 1U);
}

TEST(DiskBlockStore, TellsWhatSomeOfItsBlocksTake) {
    const test::TempDir dir;
    WatchedStore watched(dir.path());
    for (const std::uint32_t number : {1, 2, 3}) watched.save(sampleBlock(number));
    const std::vector<BlockKey> keys = {sampleBlock(1).key, sampleBlock(3).key, sampleBlock(9).key};
    EXPECT_EQ(watched.store.usage(keys).files, 2U);
    EXPECT_EQ(watched.store.usage(keys).bytes * 3, watched.store.usage().bytes * 2);
    EXPECT_EQ(watched.store.usage({}).files, 0U);
}

TEST(DiskBlockStore, LeavesFilesAloneThatAreNoBlocks) {
    const test::TempDir dir;
    WatchedStore watched(dir.path(), 0);
    fs::create_directory(dir / "ab");
    const std::string digits = "ab" + std::string(30, '0');
    for (const char* name : {"notes.txt", "ab/notes.kv", "ab/cd000000000000000000000000000000.kv",
                             "ab/AB000000000000000000000000000000.kv"})
        test::writeFile(dir / name, "mine");
    test::writeFile(dir / ("ab/" + digits + ".kv"), "looks like a block");
    EXPECT_EQ(watched.store.usage().files, 1U);
    EXPECT_EQ(watched.store.clear().files, 1U);
    EXPECT_EQ(test::regularFilesBelow(dir.path()).size(), 4U);
}

TEST(CacheSettings, TheQuotaAUserSetsIsFoundAgain) {
    const test::TempDir dir;
    const fs::path folder = dir / "asterism/blocks";
    EXPECT_EQ(keptQuota(folder), std::nullopt);
    keepQuota(folder, 123'456'789'012);
    EXPECT_EQ(keptQuota(folder), 123'456'789'012);
    EXPECT_EQ(keptQuota(folder / ""), 123'456'789'012);
    EXPECT_EQ(DiskBlockStore({.folder = folder, .quota = {}, .onWarning = {}}).quota(),
              123'456'789'012);
    EXPECT_EQ(DiskBlockStore({.folder = folder, .quota = 5, .onWarning = {}}).quota(), 5U);
}

TEST(CacheSettings, AQuotaThatIsSetLaterHoldsForAnOpenStore) {
    const test::TempDir dir;
    const fs::path folder = dir / "blocks";
    DiskBlockStore store({.folder = folder, .quota = {}, .onWarning = {}});
    const auto save = [&](std::uint32_t number) {
        const SampleBlock block = sampleBlock(number);
        store.save(block.key, block.shape, block.bytes);
    };
    for (const std::uint32_t number : {1, 2, 3}) save(number);
    EXPECT_EQ(store.usage().files, 3U);
    keepQuota(folder, roomFor(2));
    save(4);
    EXPECT_EQ(store.quota(), roomFor(2));
    EXPECT_EQ(store.usage().files, 2U);
    test::writeFile(dir / "cache.json", "{");
    save(5);
    EXPECT_EQ(store.usage().files, 2U) << "a quota that cannot be read changes nothing";
}

TEST(CacheSettings, AQuotaThatCannotBeReadIsSaidAndNotObeyed) {
    const test::TempDir dir;
    const fs::path folder = dir / "blocks";
    for (const char* text : {"", "{", "[1]", "{\"quota_bytes\":-1}", "{\"quota_bytes\":\"9\"}"}) {
        test::writeFile(dir / "cache.json", text);
        std::vector<std::string> warnings;
        const DiskBlockStore store(
            {.folder = folder, .quota = {}, .onWarning = [&warnings](const std::string& line) {
                 warnings.push_back(line);
             }});
        EXPECT_THAT(warnings, testing::ElementsAre(HasSubstr("cache.json"))) << text;
        EXPECT_GT(store.quota(), 0U);
        EXPECT_LE(store.quota(), 50'000'000'000U);
    }
}

TEST(CacheSettings, TheQuotaInForceIsTheOneThatWasSetUntilItIsForgotten) {
    const test::TempDir dir;
    const fs::path folder = dir / "asterism/blocks";
    const std::uint64_t standard = quotaInForce(folder, 0);
    EXPECT_GT(standard, 0U);
    keepQuota(folder, 7);
    EXPECT_EQ(quotaInForce(folder, 0), 7U);
    forgetQuota(folder);
    EXPECT_EQ(keptQuota(folder), std::nullopt);
    EXPECT_NO_THROW(forgetQuota(folder)) << "there is none any more";
    test::writeFile(dir / "asterism/cache.json", "{");
    EXPECT_GT(quotaInForce(folder, 0), 7U) << "what cannot be read counts as not set";
}

TEST(CacheSettings, TheFreeDiskIsThatOfTheNextFolderThatIsThere) {
    const test::TempDir dir;
    EXPECT_GT(freeDiskBytes(dir / "not/made/yet"), 0U);
    EXPECT_EQ(freeDiskBytes(dir / "not/made/yet") / 1'000'000'000,
              freeDiskBytes(dir.path()) / 1'000'000'000);
}

TEST(CacheSettings, TheDefaultQuotaCountsWhatTheCacheHasAlready) {
    const test::TempDir dir;
    EXPECT_EQ(defaultQuota(dir.path(), std::uint64_t{1} << 50), 50'000'000'000U);
    const auto available = fs::space(dir.path()).available;
    EXPECT_LE(defaultQuota(dir.path(), 0), 50'000'000'000U);
    EXPECT_LE(defaultQuota(dir.path(), 0), available);
}

TEST(CacheSettings, TheFolderFollowsTheEnvironment) {
    ::setenv("HOME", "/home/someone", 1);
    ::setenv("XDG_CACHE_HOME", "/disk/cache", 1);
    EXPECT_EQ(defaultBlockFolder(), "/disk/cache/asterism/blocks");
    for (const char* unset : {"", "relative"}) {
        ::setenv("XDG_CACHE_HOME", unset, 1);
        EXPECT_EQ(defaultBlockFolder(), "/home/someone/.cache/asterism/blocks");
    }
    ::unsetenv("XDG_CACHE_HOME");
    EXPECT_EQ(defaultBlockFolder(), "/home/someone/.cache/asterism/blocks");
}

}  // namespace
}  // namespace asterism
