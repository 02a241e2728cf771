#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace asterism {

class Database;

// One SQL statement with its values. Made by Database::prepare; must not outlive its database.
class Statement {
  public:
    // Values for the ?s of the statement, in order.
    Statement& bind(std::int64_t value);
    Statement& bind(double value);
    Statement& bind(std::string_view text);
    Statement& bind(std::span<const std::byte> blob);
    Statement& bindNull();

    // Runs on to the next row; false when there is none. Throws Error.
    bool step();
    // Runs a statement that gives no rows. Throws Error.
    void run();

    // Columns of the current row, from 0; the views hold until the next step.
    std::int64_t integer(int column) const;
    double real(int column) const;
    std::string text(int column) const;
    std::span<const std::byte> blob(int column) const;
    bool isNull(int column) const;

  private:
    friend class Database;
    struct Finish {
        void operator()(sqlite3_stmt* statement) const;
    };
    Statement(const Database& database, std::unique_ptr<sqlite3_stmt, Finish> statement);

    const Database& m_database;
    std::unique_ptr<sqlite3_stmt, Finish> m_statement;
    int m_next = 1;  // value to be bound
};

// A connection to the database of projects, documents and chats (SQLite in WAL mode, foreign keys
// on). Several connections and processes may be open at a time; each is used by one thread at a
// time. A writer waits up to ten seconds for another one.
class Database {
  public:
    // Opens or makes the file (mode 0600, its folder 0700) and brings it to the newest schema.
    // Throws Error that says what to do if it is no database, of a newer program, damaged, locked,
    // read-only where a migration is due, or cannot be made.
    explicit Database(const std::filesystem::path& file);
    // A database in memory, for work that is not kept.
    Database();
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    // Throws Error.
    Statement prepare(std::string_view sql) const;
    // Runs statements that give no rows.
    void execute(const std::string& sql) const;
    std::int64_t lastInsertId() const;
    // Where the database is, for errors; ":memory:" for one in memory.
    const std::string& place() const { return m_place; }

  private:
    friend class Statement;
    friend class Transaction;

    void open(const char* file);
    void migrate();
    [[noreturn]] void fail(std::string_view doing) const;

    struct Close {
        void operator()(sqlite3* connection) const;
    };
    std::string m_place;
    std::unique_ptr<sqlite3, Close> m_connection;
};

// Changes that are made all together or not at all: commit() keeps them, the destructor without it
// takes them back. May not be nested.
class Transaction {
  public:
    // Throws Error if another process is writing for too long.
    explicit Transaction(const Database& database);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    void commit();

  private:
    const Database& m_database;
    bool m_isOpen = true;
};

}  // namespace asterism
