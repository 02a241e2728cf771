#include "storage/database.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <cerrno>
#include <cmath>
#include <system_error>
#include <thread>
#include <utility>

#include "core/base/check.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/private_folder.h"
#include "storage/schema.h"

namespace asterism {

namespace fs = std::filesystem;

namespace {

// SQLite would make the file for everybody to read. An empty file is a new database to it, and the
// files that it puts beside get the same mode. mknod opens nothing: closing the file again would
// take away the locks of other connections of this process.
void makePrivateFile(const fs::path& file) {
    if (::mknod(file.c_str(), S_IFREG | 0600, 0) == 0 || errno == EEXIST) return;
    throw Error(file.string(), ": cannot be made: ", std::generic_category().message(errno),
                "; check its folder's permissions, or ", kDatabaseAdvice);
}

// What a person can do about an error of SQLite.
std::string adviceOn(int status, int systemError) {
    const std::string elsewhere(kDatabaseAdvice);
    const bool isOfSystem = (status & 0xff) == SQLITE_IOERR || (status & 0xff) == SQLITE_CANTOPEN;
    if (isOfSystem && (systemError == ENOSPC || systemError == EDQUOT)) status = SQLITE_FULL;
    if (status == SQLITE_CONSTRAINT_FOREIGNKEY)
        return "what this belongs to is gone; it was removed meanwhile";
    switch (status & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return "another Asterism has been writing for too long; wait for it or end it, then "
                   "try "
                   "again";
        case SQLITE_READONLY:
            return "check the permissions of the file and its folder, or " + elsewhere;
        case SQLITE_FULL:
            return "the disk is full: free some space and try again";
        case SQLITE_IOERR:
            return "its disk fails or is gone; check the disk and the free space on it";
        case SQLITE_CANTOPEN:
            return "check that it is a file, and the permissions of it and its folder, or " +
                   elsewhere;
        case SQLITE_CORRUPT:
            return "bring it back from a backup, or save what can be read with `sqlite3 FILE "
                   ".recover`; move it away to begin anew";
        case SQLITE_NOTADB:
            return "move it away, or " + elsewhere;
        case SQLITE_TOOBIG:
            return "one text can take 1 GB at most";
        case SQLITE_NOMEM:
            return "close other programs";
        default:
            return "please report this";
    }
}

}  // namespace

void Statement::Finish::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

Statement::Statement(const Database& database, std::unique_ptr<sqlite3_stmt, Finish> statement)
    : m_database(database), m_statement(std::move(statement)) {}

void Statement::check(int status) const {
    if (status != SQLITE_OK) m_database.fail();
}

Statement& Statement::bindInteger(std::int64_t value) {
    check(sqlite3_bind_int64(m_statement.get(), m_next++, value));
    return *this;
}

Statement& Statement::bind(double value) {
    check(sqlite3_bind_double(m_statement.get(), m_next++, std::isnan(value) ? 0 : value));
    return *this;
}

Statement& Statement::bind(std::string_view text) {
    // SQLite takes a null pointer for NULL, not for an empty text.
    check(sqlite3_bind_text64(m_statement.get(), m_next++, text.data() ? text.data() : "",
                              text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
    return *this;
}

Statement& Statement::bind(std::span<const std::byte> blob) {
    const void* bytes = blob.data() ? static_cast<const void*>(blob.data()) : "";
    check(sqlite3_bind_blob64(m_statement.get(), m_next++, bytes, blob.size(), SQLITE_TRANSIENT));
    return *this;
}

Statement& Statement::bindNull() {
    check(sqlite3_bind_null(m_statement.get(), m_next++));
    return *this;
}

bool Statement::step() {
    ASTERISM_CHECK(m_next == sqlite3_bind_parameter_count(m_statement.get()) + 1);
    const int status = sqlite3_step(m_statement.get());
    if (status == SQLITE_ROW) return true;
    if (status != SQLITE_DONE) m_database.fail();
    sqlite3_reset(m_statement.get());
    m_next = 1;
    return false;
}

void Statement::run() {
    ASTERISM_CHECK(!step());
}

void Statement::runOn(std::string_view what) {
    run();
    if (sqlite3_changes64(sqlite3_db_handle(m_statement.get())) == 0)
        throw Error(m_database.place(), ": ", what, " is gone; it was removed meanwhile");
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(m_statement.get(), column);
}

double Statement::real(int column) const {
    return sqlite3_column_double(m_statement.get(), column);
}

std::string Statement::text(int column) const {
    const unsigned char* text = sqlite3_column_text(m_statement.get(), column);
    const int bytes = sqlite3_column_bytes(m_statement.get(), column);
    return text ? std::string(reinterpret_cast<const char*>(text), static_cast<std::size_t>(bytes))
                : std::string();
}

std::span<const std::byte> Statement::blob(int column) const {
    const void* bytes = sqlite3_column_blob(m_statement.get(), column);
    const int size = sqlite3_column_bytes(m_statement.get(), column);
    return {static_cast<const std::byte*>(bytes), bytes ? static_cast<std::size_t>(size) : 0};
}

bool Statement::isNull(int column) const {
    return sqlite3_column_type(m_statement.get(), column) == SQLITE_NULL;
}

void Statement::refuse(int column) const {
    throw Error(m_database.place(), ": is damaged in column ",
                sqlite3_column_name(m_statement.get(), column), "; ", adviceOn(SQLITE_CORRUPT, 0));
}

void Database::Close::operator()(sqlite3* connection) const {
    sqlite3_close_v2(connection);
}

Database::Database(const fs::path& file, std::chrono::milliseconds longestWait)
    : m_place(fs::absolute(file).string()) {
    makePrivateFolder(fs::path(m_place).parent_path(), kDatabaseAdvice);
    makePrivateFile(m_place);
    open(m_place.c_str(), longestWait);
}

Database::Database() : m_place(":memory:") {
    open(":memory:", {});
}

Database::~Database() = default;

void Database::open(const char* file, std::chrono::milliseconds longestWait) {
    sqlite3* connection = nullptr;
    const int status = sqlite3_open_v2(
        file, &connection,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
        nullptr);
    m_connection.reset(connection);
    if (status != SQLITE_OK) fail();
    sqlite3_busy_timeout(connection, static_cast<int>(longestWait.count()));
    // Foreign keys still off: a step that makes a table anew would take away what refers to it.
    migrate(*this, schemaSteps());
    // The change of the journal needs the file for itself, and SQLite does not wait for that.
    const Stopwatch clock;
    while (sqlite3_exec(connection, "PRAGMA journal_mode = WAL", nullptr, nullptr, nullptr) !=
           SQLITE_OK) {
        const bool isBusy = (sqlite3_errcode(connection) & 0xFF) == SQLITE_BUSY;
        if (!isBusy || clock.seconds() * 1000 > static_cast<double>(longestWait.count())) fail();
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
}

Statement Database::prepare(std::string_view sql) const {
    sqlite3_stmt* statement = nullptr;
    const int status = sqlite3_prepare_v2(m_connection.get(), sql.data(),
                                          static_cast<int>(sql.size()), &statement, nullptr);
    std::unique_ptr<sqlite3_stmt, Statement::Finish> owned(statement);
    if (status != SQLITE_OK) fail();
    return {*this, std::move(owned)};
}

void Database::execute(const std::string& sql) const {
    if (sqlite3_exec(m_connection.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        fail();
}

std::int64_t Database::lastInsertId() const {
    return sqlite3_last_insert_rowid(m_connection.get());
}

void Database::fail() const {
    sqlite3* const connection = m_connection.get();
    if (!connection) throw Error(m_place, ": out of memory; close other programs");
    throw Error(m_place, ": ", sqlite3_errmsg(connection), "; ",
                adviceOn(sqlite3_extended_errcode(connection), sqlite3_system_errno(connection)));
}

void Database::checkIsInPlace() const {
    int hasMoved = 0;
    sqlite3_file_control(m_connection.get(), "main", SQLITE_FCNTL_HAS_MOVED, &hasMoved);
    if (hasMoved)
        throw Error(m_place,
                    ": is gone or was replaced since it was opened; bring it back, or start again "
                    "with what is there now");
}

Transaction::Transaction(const Database& database)
    : m_database(database), m_isInner(!sqlite3_get_autocommit(database.m_connection.get())) {
    if (!m_isInner) database.checkIsInPlace();
    m_database.execute(m_isInner ? "SAVEPOINT inner_transaction" : "BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
    sqlite3* const connection = m_database.m_connection.get();
    // Some errors have made SQLite take everything back already.
    if (!m_isOpen || sqlite3_get_autocommit(connection)) return;
    const char* takeBack =
        m_isInner ? "ROLLBACK TO inner_transaction; RELEASE inner_transaction" : "ROLLBACK";
    sqlite3_exec(connection, takeBack, nullptr, nullptr, nullptr);
}

void Transaction::commit() {
    m_database.execute(m_isInner ? "RELEASE inner_transaction" : "COMMIT");
    m_isOpen = false;
}

}  // namespace asterism
