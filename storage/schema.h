#pragma once

#include <span>

namespace asterism {

class Database;

// The SQL of storage/schema/*.sql in order: each brings a database from one schema to the next.
std::span<const char* const> schemaSteps();

// Brings a database to the schema that the steps end at, each step in a transaction of its own; two
// processes may do so at a time. The number of steps taken is the database's user_version. Throws
// Error if the database is another program's or has taken more steps than there are.
void migrate(const Database& database, std::span<const char* const> steps);

}  // namespace asterism
