#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/data_type.h"
#include "core/documents/document.h"
#include "core/star/block_store.h"
#include "storage/database.h"

namespace asterism {

// Values as the columns of the database keep them (schema/001_init.sql).

// Borrowed: they hold as long as the value.
std::span<const std::byte> bytesOf(const std::filesystem::path& path);
std::span<const std::byte> bytesOf(const BlockKey& key);
std::span<const std::byte> bytesOf(std::span<const TokenId> tokens);
std::span<const std::byte> bytesOf(std::span<const float> numbers);

// Lists as JSON. Bytes that are not UTF-8 become U+FFFD.
std::string jsonOf(std::span<const std::string> texts);
std::string jsonOf(std::span<const Mark> marks);
std::string jsonOf(std::span<const PossibleSecret> secrets);

// A row that may be missing: 0 is kept as NULL.
void bindReference(Statement& statement, std::int64_t id);

// A column of the statement's row. Throws Error if it holds what cannot be meant.
std::filesystem::path pathAt(const Statement& row, int column);
BlockKey keyAt(const Statement& row, int column);
std::vector<TokenId> tokensAt(const Statement& row, int column);
std::vector<float> floatsAt(const Statement& row, int column);
std::vector<std::string> textsAt(const Statement& row, int column);
std::vector<Mark> marksAt(const Statement& row, int column);
std::vector<PossibleSecret> secretsAt(const Statement& row, int column);

// One of the enumerators from 0 to `last`.
template <typename Enum>
Enum enumeratorAt(const Statement& row, int column, Enum last) {
    const std::int64_t number = row.integer(column);
    if (number < 0 || number > static_cast<std::int64_t>(last)) row.refuse(column);
    return static_cast<Enum>(number);
}

// Milliseconds since 1970.
std::int64_t timeNow();

}  // namespace asterism
