// Which files of folders and repositories are taken: ignore rules, generated and vendored files.

#include <git2.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/documents/documents.h"
#include "tests/support/test_files.h"

namespace asterism {

namespace {

namespace fs = std::filesystem;

using Names = std::vector<std::string>;
using Causes = std::map<std::string, LeftOutCause>;

class FolderRules : public ::testing::Test {
  protected:
    FolderRules() {
        git_libgit2_init();
        // The rules of whoever runs the tests do not count here.
        git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_GLOBAL, "/nonexistent");
        git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_XDG, "/nonexistent");
    }
    ~FolderRules() override { git_libgit2_shutdown(); }

    void put(const std::string& name, std::string_view content = "text\n") {
        const fs::path path = m_folder / name;
        fs::create_directories(path.parent_path());
        test::writeFile(path, content);
    }

    // Makes a work tree of a folder; the files named are tracked.
    void makeWorkTree(const std::string& name, const Names& tracked = {}) {
        git_repository* repository = nullptr;
        ASSERT_EQ(git_repository_init(&repository, (m_folder / name).c_str(), 0), 0);
        git_index* index = nullptr;
        ASSERT_EQ(git_repository_index(&index, repository), 0);
        for (const std::string& path : tracked)
            ASSERT_EQ(git_index_add_bypath(index, path.c_str()), 0) << path;
        ASSERT_EQ(git_index_write(index), 0);
        git_index_free(index);
        git_repository_free(repository);
    }

    FolderListing list(const std::string& name = "", const FolderOptions& options = {}) {
        return listFolder(m_folder / name, options, {});
    }

    test::TempDir m_folder;
};

Names namesOf(const FolderListing& listing) {
    Names names;
    for (const FoundFile& file : listing.files) names.push_back(file.name);
    return names;
}

Causes causesOf(const FolderListing& listing) {
    Causes causes;
    for (const LeftOut& file : listing.leftOut) {
        EXPECT_FALSE(file.reason.empty()) << file.name;
        if (!file.name.ends_with(".git") && !file.name.ends_with(".gitignore"))
            causes[file.name] = file.cause;
    }
    return causes;
}

}  // namespace

TEST_F(FolderRules, HonourIgnoreFilesOfPlainFolders) {
    put(".gitignore", "*.log\n/out/\n");
    put("a.log");
    put("out/a.txt");
    put("sub/out/a.txt");
    put("sub/b.txt");
    const FolderListing listing = list();
    EXPECT_EQ(namesOf(listing), (Names{"sub/b.txt", "sub/out/a.txt"}));
    EXPECT_EQ(causesOf(listing),
              (Causes{{"a.log", LeftOutCause::ignored}, {"out", LeftOutCause::ignored}}));
}

TEST_F(FolderRules, LetNestedIgnoreFilesTakeBackOuterOnes) {
    put(".gitignore", "*.log\n*.tmp\n");
    put("sub/.gitignore", "!keep.log\n*.dat\n");
    put("sub/deep/.gitignore", "!x.dat\n*.txt\n!*.tmp\n");
    for (const char* name : {"sub/keep.log", "sub/a.log", "sub/deep/keep.log", "sub/deep/x.dat",
                             "sub/x.dat", "sub/deep/a.txt", "sub/deep/a.tmp", "sub/a.tmp"})
        put(name);
    const FolderListing listing = list();
    EXPECT_EQ(namesOf(listing),
              (Names{"sub/deep/a.tmp", "sub/deep/keep.log", "sub/deep/x.dat", "sub/keep.log"}));
    EXPECT_EQ(causesOf(listing).size(), 4u);
}

TEST_F(FolderRules, HonourTheExcludeFileOfAWorkTree) {
    put("tree/a.txt");
    put("tree/private/b.txt");
    put("tree/sub/private.md");
    makeWorkTree("tree");
    put("tree/.git/info/exclude", "private\n*.md\n");
    const FolderListing listing = list("tree");
    EXPECT_EQ(namesOf(listing), Names{"a.txt"});
    EXPECT_EQ(causesOf(listing), (Causes{{"private", LeftOutCause::ignored},
                                         {"sub/private.md", LeftOutCause::ignored}}));
}

TEST_F(FolderRules, TakeTrackedFilesThatAreIgnored) {
    put("tree/.gitignore", "*.gen\nout/\n");
    put("tree/a.gen");
    put("tree/b.gen");
    put("tree/out/c.txt");
    put("tree/out/d.txt");
    makeWorkTree("tree", {"a.gen", "out/c.txt"});
    const FolderListing listing = list("tree");
    EXPECT_EQ(namesOf(listing), (Names{"a.gen", "out/c.txt"}));
    EXPECT_EQ(causesOf(listing),
              (Causes{{"b.gen", LeftOutCause::ignored}, {"out/d.txt", LeftOutCause::ignored}}));
}

