#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace asterism {

using Json = nlohmann::json;

// Parses JSON out of a file that is not trusted: throws Error naming `source` for bad syntax, bad
// UTF-8, members given twice and nesting deeper than 64.
Json parseJson(std::string_view text, const std::string& source);

// As parseJson, for a file of at most `maxBytes`.
Json readJsonFile(const std::filesystem::path& path, std::size_t maxBytes);

// A JSON object with checked getters. Borrows the value. A member that is null counts as absent.
// Getters throw Error that names the place, the member and what is expected of it.
class JsonObject {
  public:
    // `where` names the file, and the member if it is not the outermost. Throws Error if the value
    // is not an object.
    JsonObject(const Json& value, std::string where);

    const std::string& where() const { return m_where; }
    // Null if the member is absent.
    const Json* find(std::string_view key) const;
    bool has(std::string_view key) const { return find(key) != nullptr; }
    // True also for a member that is null.
    bool mentions(std::string_view key) const { return m_value.contains(key); }
    const Json& get(std::string_view key) const;
    JsonObject object(std::string_view key) const;
    const Json& array(std::string_view key) const;

    std::string text(std::string_view key) const;
    std::string text(std::string_view key, std::string_view otherwise) const;
    double number(std::string_view key) const;
    std::int64_t integer(std::string_view key, std::int64_t low, std::int64_t high) const;
    bool boolean(std::string_view key, bool otherwise) const;
    // Whole numbers of an array, or the one number that stands in its place; empty if absent.
    std::vector<std::int64_t> integers(std::string_view key, std::int64_t low,
                                       std::int64_t high) const;

    [[noreturn]] void fail(std::string_view key, std::string_view expected) const;

  private:
    const Json& m_value;
    std::string m_where;
};

}  // namespace asterism
