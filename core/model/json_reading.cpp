#include "core/model/json_reading.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <utility>

#include "core/base/error.h"
#include "core/base/mapped_file.h"
#include "core/model/in_quotes.h"

namespace asterism {

namespace {

constexpr int kMaxDepth = 64;

bool isWhole(const Json& value, std::int64_t low, std::int64_t high) {
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX) return false;
    return value.is_number_integer() && value.get<std::int64_t>() >= low &&
           value.get<std::int64_t>() <= high;
}

std::string wholeNumber(std::int64_t low, std::int64_t high) {
    return "a whole number from " + std::to_string(low) + " to " + std::to_string(high);
}

}  // namespace

Json parseJson(std::string_view text, const std::string& source) {
    std::vector<std::set<std::string>> openObjects;
    const auto check = [&](int depth, Json::parse_event_t event, Json& parsed) {
        if (depth > kMaxDepth)
            throw Error(source, ": JSON is nested deeper than ", kMaxDepth, " levels");
        if (event == Json::parse_event_t::object_start) openObjects.emplace_back();
        if (event == Json::parse_event_t::object_end) openObjects.pop_back();
        if (event == Json::parse_event_t::key &&
            !openObjects.back().insert(parsed.get_ref<const std::string&>()).second)
            throw Error(source, ": member ", inQuotes(parsed.get_ref<const std::string&>()),
                        " is given twice");
        return true;
    };
    try {
        return Json::parse(text.begin(), text.end(), check);
    } catch (const Json::parse_error& error) {
        throw Error(source, ": is not valid JSON at byte ", error.byte, "; the file is damaged");
    } catch (const Json::exception&) {
        throw Error(source, ": holds a number out of range");
    }
}

Json readJsonFile(const std::filesystem::path& path, std::size_t maxBytes) {
    const MappedFile file(path);
    if (file.bytes().size() > maxBytes)
        throw Error(path.string(), ": has ", file.bytes().size(), " bytes; at most ", maxBytes,
                    " are read");
    const auto* text = reinterpret_cast<const char*>(file.bytes().data());
    return parseJson({text, file.bytes().size()}, path.string());
}

JsonObject::JsonObject(const Json& value, std::string where)
    : m_value(value), m_where(std::move(where)) {
    if (!value.is_object()) throw Error(m_where, ": a JSON object is expected");
}

const Json* JsonObject::find(std::string_view key) const {
    const auto found = m_value.find(key);
    return found == m_value.end() || found->is_null() ? nullptr : &*found;
}

const Json& JsonObject::get(std::string_view key) const {
    const Json* value = find(key);
    if (!value) throw Error(m_where, ": member ", inQuotes(key), " is missing");
    return *value;
}

JsonObject JsonObject::object(std::string_view key) const {
    return {get(key), m_where + ": " + std::string(key)};
}

const Json& JsonObject::array(std::string_view key) const {
    const Json& value = get(key);
    if (!value.is_array()) fail(key, "an array");
    return value;
}

std::string JsonObject::text(std::string_view key) const {
    const Json& value = get(key);
    if (!value.is_string()) fail(key, "a text");
    return value.get<std::string>();
}

std::string JsonObject::text(std::string_view key, std::string_view otherwise) const {
    return has(key) ? text(key) : std::string(otherwise);
}

double JsonObject::number(std::string_view key) const {
    const Json& value = get(key);
    if (!value.is_number() || !std::isfinite(value.get<double>())) fail(key, "a finite number");
    return value.get<double>();
}

std::int64_t JsonObject::integer(std::string_view key, std::int64_t low, std::int64_t high) const {
    const Json& value = get(key);
    if (!isWhole(value, low, high)) fail(key, wholeNumber(low, high));
    return value.get<std::int64_t>();
}

bool JsonObject::boolean(std::string_view key, bool otherwise) const {
    const Json* value = find(key);
    if (!value) return otherwise;
    if (!value->is_boolean()) fail(key, "true or false");
    return value->get<bool>();
}

std::vector<std::int64_t> JsonObject::integers(std::string_view key, std::int64_t low,
                                               std::int64_t high) const {
    const Json* value = find(key);
    if (!value) return {};
    if (!value->is_array()) return {integer(key, low, high)};
    std::vector<std::int64_t> numbers;
    for (const Json& one : *value) {
        if (!isWhole(one, low, high)) fail(key, wholeNumber(low, high));
        numbers.push_back(one.get<std::int64_t>());
    }
    return numbers;
}

void JsonObject::fail(std::string_view key, std::string_view expected) const {
    const Json* value = find(key);
    throw Error(m_where, ": member ", inQuotes(key), " is ",
                value ? std::string("of type ") + value->type_name() : std::string("missing"),
                " or out of range; ", expected, " is expected");
}

}  // namespace asterism