TEST_F(FolderRules, OfTheWholeWorkTreeHoldInAFolderInsideIt) {
    put("tree/.gitignore", "/sub/a.txt\n*.log\n");
    put("tree/sub/a.txt");
    put("tree/sub/b.txt");
    put("tree/sub/c.log");
    makeWorkTree("tree");
    EXPECT_EQ(namesOf(list("tree/sub")), Names{"b.txt"});
}

TEST_F(FolderRules, DoNotHideAFolderThatIsAskedForByName) {
    put("tree/.gitignore", "out\n");
    put("tree/out/a.txt");
    makeWorkTree("tree");
    EXPECT_EQ(namesOf(list("tree/out")), Names{"a.txt"});
}

TEST_F(FolderRules, OfARepositoryInsideAnotherAreItsOwn) {
    put("tree/.gitignore", "*.txt\n");
    put("tree/inner/.gitignore", "*.log\n");
    put("tree/inner/a.txt");
    put("tree/inner/b.log");
    makeWorkTree("tree");
    makeWorkTree("tree/inner");
    EXPECT_EQ(namesOf(list("tree")), Names{"inner/a.txt"});
}

TEST_F(FolderRules, SurviveADamagedRepository) {
    put("tree/.git", "gitdir: /nonexistent/place\n");
    put("tree/.gitignore", "*.log\n");
    put("tree/a.txt");
    put("tree/a.log");
    EXPECT_EQ(namesOf(list("tree")), Names{"a.txt"});
    EXPECT_EQ(namesOf(list()), Names{"tree/a.txt"});
}

TEST_F(FolderRules, LeaveOutVendoredAndGeneratedFilesByName) {
    put("src/a.cpp");
    put("node_modules/x/index.js");
    put("third_party/x.c");
    put("build/CMakeCache.txt");
    put("build/x.c");
    put("env/pyvenv.cfg");
    put("src/__pycache__/a.txt");
    put("package-lock.json");
    put("src/app.min.js");
    const FolderListing listing = list();
    EXPECT_EQ(namesOf(listing), Names{"src/a.cpp"});
    EXPECT_EQ(causesOf(listing), (Causes{{"build", LeftOutCause::generated},
                                         {"env", LeftOutCause::generated},
                                         {"node_modules", LeftOutCause::vendored},
                                         {"package-lock.json", LeftOutCause::generated},
                                         {"src/__pycache__", LeftOutCause::generated},
                                         {"src/app.min.js", LeftOutCause::generated},
                                         {"third_party", LeftOutCause::vendored}}));
    EXPECT_EQ(list("", {true, true, true, true}).leftOut.size(), 0u);
}

TEST_F(FolderRules, BelieveGitAttributesAboutGeneratedFiles) {
    put("tree/.gitattributes",
        "*.pb.txt linguist-generated\nlib/** linguist-vendored\nkeep.min.js -linguist-generated\n");
    put("tree/a.pb.txt");
    put("tree/lib/b.txt");
    put("tree/keep.min.js");
    makeWorkTree("tree");
    const FolderListing listing = list("tree");
    EXPECT_EQ(namesOf(listing), Names{"keep.min.js"});
    EXPECT_EQ(causesOf(listing)["a.pb.txt"], LeftOutCause::generated);
    EXPECT_EQ(causesOf(listing)["lib/b.txt"], LeftOutCause::vendored);
}

TEST_F(FolderRules, LeaveOutCodeThatSaysItIsGenerated) {
    put("a.go", "// Code generated by protoc-gen-go. DO NOT EDIT.\npackage a\n");
    put("b.js", std::string(20'000, 'x'));
    put("c.go", "package c\n");
    put("d.txt", "This report was generated on Monday. Do not edit.\n");
    const DocumentCollection collection = readDocuments(m_folder.path());
    Names taken;
    for (const Document& document : collection.documents) taken.push_back(document.name);
    EXPECT_EQ(taken, (Names{"c.go", "d.txt"}));
    ASSERT_EQ(collection.leftOut.size(), 2u);
    for (const LeftOut& file : collection.leftOut)
        EXPECT_EQ(file.cause, LeftOutCause::generated) << file.name;
}

TEST_F(FolderRules, LeaveOutWhatCannotBeReadAndGoOn) {
    if (::geteuid() == 0) GTEST_SKIP() << "permissions do not bind root";
    put("a.txt");
    put("closed/b.txt");
    fs::permissions(m_folder / "closed", fs::perms::none);
    const FolderListing listing = list();
    fs::permissions(m_folder / "closed", fs::perms::owner_all);
    EXPECT_EQ(namesOf(listing), Names{"a.txt"});
    EXPECT_EQ(causesOf(listing), (Causes{{"closed", LeftOutCause::unreadable}}));
}

}  // namespace asterism
