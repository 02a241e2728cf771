#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <functional>

#include "core/base/error.h"
#include "tests/storage/stored_block.h"
#include "tests/support/test_files.h"

namespace asterism {
namespace {

namespace fs = std::filesystem;
using test::sampleBlock;
using test::SampleBlock;
using test::WatchedStore;

constexpr const char* kSkip = "skip";

// Runs in a process of its own, whose limits and mounts may then be changed; returns what the body
// found wrong ("" if nothing).
std::string inChild(const std::function<std::string()>& body) {
    int ends[2];
    if (::pipe(ends) != 0) return "no pipe";
    const pid_t child = ::fork();
    if (child == 0) {
        std::string wrong;
        try {
            wrong = body();
        } catch (const std::exception& error) {
            wrong = std::string("thrown: ") + error.what();
        }
        const bool isTold =
            ::write(ends[1], wrong.data(), wrong.size()) == static_cast<ssize_t>(wrong.size());
        ::_exit(isTold ? 0 : 1);
    }
    ::close(ends[1]);
    std::string wrong;
    char buffer[512];
    for (ssize_t got = 0; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;)
        wrong.append(buffer, static_cast<std::size_t>(got));
    ::close(ends[0]);
    int status = -1;
    ::waitpid(child, &status, 0);
    return status == 0 ? wrong : wrong + " (the process failed)";
}

// Mounts a small disk of its own at the folder, seen by this process alone; root is not needed
// where user namespaces are allowed.
bool mountSmallDisk(const fs::path& folder, const char* options) {
    const auto writeLine = [](const char* path, const std::string& line) {
        std::ofstream(path) << line;
    };
    const uid_t user = ::getuid();
    const gid_t group = ::getgid();
    if (::unshare(CLONE_NEWNS) != 0) {
        if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
        writeLine("/proc/self/setgroups", "deny");
        writeLine("/proc/self/uid_map", "0 " + std::to_string(user) + " 1");
        writeLine("/proc/self/gid_map", "0 " + std::to_string(group) + " 1");
    }
    return ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           ::mount("tmpfs", folder.c_str(), "tmpfs", 0, options) == 0;
}

// The message of the Error that saving ends with; empty if it ends well.
std::string failureOf(WatchedStore& watched, const SampleBlock& block) {
    try {
        watched.save(block);
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

std::string unless(bool isRight, const std::string& wrong) {
    return isRight ? "" : wrong + "; ";
}

#define ASTERISM_EXPECT_NOTHING_WRONG(wrong)                                                   \
    if ((wrong) == kSkip) GTEST_SKIP() << "this machine lets no test mount a disk of its own"; \
    EXPECT_EQ(wrong, "")

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
