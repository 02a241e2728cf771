#include "storage/schema.h"

#include <cstdint>
#include <string>

#include "core/base/error.h"
#include "storage/database.h"

namespace asterism {

namespace {

constexpr std::int64_t kApplicationId = 0x41737465;  // "Aste"

std::int64_t numberOf(const Database& database, const char* query) {
    Statement statement = database.prepare(query);
    return statement.step() ? statement.integer(0) : 0;
}

// Steps that the database has taken.
std::size_t schemaVersion(const Database& database, std::size_t newest) {
    const std::int64_t version = numberOf(database, "PRAGMA user_version");
    if (numberOf(database, "PRAGMA application_id") != kApplicationId) {
        if (version == 0 && numberOf(database, "SELECT count(*) FROM sqlite_schema") == 0) return 0;
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
