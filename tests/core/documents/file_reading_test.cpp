#include "core/documents/file_reading.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/documents/document_reader.h"
#include "tests/support/test_files.h"

namespace asterism {

namespace {

SizeLimit atMost(std::uintmax_t bytes) {
    return [bytes](std::string_view) { return bytes; };
}

LeftOutCause causeOf(const std::filesystem::path& path, const SizeLimit& limit) {
    try {
        readWholeFile(path, limit);
    } catch (const RefusedFile& refusal) {
        return refusal.cause();
    }
    ADD_FAILURE() << path << " was taken";
    return LeftOutCause::hidden;
}

}  // namespace

TEST(FileReading, ReadsAFileWhole) {
    const test::TempDir folder;
    const std::string bytes(100'000, 'x');
    test::writeFile(folder / "a", bytes);
    const FileContent content = readWholeFile(folder / "a", atMost(100'000));
    EXPECT_EQ(content.bytes, bytes);
}

// A second change within one tick of the clock would bear the same time as the first.
TEST(FileReading, TrustsTheTimeOfAFileOnlyOnceItIsOver) {
    const test::TempDir folder;
    test::writeFile(folder / "a", "text");
    struct stat status {};
    ASSERT_EQ(::stat((folder / "a").c_str(), &status), 0);
    std::int64_t time = 0;
    for (int tries = 0; time == 0 && tries < 100'000; ++tries)
        time = readWholeFile(folder / "a", atMost(100)).time;
    EXPECT_EQ(time, changeTime(status));
}

TEST(FileReading, ReadsAgainOnceWhenTheFileChanges) {
    const test::TempDir folder;
    test::writeFile(folder / "a", "first");
    int calls = 0;
    const FileContent content = readWholeFile(folder / "a", atMost(100), [&] {
        if (++calls == 1) test::writeFile(folder / "a", "second text");
    });
    EXPECT_EQ(calls, 2);
    EXPECT_EQ(content.bytes, "second text");
}

TEST(FileReading, RefusesAFileThatKeepsChanging) {
    const test::TempDir folder;
    test::writeFile(folder / "a", "text");
    try {
        readWholeFile(folder / "a", atMost(100),
                      [&] { std::ofstream(folder / "a", std::ios::app) << "+"; });
        FAIL();
    } catch (const RefusedFile& refusal) {
        EXPECT_EQ(refusal.cause(), LeftOutCause::changing);
    }
}

TEST(FileReading, RefusesTwoGigabytesByTheirSizeAlone) {
    const test::TempDir folder;
    test::writeFile(folder / "big.txt", "begin\n");
    std::filesystem::resize_file(folder / "big.txt", 2'000'000'000);
    std::size_t seen = 0;
    try {
        readWholeFile(folder / "big.txt", [&](std::string_view head) {
            seen = head.size();
            return std::uintmax_t{16'000'000};
        });
        FAIL();
    } catch (const RefusedFile& refusal) {
        EXPECT_EQ(refusal.cause(), LeftOutCause::tooLarge);
        EXPECT_STREQ(refusal.what(), "larger than 16 MB (2000 MB)");
    }
    EXPECT_EQ(seen, kHeadBytes);
}

TEST(FileReading, DoesNotWaitOnPipesOrReadFolders) {
    const test::TempDir folder;
    ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
    EXPECT_EQ(causeOf(folder / "pipe", atMost(100)), LeftOutCause::notAFile);
    EXPECT_EQ(causeOf(folder.path(), atMost(100)), LeftOutCause::notAFile);
    EXPECT_EQ(causeOf(folder / "none", atMost(100)), LeftOutCause::unreadable);
}

TEST(DisplayName, EscapesWhatIsNotUtf8OrWouldBreakALine) {
    EXPECT_EQ(displayName("folder/grün"), "folder/grün");
    EXPECT_EQ(displayName("gr\xFCn/\xC3"), "gr\\xFCn/\\xC3");
    EXPECT_EQ(displayName("a\nb"), "a\\x0Ab");
    // Not the name of the first one.
    EXPECT_EQ(displayName("gr\\xFCn"), "gr\\x5CxFCn");
}

}  // namespace asterism
