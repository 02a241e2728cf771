// The library over a database that fails or is written by others.
#include "ui/library.h"

#include <gtest/gtest.h>

#include <QSignalSpy>
#include <QTest>

#include "core/base/clock.h"
#include "tests/support/test_files.h"
#include "tests/ui/filled_project.h"
#include "ui/models/conversation_list_model.h"
#include "ui/models/message_list_model.h"
#include "ui/models/project_list_model.h"

namespace asterism {
namespace {

class LibraryOverFile : public testing::Test {
  protected:
    WorkspaceOptions options() const {
        WorkspaceOptions options;
        options.database = folder / "asterism.db";
        options.keepsBlocks = false;
        return options;
    }
    // As damage does: what is read of it fails from now on.
    void breakTable(const std::string& name) const {
        Database(options().database).execute("ALTER TABLE " + name + " RENAME TO gone");
    }

    test::TempDir folder;
    Library library{options()};
    QSignalSpy failed{&library, &Library::failed};
};

TEST_F(LibraryOverFile, AProjectThatCannotBeReadIsNotOpenedAndSaysWhy) {
    test::fillProject(library, folder.path());
    ASSERT_TRUE(library.hasProject());
    breakTable("document");
    library.noteDocuments();
    EXPECT_EQ(library.openDocuments().size(), 6U) << "as they were";
    library.openProject(QStringLiteral("Star attention"));
    EXPECT_FALSE(library.hasProject());
    EXPECT_EQ(failed.count(), 0) << "views may not be connected yet";
    QTest::qWait(0);
    ASSERT_GT(failed.count(), 0);
    EXPECT_TRUE(failed.front().front().toString().contains(QStringLiteral("asterism.db")));
}

TEST_F(LibraryOverFile, ListsThatCannotBeReadAreEmpty) {
    ConversationListModel chats(library);
    MessageListModel messages(library);
    ProjectListModel projects(library);
    const std::int64_t chat = test::fillProject(library, folder.path());
    messages.show(chat);
    EXPECT_EQ(chats.conversationCount(), 1);
    EXPECT_EQ(messages.rowCount(), 2);
    breakTable("conversation");
    library.noteChats();
    messages.show(chat);
    EXPECT_EQ(chats.conversationCount(), 0);
    EXPECT_EQ(messages.rowCount(), 0);
    Database(options().database).execute("ALTER TABLE project RENAME TO gone_too");
    library.noteProjects();
    EXPECT_EQ(projects.rowCount(), 0);
    EXPECT_TRUE(library.hasProject());
    QTest::qWait(0);
    EXPECT_GT(failed.count(), 0);
}

TEST_F(LibraryOverFile, DoesNotWaitLongForAnotherProcessThatWrites) {
    const std::int64_t chat = test::fillProject(library, folder.path());
    const Database other(options().database);
    const Transaction writing(other);
    const Stopwatch clock;
    library.attempt([&] { library.chats().rename(chat, "new"); });
    EXPECT_LT(clock.seconds(), 3);
    QTest::qWait(0);
    EXPECT_EQ(failed.count(), 1);
}

}  // namespace
}  // namespace asterism
