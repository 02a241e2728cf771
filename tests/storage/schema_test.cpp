#include "storage/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

#include "core/base/error.h"
#include "storage/database.h"
#include "tests/support/test_files.h"

namespace asterism {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

std::string failureToOpen(const fs::path& file) {
    try {
        const Database database(file);
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

// A database as another program, or another Asterism, would make it.
void makeDatabase(const fs::path& file, const std::string& sql) {
    sqlite3* connection = nullptr;
    ASSERT_EQ(sqlite3_open(file.c_str(), &connection), SQLITE_OK);
    const std::unique_ptr<sqlite3, int (*)(sqlite3*)> owned(connection, sqlite3_close);
    EXPECT_EQ(sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(connection);
}

std::string asVersion(std::size_t version) {
    return ";PRAGMA application_id = 0x41737465; PRAGMA user_version = " + std::to_string(version);
}

std::string textOf(const Database& database, const std::string& query) {
    Statement statement = database.prepare(query);
    return statement.step() ? statement.text(0) : "nothing";
}

// The steps of this program and those of one that comes after it.
std::vector<const char*> stepsAnd(std::initializer_list<const char*> more) {
    const auto steps = schemaSteps();
    std::vector<const char*> all(steps.begin(), steps.end());
    all.insert(all.end(), more);
    return all;
}

constexpr const char* kProject =
    "INSERT INTO project (id, name, model, block_tokens, kv, "
    "anchor_mode, created_at, opened_at) "
    "VALUES (7, 'kept', 'm', 1, 2, 0, 3, 4);";

TEST(Schema, ADatabaseOfTheFirstSchemaOpens) {
    const test::TempDir dir;
    const fs::path file = dir / "asterism.db";
    makeDatabase(file, std::string(schemaSteps()[0]) + kProject + asVersion(1));
    const Database database(file);
    EXPECT_EQ(textOf(database, "SELECT name FROM project"), "kept");
    EXPECT_EQ(textOf(database, "PRAGMA user_version"), std::to_string(schemaSteps().size()));
}

TEST(Schema, TokensOfAnOlderDatabaseAreOfTheProjectsModel) {
    const test::TempDir dir;
    const fs::path file = dir / "asterism.db";
    makeDatabase(file, std::string(schemaSteps()[0]) + kProject +
                           "UPDATE project SET model_fingerprint = 'f';"
                           "INSERT INTO source VALUES (1, 7, x'2f', '', 1);"
                           "INSERT INTO document VALUES (3, 7, 1, 'a', x'2f61', 0, 0, 0, '', 0, 0, "
                           "0, 0, 2, '[]', '[]', '[]');"
                           "INSERT INTO document_tokens VALUES (3, x'0100000002000000');" +
                           asVersion(1));
    const Database database(file);
    EXPECT_EQ(textOf(database, "SELECT model_fingerprint FROM document_tokens"), "f");
}

// Step 4 knew what the user does not want by what the last reading left out.
TEST(Schema, FilesThatWereNotWantedStayNotWanted) {
    const test::TempDir dir;
    const fs::path file = dir / "asterism.db";
    std::string old;
    for (std::size_t i = 0; i < 4; ++i) old += std::string(schemaSteps()[i]) + ";";
    makeDatabase(file,
                 old + kProject +
                     "INSERT INTO source VALUES (1, 7, x'2F61', '', 1), (2, 7, x'2F62', 'b/', 1);"
                     "INSERT INTO left_out VALUES (1, 0, 'y.txt', 'not wanted', 15, 3, 0),"
                     "(1, 1, 'z.bin', 'binary', 2, 3, 0), (2, 0, 'b/*.md', 'not wanted', 15, "
                     "3, 0);" +
                     asVersion(4));
    const Database database(file);
    EXPECT_EQ(textOf(database,
                     "SELECT group_concat(pattern || is_glob || is_wanted, ' ') FROM "
                     "(SELECT * FROM filter_rule WHERE project = 7 ORDER BY position)"),
              "b/*.md00 y.txt00");
}

TEST(Schema, AnOlderDatabaseIsBroughtOnAndKeepsItsRows) {
    const test::TempDir dir;
    const Database database(dir / "asterism.db");
    database.execute(kProject);
    migrate(database, stepsAnd({"ALTER TABLE project ADD COLUMN colour TEXT DEFAULT 'blue'",
                                "UPDATE project SET colour = colour || 'ish'"}));
    EXPECT_EQ(textOf(database, "SELECT name || ' ' || colour FROM project"), "kept blueish");
    EXPECT_EQ(textOf(database, "PRAGMA user_version"), std::to_string(schemaSteps().size() + 2));
    // This program is now the older one.
    EXPECT_THAT(failureToOpen(dir / "asterism.db"),
                AllOf(HasSubstr("newer Asterism"), HasSubstr("XDG_DATA_HOME")));
    EXPECT_EQ(textOf(database, "SELECT name FROM project"), "kept");
}

// The keys of what a project has in the KV cache: its turns, and the blocks of its plan.
TEST(Schema, KeysOfTurnsAndPlansOfAnOlderDatabaseAreInTheProjectsList) {
    const test::TempDir dir;
    const fs::path file = dir / "asterism.db";
    std::string steps;
    for (const char* step : schemaSteps().first(4)) steps += step;
    makeDatabase(file, steps + kProject +
                           "INSERT INTO kept_turn VALUES (7, x'000102030405060708090a0b0c0d0e0f');"
                           "INSERT INTO block VALUES (7, 0, 0, 9, x'ff', 0, 0), "
                           "(7, 1, 9, 18, zeroblob(16), 0, 0)" +
                           asVersion(4));
    const Database database(file);
    EXPECT_EQ(textOf(database, "SELECT group_concat(hex(key)) FROM kept_block WHERE project = 7"),
              "000102030405060708090A0B0C0D0E0F,FF");
    EXPECT_EQ(textOf(database, "SELECT count(*) FROM sqlite_schema WHERE name = 'kept_turn'"), "0");
}

TEST(Schema, AStepThatFailsLeavesTheDatabaseAsItWas) {
    const Database database;
    const auto steps = stepsAnd(
        {"CREATE TABLE first (id)", "CREATE TABLE second (id); INSERT INTO nowhere VALUES (1)"});
    EXPECT_THROW(migrate(database, steps), Error);
    EXPECT_EQ(textOf(database, "PRAGMA user_version"), std::to_string(schemaSteps().size() + 1));
    EXPECT_EQ(textOf(database, "SELECT count(*) FROM first"), "0");
    EXPECT_THROW(textOf(database, "SELECT count(*) FROM second"), Error);
}

TEST(Schema, SeveralMayMakeTheSameDatabaseAtATime) {
    for (int round = 0; round < 5; ++round) {
        const test::TempDir dir;
        std::vector<std::string> failures(4);
        {
            std::vector<std::jthread> threads;
            threads.reserve(failures.size());
            for (std::string& failure : failures)
                threads.emplace_back([&] { failure = failureToOpen(dir / "asterism.db"); });
        }
        EXPECT_THAT(failures, testing::Each("no error"));
    }
}

TEST(Schema, AnotherProgramsDatabaseIsLeftAlone) {
    const test::TempDir dir;
    const fs::path file = dir / "other.db";
    makeDatabase(file, "CREATE TABLE project (theirs)");
    const std::string before = test::readFile(file);
    EXPECT_THAT(failureToOpen(file), AllOf(HasSubstr(file.string()), HasSubstr("another program")));
    EXPECT_EQ(test::readFile(file), before);
    makeDatabase(file, "PRAGMA application_id = 5");
    EXPECT_THAT(failureToOpen(file), HasSubstr("another program"));
}

TEST(Schema, AnEmptyFileIsANewDatabase) {
    const test::TempDir dir;
    test::writeFile(dir / "asterism.db", "");
    EXPECT_EQ(failureToOpen(dir / "asterism.db"), "no error");
}

TEST(Schema, AFileThatIsNoDatabaseIsLeftAlone) {
    const test::TempDir dir;
    const fs::path file = dir / "asterism.db";
    const std::string text(5000, 'x');
    test::writeFile(file, text);
    EXPECT_THAT(failureToOpen(file),
                AllOf(HasSubstr(file.string()), HasSubstr("not a database"), HasSubstr("move it")));
    EXPECT_EQ(test::readFile(file), text);
}

TEST(Schema, AFolderInTheDatabasesPlaceIsRefused) {
    const test::TempDir dir;
    EXPECT_THAT(failureToOpen(dir.path()), HasSubstr("check that it is a file"));
}

TEST(Schema, AFolderThatCannotBeMadeIsRefused) {
    const test::TempDir dir;
    test::writeFile(dir / "file", "");
    EXPECT_THAT(failureToOpen(dir / "file/asterism.db"), HasSubstr("XDG_DATA_HOME"));
}

}  // namespace
}  // namespace asterism
