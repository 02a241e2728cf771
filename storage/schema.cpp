#include "storage/schema.h"

#include <cstdint>
#include <string>

#include "core/base/error.h"
#include "storage/database.h"

namespace asterism {

namespace {

constexpr std::int64_t kApplicationId = 0x41737465;  // "Aste"

// Steps that the database has taken. One statement looks at everything: another process may be
// making the database at this moment.
std::size_t schemaVersion(const Database& database, std::size_t newest) {
    Statement statement = database.prepare(
        "SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema) "
        "FROM pragma_user_version, pragma_application_id");
    const bool hasRow = statement.step();
    const std::int64_t version = hasRow ? statement.integer(0) : 0;
    const std::int64_t application = hasRow ? statement.integer(1) : 0;
    const std::int64_t tables = hasRow ? statement.integer(2) : 0;
    if (application != kApplicationId) {
        if (version == 0 && tables == 0) return 0;
        throw Error(database.place(), ": is a database of another program; move it away, or ",
                    kDatabaseAdvice);
    }
    if (version < 0 || static_cast<std::uint64_t>(version) > newest)
        throw Error(database.place(), ": was made by a newer Asterism (schema ", version,
                    ", this one knows up to ", newest, "); update Asterism, or ", kDatabaseAdvice);
    return static_cast<std::size_t>(version);
}

}  // namespace

void migrate(const Database& database, std::span<const char* const> steps) {
    while (schemaVersion(database, steps.size()) < steps.size()) {
        Transaction transaction(database);
        const std::size_t version = schemaVersion(database, steps.size());
        if (version == steps.size()) return;  // another process was first
        database.execute(steps[version]);
        database.execute("PRAGMA application_id = " + std::to_string(kApplicationId));
        database.execute("PRAGMA user_version = " + std::to_string(version + 1));
        transaction.commit();
    }
}

}  // namespace asterism
