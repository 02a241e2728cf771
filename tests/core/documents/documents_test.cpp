#include "core/documents/documents.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tests/support/test_files.h"

namespace asterism {

namespace {

namespace fs = std::filesystem;

// Writes files below a folder, making the folders between.
void put(const test::TempDir& folder, const std::string& name, std::string_view content) {
    const fs::path path = folder / name;
    fs::create_directories(path.parent_path());
    test::writeFile(path, content);
}

std::vector<std::string> namesOf(const DocumentCollection& collection) {
    std::vector<std::string> names;
    for (const Document& document : collection.documents) names.push_back(document.name);
    return names;
}

std::map<std::string, LeftOutCause> causesOf(const DocumentCollection& collection) {
    std::map<std::string, LeftOutCause> causes;
    for (const LeftOut& file : collection.leftOut) {
        EXPECT_FALSE(file.reason.empty()) << file.name;
        causes[file.name] = file.cause;
    }
    return causes;
}

using Names = std::vector<std::string>;
using Causes = std::map<std::string, LeftOutCause>;

}  // namespace

TEST(Documents, ReadsOneFileByItsName) {
    const test::TempDir folder;
    put(folder, "a/notes.md", "# T\n");
    const DocumentCollection collection = readDocuments(folder / "a/notes.md");
    ASSERT_EQ(namesOf(collection), Names{"notes.md"});
    EXPECT_EQ(collection.documents[0].kind, DocumentKind::markdown);
    EXPECT_EQ(collection.documents[0].path, folder / "a/notes.md");
    EXPECT_EQ(collection.documents[0].fileBytes, 4u);
    EXPECT_EQ(collection.documents[0].marks.size(), 1u);
}

TEST(Documents, NamesEveryFileOfAFolderEitherAsTakenOrAsLeftOut) {
    const test::TempDir folder;
    put(folder, "b.txt", "text\n");
    put(folder, "a/c.cpp", "int x;\n");
    put(folder, "a.txt", "text\n");
    put(folder, "a/data.bin", std::string("\0\1\2", 3));
    put(folder, "empty.txt", "");
    put(folder, "blank.txt", " \n");
    put(folder, ".env", "KEY=1\n");
    fs::create_symlink("..", folder / "a/up");
    ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
    const DocumentCollection collection = readDocuments(folder.path());
    EXPECT_EQ(namesOf(collection), (Names{"a.txt", "a/c.cpp", "b.txt"}));
    EXPECT_EQ(causesOf(collection), (Causes{{".env", LeftOutCause::hidden},
                                            {"a/data.bin", LeftOutCause::binary},
                                            {"a/up", LeftOutCause::link},
                                            {"blank.txt", LeftOutCause::noText},
                                            {"empty.txt", LeftOutCause::noText},
                                            {"pipe", LeftOutCause::notAFile}}));
}

TEST(Documents, SurvivesLoopsOfLinks) {
    const test::TempDir folder;
    put(folder, "a/b/file.txt", "text\n");
    fs::create_directory_symlink(folder.path(), folder / "a/b/loop");
    fs::create_symlink("self", folder / "self");
    const DocumentCollection collection = readDocuments(folder.path());
    EXPECT_EQ(namesOf(collection), Names{"a/b/file.txt"});
    EXPECT_EQ(causesOf(collection),
              (Causes{{"a/b/loop", LeftOutCause::link}, {"self", LeftOutCause::link}}));
}

TEST(Documents, TakesFileNamesThatAreNotUtf8) {
    const test::TempDir folder;
    put(folder, "gr\xFCn.txt", "text\n");
    const DocumentCollection collection = readDocuments(folder.path());
    ASSERT_EQ(namesOf(collection), Names{"gr\\xFCn.txt"});
    EXPECT_TRUE(fs::exists(collection.documents[0].path));
}

TEST(Documents, LeavesOutWhatIsOverTheLimit) {
    const test::TempDir folder;
    put(folder, "a.txt", "text\n");
    put(folder, "big.txt", std::string(10'000, 'x'));
    fs::resize_file(folder / "big.txt", 2'000'000'000);
    const DocumentCollection collection = readDocuments(folder.path());
    EXPECT_EQ(causesOf(collection), (Causes{{"big.txt", LeftOutCause::tooLarge}}));
    EXPECT_EQ(collection.leftOut[0].fileBytes, 2'000'000'000u);
}

TEST(Documents, DoesNotWaitForAPipeInThePlaceOfAnIgnoreFile) {
    const test::TempDir folder;
    put(folder, "a.txt", "text\n");
    put(folder, "sub/b.txt", "text\n");
    ASSERT_EQ(::mkfifo((folder / "sub/.gitignore").c_str(), 0600), 0);
    EXPECT_EQ(causesOf(readDocuments(folder.path())), (Causes{{"sub", LeftOutCause::unsafe}}));
}

TEST(Documents, SaysWhatToDoWithFormatsThatAreNotRead) {
    const test::TempDir folder;
    put(folder, "a.txt", "text\n");
    put(folder, "old.doc", std::string("\xD0\xCF\x11\xE0\0\0\0\0", 8));
    put(folder, "slides.pptx", std::string("PK\x03\x04\0\0\0\0", 8));
    put(folder, "a.png", std::string("\x89PNG\r\n\x1A\n\0\0\0\x0D", 12));
    EXPECT_EQ(causesOf(readDocuments(folder.path())),
              (Causes{{"a.png", LeftOutCause::binary},
                      {"old.doc", LeftOutCause::unsupported},
                      {"slides.pptx", LeftOutCause::unsupported}}));
}

TEST(Documents, TellsProgressAndStopsWhenAsked) {
    const test::TempDir folder;
    put(folder, "a.txt", "text\n");
    put(folder, "b.txt", "text\n");
    std::stop_source stop;
    Names seen;
    ReadOptions options;
    options.onFile = [&](std::size_t, std::size_t count, const std::string& name) {
        EXPECT_EQ(count, 2u);
        seen.push_back(name);
        stop.request_stop();
    };
    const DocumentCollection collection = readDocuments(folder.path(), options, stop.get_token());
    EXPECT_TRUE(collection.isStopped);
    EXPECT_EQ(seen, Names{"a.txt"});
    EXPECT_EQ(namesOf(collection), Names{"a.txt"});
}

TEST(Documents, SaysWhyNothingCanBeRead) {
    const test::TempDir folder;
    EXPECT_THROW(readDocuments(folder / "none"), Error);
    EXPECT_THROW(readDocuments(folder.path()), Error);
    put(folder, "a.bin", std::string("\0\1", 2));
    try {
        readDocuments(folder / "a.bin");
        FAIL();
    } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find("a.bin: cannot be taken: binary"),
                  std::string::npos);
    }
}

}  // namespace asterism
