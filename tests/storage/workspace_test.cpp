#include "storage/workspace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>

#include "core/base/error.h"
#include "tests/storage/stored_block.h"
#include "tests/support/test_files.h"

namespace asterism {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Gives an environment variable back its value.
class KeptVariable {
  public:
    explicit KeptVariable(const char* name) : m_name(name) {
        if (const char* value = std::getenv(name)) m_value = value;
    }
    ~KeptVariable() {
        if (m_value)
            ::setenv(m_name, m_value->c_str(), 1);
        else
            ::unsetenv(m_name);
    }
    KeptVariable(const KeptVariable&) = delete;
    KeptVariable& operator=(const KeptVariable&) = delete;

  private:
    const char* m_name;
    std::optional<std::string> m_value;
};

class WorkspaceTest : public testing::Test {
  protected:
    WorkspaceOptions options() {
        WorkspaceOptions options;
        options.database = m_dir / "data/asterism.db";
        options.blocks.folder = m_dir / "blocks";
        options.blocks.onWarning = [this](const std::string& line) { m_warnings.push_back(line); };
        return options;
    }

    test::TempDir m_dir;
    std::vector<std::string> m_warnings;
};

TEST_F(WorkspaceTest, TheDefaultDatabaseFollowsTheBaseDirectorySpecification) {
    const KeptVariable home("HOME");
    const KeptVariable data("XDG_DATA_HOME");
    ::setenv("HOME", "/home/somebody", 1);
    ::setenv("XDG_DATA_HOME", "/data", 1);
    EXPECT_EQ(defaultDatabase(), "/data/asterism/asterism.db");
    const fs::path usual = "/home/somebody/.local/share/asterism/asterism.db";
    for (const char* value : {"", "not/absolute"}) {
        ::setenv("XDG_DATA_HOME", value, 1);
        EXPECT_EQ(defaultDatabase(), usual);
    }
    ::unsetenv("XDG_DATA_HOME");
    EXPECT_EQ(defaultDatabase(), usual);
    EXPECT_EQ(WorkspaceOptions().database, usual);
}

TEST_F(WorkspaceTest, KeepsItsProjectsInTheFile) {
    {
        Workspace workspace(options());
        const ProjectRecord project = workspace.projects().create("kept", "m", {});
        DocumentRecord document;
        document.sourceId = workspace.projects().addSource(project.id, "/a", true).id;
        workspace.documents().save(project.id, document, "text", {});
        workspace.chats().create(project.id, 1);
    }
    Workspace workspace(options());
    const std::int64_t project = workspace.projects().get("kept").id;
    EXPECT_EQ(workspace.documents().list(project).size(), 1U);
    EXPECT_EQ(workspace.chats().list(project).size(), 1U);
    EXPECT_EQ(workspace.database().place(), (m_dir / "data/asterism.db").string());
    EXPECT_THAT(m_warnings, IsEmpty());
}

TEST_F(WorkspaceTest, HasALockFolderForTheUserAloneBesideTheDatabase) {
    const Workspace workspace(options());
    EXPECT_EQ(workspace.lockFolder(), m_dir / "data/locks");
    EXPECT_EQ(fs::status(workspace.lockFolder()).permissions(), fs::perms::owner_all);
}

TEST_F(WorkspaceTest, InMemoryLeavesNothing) {
    WorkspaceOptions inMemory = options();
    inMemory.isKept = false;
    inMemory.keepsBlocks = false;
    Workspace workspace(inMemory);
    workspace.projects().create("gone", "m", {});
    EXPECT_EQ(workspace.projects().list().size(), 1U);
    EXPECT_EQ(workspace.database().place(), ":memory:");
    EXPECT_TRUE(workspace.lockFolder().empty());
    EXPECT_TRUE(test::regularFilesBelow(m_dir.path()).empty());
    EXPECT_FALSE(fs::exists(m_dir / "data"));
}

TEST_F(WorkspaceTest, KeepsBlocksWhereItIsTold) {
    Workspace workspace(options());
    ASSERT_NE(workspace.blocks(), nullptr);
    EXPECT_EQ(workspace.blocks()->folder(), m_dir / "blocks");
    WorkspaceOptions without = options();
    without.keepsBlocks = false;
    EXPECT_EQ(Workspace(without).blocks(), nullptr);
}

TEST_F(WorkspaceTest, KeepsBlocksInTheDefaultFolderIfNoneIsGiven) {
    const KeptVariable cache("XDG_CACHE_HOME");
    ::setenv("XDG_CACHE_HOME", (m_dir / "cache").c_str(), 1);
    WorkspaceOptions usual = options();
    usual.blocks.folder.clear();
    Workspace workspace(usual);
    ASSERT_NE(workspace.blocks(), nullptr);
    EXPECT_EQ(workspace.blocks()->folder(), m_dir / "cache/asterism/blocks");
}

TEST_F(WorkspaceTest, GoesOnWithoutACacheFolderThatCannotBeUsed) {
    test::writeFile(m_dir / "file", "");
    WorkspaceOptions broken = options();
    broken.blocks.folder = m_dir / "file/blocks";
    Workspace workspace(broken);
    EXPECT_EQ(workspace.blocks(), nullptr);
    EXPECT_THAT(m_warnings, ElementsAre(HasSubstr("XDG_CACHE_HOME")));
    workspace.projects().create("made", "m", {});
    broken.blocks.onWarning = nullptr;
    EXPECT_EQ(Workspace(broken).blocks(), nullptr);
}

TEST_F(WorkspaceTest, SaysIfItsDatabaseCannotBeUsed) {
    test::writeFile(m_dir / "file", "");
    WorkspaceOptions broken = options();
    broken.database = m_dir / "file/asterism.db";
    EXPECT_THROW(Workspace{broken}, Error);
}

}  // namespace
}  // namespace asterism
