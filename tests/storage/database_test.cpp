#include "storage/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "core/base/check.h"
#include "core/base/error.h"
#include "tests/support/failure_of.h"
#include "tests/support/test_files.h"

namespace asterism {
namespace {

namespace fs = std::filesystem;
using test::failureOf;
using testing::HasSubstr;

std::int64_t numberOf(const Database& database, std::string_view query) {
    Statement statement = database.prepare(query);
    return statement.step() ? statement.integer(0) : -1;
}

std::span<const std::byte> bytesOf(std::string_view text) {
    return std::as_bytes(std::span(text));
}

TEST(Database, IsForTheUserAlone) {
    const test::TempDir dir;
    const fs::path folder = dir / "data/asterism";
    const Database database(folder / "asterism.db");
    database.execute("CREATE TABLE kept (value)");
    EXPECT_EQ(fs::status(folder).permissions(), fs::perms::owner_all);
    for (const char* name : {"asterism.db", "asterism.db-wal", "asterism.db-shm"})
        EXPECT_EQ(fs::status(folder / name).permissions(),
                  fs::perms::owner_read | fs::perms::owner_write)
            << name;
}

TEST(Database, IsInWalModeSyncedAndWatchesForeignKeys) {
    const test::TempDir dir;
    const Database database(dir / "asterism.db");
    Statement mode = database.prepare("PRAGMA journal_mode");
    ASSERT_TRUE(mode.step());
    EXPECT_EQ(mode.text(0), "wal");
    EXPECT_EQ(numberOf(database, "PRAGMA synchronous"), 2);
    EXPECT_EQ(numberOf(database, "PRAGMA foreign_keys"), 1);
    EXPECT_EQ(database.place(), (dir / "asterism.db").string());
}

TEST(Database, NamesARelativePathThatLooksLikeAnAddressByItsFile) {
    const test::TempDir dir;
    const fs::path before = fs::current_path();
    fs::current_path(dir.path());
    { const Database database("file:here?mode=memory"); }
    fs::current_path(before);
    EXPECT_TRUE(fs::exists(dir / "file:here?mode=memory"));
}

class Values : public testing::Test {
  protected:
    Values() { m_database.execute("CREATE TABLE kept (value ANY) STRICT"); }
    // A statement that stands on the value as it was kept.
    template <typename Value>
    Statement kept(const Value& value) {
        m_database.execute("DELETE FROM kept");
        m_database.prepare("INSERT INTO kept VALUES (?)").bind(value).run();
        Statement statement = m_database.prepare("SELECT value FROM kept");
        EXPECT_TRUE(statement.step());
        return statement;
    }
    enum class Color : std::uint8_t { red, green };

