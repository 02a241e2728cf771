#include "storage/column_values.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstring>
#include <utility>

#include <nlohmann/json.hpp>

namespace asterism {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::json;

static_assert(std::endian::native == std::endian::little, "the BLOBs of numbers are little-endian");

std::string dump(const Json& list) {
    return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// A list of what `read` makes of the elements.
template <typename Value, typename Read>
std::vector<Value> listAt(const Statement& row, int column, const Read& read) {
    std::vector<Value> values;
    try {
        const Json list = Json::parse(row.text(column));
        if (!list.is_array()) row.refuse(column);
        values.reserve(list.size());
        for (const Json& element : list) values.push_back(read(element));
    } catch (const Json::exception&) {
        row.refuse(column);
    }
    return values;
}

template <typename Number>
std::vector<Number> numbersAt(const Statement& row, int column) {
    const auto bytes = row.blob(column);
    if (bytes.size() % sizeof(Number) != 0) row.refuse(column);
    std::vector<Number> numbers(bytes.size() / sizeof(Number));
    if (!bytes.empty()) std::memcpy(numbers.data(), bytes.data(), bytes.size());
    return numbers;
}

}  // namespace

std::span<const std::byte> bytesOf(const fs::path& path) {
    return std::as_bytes(std::span(path.native()));
}

std::span<const std::byte> bytesOf(const BlockKey& key) {
    return std::as_bytes(std::span(key.bytes));
}

std::span<const std::byte> bytesOf(std::span<const TokenId> tokens) {
    return std::as_bytes(tokens);
}

std::span<const std::byte> bytesOf(std::span<const float> numbers) {
    return std::as_bytes(numbers);
}

std::string jsonOf(std::span<const std::string> texts) {
    Json list = Json::array();
    for (const std::string& text : texts) list.push_back(text);
    return dump(list);
}

std::string jsonOf(std::span<const Mark> marks) {
    Json list = Json::array();
    for (const Mark& mark : marks)
        list.push_back({static_cast<int>(mark.kind), mark.offset, mark.number, mark.title});
    return dump(list);
}

std::string jsonOf(std::span<const PossibleSecret> secrets) {
    Json list = Json::array();
    for (const PossibleSecret& secret : secrets)
        list.push_back(Json::array({secret.kind, secret.line}));
    return dump(list);
}

void bindReference(Statement& statement, std::int64_t id) {
    if (id == 0)
        statement.bindNull();
    else
        statement.bind(id);
}

fs::path pathAt(const Statement& row, int column) {
    const auto bytes = row.blob(column);
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

BlockKey keyAt(const Statement& row, int column) {
    const auto bytes = row.blob(column);
    BlockKey key;
    if (bytes.size() != key.bytes.size()) row.refuse(column);
    std::memcpy(key.bytes.data(), bytes.data(), bytes.size());
    return key;
}

std::vector<TokenId> tokensAt(const Statement& row, int column) {
    return numbersAt<TokenId>(row, column);
}

std::vector<float> floatsAt(const Statement& row, int column) {
    return numbersAt<float>(row, column);
}

std::vector<std::string> textsAt(const Statement& row, int column) {
    return listAt<std::string>(row, column,
                               [](const Json& text) { return text.get<std::string>(); });
}

std::vector<Mark> marksAt(const Statement& row, int column) {
    return listAt<Mark>(row, column, [&](const Json& element) {
        const auto kind = element.at(0).get<int>();
        if (kind != static_cast<int>(Mark::Kind::page) &&
            kind != static_cast<int>(Mark::Kind::heading))
            row.refuse(column);
        return Mark{static_cast<Mark::Kind>(kind), element.at(1).get<std::size_t>(),
                    element.at(2).get<int>(), element.at(3).get<std::string>()};
    });
}

std::vector<PossibleSecret> secretsAt(const Statement& row, int column) {
    return listAt<PossibleSecret>(row, column, [](const Json& element) {
        return PossibleSecret{element.at(0).get<std::string>(), element.at(1).get<std::int64_t>()};
    });
}

std::int64_t timeNow() {
    using std::chrono::milliseconds;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<milliseconds>(now).count();
}

}  // namespace asterism
