#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "storage/database.h"
#include "tests/storage/small_disk.h"
#include "tests/storage/stored_content.h"
#include "tests/storage/stored_project.h"
#include "tests/support/test_files.h"

namespace asterism {
namespace {

namespace fs = std::filesystem;
using test::addContent;
using test::contentOf;
using test::failureOf;
using test::inChild;
using test::kSkip;
using test::mountSmallDisk;
using test::StoredContent;
using test::unless;
using testing::AllOf;
using testing::HasSubstr;

constexpr uid_t kNobody = 65534;
constexpr auto kShortWait = std::chrono::milliseconds(20);

bool has(const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
}

std::string failureToOpen(const fs::path& file) {
    return failureOf([&file] { const Database database(file, kShortWait); });
}

TEST(DatabaseFaults, ALockedDatabaseIsReadAndSaysWhoHoldsIt) {
    const test::TempDir dir;
    const Database database(dir / "asterism.db", kShortWait);
    addContent(database, "kept", 100);
    const StoredContent before = contentOf(database);
    const Database other(dir / "asterism.db");
    {
        const Transaction writing(other);
        const std::string failure = failureOf([&] { addContent(database, "new", 100); });
        EXPECT_THAT(failure, AllOf(HasSubstr(database.place()), HasSubstr("writing for too long")));
        EXPECT_THAT(failureOf([&] { ProjectStore(database).markOpened(1); }),
                    HasSubstr("writing for too long"));
        EXPECT_EQ(contentOf(database), before);
        EXPECT_EQ(failureToOpen(dir / "asterism.db"), "no error");
    }
    EXPECT_EQ(contentOf(database), before);
    addContent(database, "new", 100);
}

TEST(DatabaseFaults, AWriterWaitsForAnotherOne) {
    const test::TempDir dir;
    const Database database(dir / "asterism.db");
    std::atomic<bool> isTrying = false;
    std::jthread other;
    {
        Transaction writing(database);
        ProjectStore(database).create("first", "m", {});
        other = std::jthread([&] {
            const Database second(dir / "asterism.db");
            isTrying = true;
            isTrying.notify_one();
            ProjectStore(second).create("second", "m", {});
        });
        isTrying.wait(false);
        writing.commit();
    }
    other.join();
    EXPECT_EQ(contentOf(database).projects.size(), 2U);
}

TEST(DatabaseFaults, ADatabaseThatNobodyElseMayReadIsSaidToBeBusy) {
    const test::TempDir dir;
    const Database database(dir / "asterism.db");
    database.execute("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    addContent(database, "kept", 100);
    EXPECT_THAT(failureToOpen(dir / "asterism.db"), HasSubstr("try again"));
}

// Every size that the database may grow to ends another allocation.
TEST(DatabaseFaults, WhereverItCannotGrowItKeepsWhatWasCommitted) {
    const test::TempDir dir;
    const Database database(dir / "asterism.db");
    addContent(database, "kept", 2'000);
    const StoredContent before = contentOf(database);
    const auto pages = [&database] {
        Statement statement = database.prepare("PRAGMA page_count");
        return statement.step() ? statement.integer(0) : 0;
    };
    const auto allow = [&database](std::int64_t limit) {
        Statement statement = database.prepare("PRAGMA max_page_count = " + std::to_string(limit));
        statement.step();
    };
    int failures = 0;
    std::string failure;
    for (std::int64_t limit = pages(); failure != "no error"; ++limit, ++failures) {
        allow(limit);
        failure = failureOf([&] { addContent(database, "new", 20'000); });
        if (failure == "no error") break;
        EXPECT_THAT(failure, HasSubstr("disk is full"));
        ASSERT_EQ(contentOf(database), before) << limit;
    }
    EXPECT_GT(failures, 20);
    EXPECT_EQ(contentOf(database).projects.size(), 2U);
    EXPECT_EQ(contentOf(Database(dir / "asterism.db")), contentOf(database));
}

// A disk with `free` bytes left: the rest is taken by a file.
void leaveFree(const fs::path& folder, std::uintmax_t free) {
    fs::remove(folder / "filler");
    const std::uintmax_t available = fs::space(folder).available;
    test::writeFile(folder / "filler", std::string(available - std::min(free, available), 'x'));
}

TEST(DatabaseFaults, OnADiskThatIsFullAtAnyWriteNothingCommittedIsLost) {
    const test::TempDir dir;
    const std::string wrong = inChild([&dir] {
        if (!mountSmallDisk(dir.path(), "size=3m")) return std::string(kSkip);
        const fs::path file = dir / "asterism.db";
        {
            const Database database(file);
            addContent(database, "kept", 2'000);
        }
        const std::string bytes = test::readFile(file);
        const StoredContent before = contentOf(Database(file));
        std::string found;
        std::string failure;
        int failures = 0;
        for (std::uintmax_t free = 0; failure != "no error" && free < 2'000'000; free += 8192) {
            fs::remove(dir / "asterism.db-wal");
            fs::remove(dir / "asterism.db-shm");
            test::writeFile(file, bytes);
            leaveFree(dir.path(), free);
            failure = failureOf([&] {
                const Database database(file);
                addContent(database, "new", 20'000);
            });
            fs::remove(dir / "filler");
            const StoredContent after = contentOf(Database(file));
            if (failure == "no error") {
                found += unless(after.projects.size() == 2, "kept too little");
            } else {
                ++failures;
                found += unless(has(failure, "disk is full"), "said: " + failure) +
                         unless(after == before, "lost at " + std::to_string(free));
            }
        }
        return found + unless(failure == "no error", "never worked") +
               unless(failures > 10, "failed " + std::to_string(failures) + " times");
    });
    ASTERISM_EXPECT_NOTHING_WRONG(wrong);
}

TEST(DatabaseFaults, OnAReadOnlyDiskItSaysSo) {
    const test::TempDir dir;
    const std::string wrong = inChild([&dir] {
        if (!mountSmallDisk(dir.path(), "size=1m")) return std::string(kSkip);
        { const Database database(dir / "asterism.db"); }
        if (::mount(nullptr, dir.path().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0)
            return std::string(kSkip);
        const std::string old = failureToOpen(dir / "asterism.db");
        const std::string fresh = failureToOpen(dir / "new.db");
        const std::string folder = failureToOpen(dir / "new/asterism.db");
        return unless(has(old, "XDG_DATA_HOME") && has(old, "permissions"), "said: " + old) +
               unless(has(fresh, "Read-only file system"), "said: " + fresh) +
               unless(has(folder, "Read-only file system"), "said: " + folder);
    });
    ASTERISM_EXPECT_NOTHING_WRONG(wrong);
}

// Root may write everywhere, so it becomes somebody else.
TEST(DatabaseFaults, AFileThatMayNotBeWrittenIsReadAndRefusesChanges) {
    const test::TempDir dir;
    const fs::path file = dir / "asterism.db";
    addContent(Database(file), "kept", 100);
    const StoredContent before = contentOf(Database(file));
    fs::permissions(dir.path(), fs::perms::all);
    fs::permissions(file, fs::perms(0444));
    const std::string wrong = inChild([&] {
        if (::getuid() == 0 && ::setuid(kNobody) != 0) return std::string(kSkip);
        const Database database(file);
        const std::string failure = failureOf([&] { addContent(database, "new", 100); });
        return unless(contentOf(database) == before, "does not read what is there") +
               unless(has(failure, "readonly") && has(failure, "check the permissions"),
                      "said: " + failure);
    });
    ASTERISM_EXPECT_NOTHING_WRONG(wrong);
    EXPECT_EQ(contentOf(Database(file)), before);
}

TEST(DatabaseFaults, AFolderThatMayNotBeWrittenIsSaid) {
    const test::TempDir dir;
    const fs::path file = dir / "asterism.db";
    { const Database database(file); }
    fs::permissions(file, fs::perms(0444));
    fs::permissions(dir.path(), fs::perms(0555));
    const std::string wrong = inChild([&] {
        if (::getuid() == 0 && ::setuid(kNobody) != 0) return std::string(kSkip);
        const std::string old = failureToOpen(file);
        const std::string fresh = failureToOpen(dir / "new.db");
        return unless(has(old, "permissions"), "said: " + old) +
               unless(has(fresh, "cannot be made: Permission denied"), "said: " + fresh);
    });
    fs::permissions(dir.path(), fs::perms::owner_all);
    ASTERISM_EXPECT_NOTHING_WRONG(wrong);
}

TEST(DatabaseFaults, ADamagedFileIsSaidToBeDamagedOrReadAsItIs) {
    const test::TempDir dir;
    const fs::path file = dir / "asterism.db";
    {
        const Database database(file);
        addContent(database, "kept", 6'000);
    }
    const std::string bytes = test::readFile(file);
    int refused = 0;
    const auto tryWith = [&](const std::string& damaged) {
        fs::remove(dir / "asterism.db-wal");
        fs::remove(dir / "asterism.db-shm");
        test::writeFile(file, damaged);
        const std::string failure = failureOf([&] { contentOf(Database(file)); });
        if (failure == "no error") return;
        ++refused;
        EXPECT_THAT(failure, AllOf(HasSubstr(file.string()), HasSubstr("; ")));
    };
    constexpr std::size_t kPage = 4096;
    for (std::size_t page = 0; page < bytes.size(); page += kPage) {
        for (const std::size_t offset : {page, page + 8, page + kPage / 2, page + kPage - 64}) {
            std::string flipped = bytes;
            for (std::size_t i = offset; i < offset + 64; ++i)
                flipped[i] = static_cast<char>(flipped[i] ^ 0xff);
            tryWith(flipped);
        }
        if (page > 0) tryWith(bytes.substr(0, page));
        tryWith(bytes.substr(0, page + 100));
    }
    EXPECT_GT(refused, static_cast<int>(bytes.size() / kPage));
}

TEST(DatabaseFaults, AForeignLogBesideItIsNotRead) {
    const test::TempDir dir;
    const fs::path file = dir / "asterism.db";
    {
        const Database database(file);
        addContent(database, "kept", 100);
    }
    test::writeFile(dir / "asterism.db-wal", std::string(50'000, 'x'));
    const Database database(file);
    EXPECT_EQ(contentOf(database).projects.size(), 1U);
    addContent(database, "new", 100);
}

}  // namespace
}  // namespace asterism
