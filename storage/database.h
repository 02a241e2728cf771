#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

struct sqlite3;
struct sqlite3_stmt;

namespace asterism {

class Database;

// Where the database may be put instead: the end of errors about it.
inline constexpr std::string_view kDatabaseAdvice = "choose another place with XDG_DATA_HOME";

// One SQL statement with its values. Made by Database::prepare; must not outlive its database. Once
// it has run to its end it may be bound and run again.
class Statement {
  public:
    // Values for the ?s of the statement, in order. Bytes are copied. Unsigned numbers keep their
    // bits, enumerators their numbers; NaN, which SQLite does not know, becomes 0.
    template <typename Number>
        requires(std::is_integral_v<Number> || std::is_enum_v<Number>)
    Statement& bind(Number value) {
        return bindInteger(static_cast<std::int64_t>(value));
    }
    Statement& bind(double value);
    Statement& bind(std::string_view text);
    Statement& bind(std::span<const std::byte> blob);
    Statement& bindNull();

    // Runs on to the next row; false when there is none. Throws Error.
    bool step();
    // Runs a statement that gives no rows. Throws Error.
    void run();
    // Runs a change of `what` ("the project"). Throws Error also if no row was there to be changed.
    void runOn(std::string_view what);

    // Columns of the current row, from 0; the views hold until the next step.
    std::int64_t integer(int column) const;
    double real(int column) const;
    std::string text(int column) const;
    std::span<const std::byte> blob(int column) const;
    bool isNull(int column) const;
    // Throws Error that the column holds what nobody can have put there.
    [[noreturn]] void refuse(int column) const;

  private:
    friend class Database;
    struct Finish {
        void operator()(sqlite3_stmt* statement) const;
    };
    Statement(const Database& database, std::unique_ptr<sqlite3_stmt, Finish> statement);
    Statement& bindInteger(std::int64_t value);
    void check(int status) const;

    const Database& m_database;
    std::unique_ptr<sqlite3_stmt, Finish> m_statement;
    int m_next = 1;  // value to be bound
};

// A connection to the database of projects, documents and chats (SQLite in WAL mode, foreign keys
// on). What was committed survives a power cut: a commit keeps work of seconds to minutes, so it is
// synced (synchronous FULL). Several connections and processes may be open at a time; each
// connection is used by one thread at a time.
class Database {
  public:
    // Opens or makes the file (mode 0600, its folder 0700) and brings it to the newest schema. A
    // writer waits up to `longestWait` for another one. Throws Error that says what to do if it is
    // no database, of a newer or another program, damaged, locked or read-only, or cannot be made.
    explicit Database(const std::filesystem::path& file,
                      std::chrono::milliseconds longestWait = std::chrono::seconds(10));
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

    void open(const char* file, std::chrono::milliseconds longestWait);
    // Throws Error if the file is no longer where it was opened: what is written now would be gone
    // with the last connection.
    void checkIsInPlace() const;
    // Throws Error that says what SQLite found wrong last, and what to do.
    [[noreturn]] void fail() const;

    struct Close {
        void operator()(sqlite3* connection) const;
    };
    std::string m_place;
    std::unique_ptr<sqlite3, Close> m_connection;
};

// Changes that are made all together or not at all: commit() keeps them, the destructor without it
// takes them back. Inside another one it is a part of it: what it keeps is kept if the outer one
// is, what it takes back is gone while the outer one goes on. They end in the reverse order.
class Transaction {
  public:
    // Throws Error if another process is writing for too long, or the file is no longer there.
    explicit Transaction(const Database& database);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    void commit();

  private:
    const Database& m_database;
    bool m_isInner = false;
    bool m_isOpen = true;
};

}  // namespace asterism
