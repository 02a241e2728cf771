#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <random>

#include "storage/chat_store.h"
#include "storage/database.h"
#include "storage/project_store.h"
#include "tests/storage/stored_content.h"
#include "tests/support/test_files.h"

namespace asterism {
namespace {

namespace fs = std::filesystem;
using test::addContent;
using test::contentOf;
using test::StoredContent;

// Lets a process of its own run the body, which tells every step it has done, and kills it some
// microseconds after the first. Returns how many steps were told.
int stepsUntilKilled(const std::function<void(int)>& body, useconds_t microseconds) {
    int ends[2];
    if (::pipe(ends) != 0) return -1;
    const pid_t child = ::fork();
    if (child == 0) {
        try {
            body(ends[1]);
        } catch (...) {
        }
        ::_exit(1);
    }
    ::close(ends[1]);
    char byte = 0;
    int steps = ::read(ends[0], &byte, 1) == 1 ? 1 : 0;
    ::usleep(microseconds);
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    while (::read(ends[0], &byte, 1) == 1) ++steps;
    ::close(ends[0]);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the process ended by itself";
    return steps;
}

void tellStep(int end) {
    const char byte = 1;
    if (::write(end, &byte, 1) != 1) ::_exit(1);
}

std::string integrityOf(const Database& database) {
    Statement statement = database.prepare("PRAGMA integrity_check");
    return statement.step() ? statement.text(0) : "nothing";
}

TEST(DatabaseCrash, AKillAtAnyMomentLosesNothingThatWasCommitted) {
    std::mt19937 random(7);
    for (int round = 0; round < 20; ++round) {
        const test::TempDir dir;
        const fs::path file = dir / "asterism.db";
        const int steps = stepsUntilKilled(
            [&file](int end) {
                const Database database(file);
                for (int i = 0;; ++i) {
                    addContent(database, "project " + std::to_string(i), 3'000);
                    tellStep(end);
                }
            },
            random() % 30'000);
        const Database database(file);
        EXPECT_EQ(integrityOf(database), "ok");
        // The last one may have been committed and not told.
        const StoredContent content = contentOf(database);
        const std::size_t kept = content.projects.size();
        EXPECT_GE(kept, static_cast<std::size_t>(steps));
        EXPECT_LE(kept, static_cast<std::size_t>(steps) + 1);
        EXPECT_EQ(content.documents.size(), kept);
        EXPECT_EQ(content.blocks.size(), 3 * kept);
        EXPECT_EQ(content.messages.size(), 2 * kept);
        EXPECT_EQ(content.citations.size(), kept);
        EXPECT_EQ(content.summaries.size(), kept);
        database.execute(
            "INSERT INTO message_search (message_search, rank) "
            "VALUES ('integrity-check', 1)");
    }
}

TEST(DatabaseCrash, AKillWhileItIsMadeLeavesOneThatOpens) {
    std::mt19937 random(8);
    for (int round = 0; round < 10; ++round) {
        const test::TempDir dir;
        const fs::path file = dir / "asterism.db";
        stepsUntilKilled(
            [&file](int end) {
                tellStep(end);
                for (;;) {
                    {
                        const Database database(file);
                    }
                    for (const char* part : {"", "-wal", "-shm"}) fs::remove(file.string() + part);
                }
            },
            random() % 20'000);
        const Database database(file);
        EXPECT_EQ(integrityOf(database), "ok");
        addContent(database, "new", 100);
    }
}

TEST(DatabaseCrash, ProcessesThatWriteAtATimeBuildOnEachOther) {
    constexpr int kProcesses = 3;
    constexpr int kMessages = 20;
    const test::TempDir dir;
    const fs::path file = dir / "asterism.db";
    std::int64_t chat = 0;
    {
        const Database database(file);
        chat = ChatStore(database).create(ProjectStore(database).create("p", "m", {}).id, 1).id;
    }
    // Each adds to the end of the same branch as it finds it.
    const auto work = [&](int process) {
        const Database database(file);
        ChatStore chats(database);
        for (int i = 0; i < kMessages; ++i) {
            Transaction transaction(database);
            MessageRecord message;
            message.conversationId = chat;
            message.parentId = chats.find(chat)->leafMessage;
            message.text = std::to_string(process);
            chats.add(message);
            transaction.commit();
        }
    };
    std::vector<pid_t> children;
    for (int process = 0; process < kProcesses; ++process) {
        const pid_t child = ::fork();
        if (child == 0) {
            try {
                work(process);
            } catch (...) {
                ::_exit(1);
            }
            ::_exit(0);
        }
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int status = -1;
        ::waitpid(child, &status, 0);
        EXPECT_EQ(status, 0);
    }
    const Database database(file);
    const ChatStore chats(database);
    std::vector<int> counts(kProcesses);
    for (const MessageRecord& message : chats.branch(chats.find(chat)->leafMessage))
        ++counts.at(static_cast<std::size_t>(std::stoi(message.text)));
    EXPECT_THAT(counts, testing::Each(kMessages));
}

}  // namespace
}  // namespace asterism