    Database m_database;
};

TEST_F(Values, NumbersComeBack) {
    using Limits = std::numeric_limits<std::int64_t>;
    for (const std::int64_t number : {Limits::min(), std::int64_t{-1}, Limits::max()})
        EXPECT_EQ(kept(number).integer(0), number);
    const std::uint64_t large = 0xfedcba9876543210;
    EXPECT_EQ(static_cast<std::uint64_t>(kept(large).integer(0)), large);
    EXPECT_EQ(kept(true).integer(0), 1);
    EXPECT_EQ(kept(Color::green).integer(0), 1);
    for (const double number : {0.1, -1e300, std::numeric_limits<double>::infinity()})
        EXPECT_EQ(kept(number).real(0), number);
    EXPECT_EQ(kept(std::nan("")).real(0), 0);
    EXPECT_FALSE(kept(std::nan("")).isNull(0));
}

TEST_F(Values, TextsAndBytesComeBack) {
    const std::string million(1'000'000, 'x');
    for (const std::string& text :
         {std::string(), std::string("a\0b", 3), std::string("\xF0\x9F\xAA\x90 \xC3\xA4"),
          std::string("not UTF-8: \xff\xc3"), million}) {
        EXPECT_EQ(kept(text).text(0), text);
        Statement blob = kept(bytesOf(text));
        EXPECT_TRUE(std::ranges::equal(blob.blob(0), bytesOf(text)));
        EXPECT_FALSE(blob.isNull(0));
    }
    EXPECT_FALSE(kept(std::string_view()).isNull(0));
    EXPECT_FALSE(kept(std::span<const std::byte>()).isNull(0));
    m_database.prepare("UPDATE kept SET value = ?").bindNull().run();
    Statement nothing = m_database.prepare("SELECT value FROM kept");
    ASSERT_TRUE(nothing.step());
    EXPECT_TRUE(nothing.isNull(0));
    EXPECT_EQ(nothing.text(0), "");
    EXPECT_TRUE(nothing.blob(0).empty());
}

TEST_F(Values, AStatementMayBeBoundAndRunAgain) {
    Statement insert = m_database.prepare("INSERT INTO kept VALUES (?)");
    for (const int number : {1, 2, 3}) insert.bind(number).run();
    EXPECT_EQ(m_database.lastInsertId(), 3);
    EXPECT_EQ(numberOf(m_database, "SELECT sum(value) FROM kept"), 6);
    EXPECT_THROW(insert.run(), InternalError);  // a value is missing
}

TEST_F(Values, AChangeOfNothingSaysWhatIsGone) {
    Statement change = m_database.prepare("UPDATE kept SET value = 1");
    EXPECT_THAT(failureOf([&change] { change.runOn("the project"); }),
                HasSubstr("the project is gone"));
    m_database.execute("INSERT INTO kept VALUES (0)");
    change.runOn("the project");
    EXPECT_EQ(numberOf(m_database, "SELECT value FROM kept"), 1);
}

TEST_F(Values, WhatCannotBeMeantNamesItsColumn) {
    Statement statement = kept(5);
    EXPECT_THAT(failureOf([&statement] { statement.refuse(0); }),
                HasSubstr("damaged in column value;"));
}

TEST_F(Values, AStatementThatIsNoneIsAnError) {
    EXPECT_THAT(failureOf([this] { m_database.prepare("SELEKT 1"); }), HasSubstr("syntax error"));
    EXPECT_THROW(m_database.execute("INSERT INTO nowhere VALUES (1)"), Error);
}

class Transactions : public Values {
  protected:
    void insert(int number) {
        m_database.prepare("INSERT INTO kept VALUES (?)").bind(number).run();
    }
    std::int64_t sum() { return numberOf(m_database, "SELECT total(value) FROM kept"); }
};

TEST_F(Transactions, KeepWhatIsCommittedAndTakeBackTheRest) {
    {
        Transaction transaction(m_database);
        insert(1);
        transaction.commit();
    }
    EXPECT_EQ(sum(), 1);
    {
        const Transaction transaction(m_database);
        insert(2);
        EXPECT_EQ(sum(), 3);
    }
    EXPECT_EQ(sum(), 1);
}

TEST_F(Transactions, AnInnerOneIsAPartOfTheOuterOne) {
    {
        Transaction outer(m_database);
        insert(1);
        {
            Transaction inner(m_database);
            insert(2);
            inner.commit();
        }
        {
            const Transaction inner(m_database);
            insert(4);
        }
        EXPECT_EQ(sum(), 3);
        outer.commit();
    }
    EXPECT_EQ(sum(), 3);
    {
        const Transaction outer(m_database);
        Transaction inner(m_database);
        insert(8);
        inner.commit();
    }
    EXPECT_EQ(sum(), 3);
}

TEST_F(Transactions, WhatSqliteTookBackItselfCannotBeCommitted) {
    Transaction outer(m_database);
    insert(1);
    {
        const Transaction inner(m_database);
        m_database.execute("ROLLBACK");
    }
    EXPECT_THROW(outer.commit(), Error);
    EXPECT_EQ(sum(), 0);
}

}  // namespace
}  // namespace asterism
