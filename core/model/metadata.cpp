#include "core/model/metadata.h"

#include <cmath>
#include <limits>
#include <type_traits>

#include "core/base/error.h"
#include "core/model/in_quotes.h"

namespace asterism {

namespace {

// What a value is, for error messages.
std::string describe(const Metadata::Value& value) {
    const auto describeOne = [](const auto& held) -> std::string {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, bool>)
            return held ? "true" : "false";
        else if constexpr (std::is_same_v<Held, std::string>)
            return "the text " + inQuotes(held);
        else if constexpr (std::is_arithmetic_v<Held>)
            return "the number " + std::to_string(held);
        else
            return "an array of " + std::to_string(held.size()) + " values";
    };
    return std::visit(describeOne, value);
}

[[noreturn]] void failKind(const Metadata& metadata, std::string_view key,
                           const Metadata::Value& value, std::string_view wanted) {
    throw Error(metadata.source(), ": setting ", inQuotes(key), " is ", describe(value), "; ",
                wanted, " is expected");
}

}  // namespace

void Metadata::set(const std::string& key, Value value) {
    if (!m_values.emplace(key, std::move(value)).second)
        throw Error(m_source, ": setting ", inQuotes(key), " is given twice");
}

bool Metadata::has(std::string_view key) const {
    return m_values.contains(key);
}

bool Metadata::isArray(std::string_view key) const {
    return has(key) && std::visit(
                           [](const auto& held) {
                               using Held = std::decay_t<decltype(held)>;
                               return !std::is_arithmetic_v<Held> &&
                                      !std::is_same_v<Held, std::string>;
                           },
                           find(key));
}

const Metadata::Value& Metadata::find(std::string_view key) const {
    const auto found = m_values.find(key);
    if (found == m_values.end())
        throw Error(m_source, ": setting ", inQuotes(key), " is missing; the file is incomplete");
    return found->second;
}

std::string Metadata::text(std::string_view key) const {
    const Value& value = find(key);
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    failKind(*this, key, value, "a text");
}

std::int64_t Metadata::integer(std::string_view key, std::int64_t low, std::int64_t high) const {
    const Value& value = find(key);
    const std::string wanted =
        "a whole number from " + std::to_string(low) + " to " + std::to_string(high);
    if (!std::holds_alternative<std::int64_t>(value)) failKind(*this, key, value, wanted);
    const auto number = std::get<std::int64_t>(value);
    if (number < low || number > high) failKind(*this, key, value, wanted);
    return number;
}

double Metadata::number(std::string_view key) const {
    const Value& value = find(key);
    double number = std::numeric_limits<double>::quiet_NaN();
    if (const auto* real = std::get_if<double>(&value)) number = *real;
    if (const auto* whole = std::get_if<std::int64_t>(&value)) number = static_cast<double>(*whole);
    if (const auto* whole = std::get_if<std::uint64_t>(&value))
        number = static_cast<double>(*whole);
    if (!std::isfinite(number)) failKind(*this, key, value, "a finite number");
    return number;
}

bool Metadata::boolean(std::string_view key) const {
    const Value& value = find(key);
    if (const auto* flag = std::get_if<bool>(&value)) return *flag;
    failKind(*this, key, value, "true or false");
}

std::string Metadata::text(std::string_view key, std::string_view otherwise) const {
    return has(key) ? text(key) : std::string(otherwise);
}

std::int64_t Metadata::integer(std::string_view key, std::int64_t low, std::int64_t high,
                               std::int64_t otherwise) const {
    return has(key) ? integer(key, low, high) : otherwise;
}

double Metadata::number(std::string_view key, double otherwise) const {
    return has(key) ? number(key) : otherwise;
}

bool Metadata::boolean(std::string_view key, bool otherwise) const {
    return has(key) ? boolean(key) : otherwise;
}

const std::vector<std::string>& Metadata::texts(std::string_view key) const {
    const Value& value = find(key);
    if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) return *texts;
    failKind(*this, key, value, "an array of texts");
}

std::vector<double> Metadata::numbers(std::string_view key) const {
    const Value& value = find(key);
    if (const auto* numbers = std::get_if<std::vector<double>>(&value)) return *numbers;
    if (const auto* whole = std::get_if<std::vector<std::int64_t>>(&value))
        return {whole->begin(), whole->end()};
    failKind(*this, key, value, "an array of numbers");
}

std::vector<std::int64_t> Metadata::integers(std::string_view key) const {
    const Value& value = find(key);
    if (const auto* whole = std::get_if<std::vector<std::int64_t>>(&value)) return *whole;
    failKind(*this, key, value, "an array of whole numbers");
}

}  // namespace asterism
