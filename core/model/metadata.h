#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace asterism {

// Key-value settings of a model file under GGUF's names ("llama.block_count"), whichever format
// they came in. Getters throw Error that names file, key and what was found instead.
class Metadata {
  public:
    using Value =
        std::variant<bool, std::int64_t, std::uint64_t, double, std::string,
                     std::vector<std::int64_t>, std::vector<double>, std::vector<std::string>>;

    explicit Metadata(std::string source) : m_source(std::move(source)) {}

    const std::string& source() const { return m_source; }
    // Throws Error if the key was set before.
    void set(const std::string& key, Value value);
    bool has(std::string_view key) const;
    bool isArray(std::string_view key) const;  // false if the key is not there

    std::string text(std::string_view key) const;
    // A whole number within [low, high].
    std::int64_t integer(std::string_view key, std::int64_t low, std::int64_t high) const;
    // A finite number.
    double number(std::string_view key) const;
    bool boolean(std::string_view key) const;
    std::string text(std::string_view key, std::string_view otherwise) const;
    std::int64_t integer(std::string_view key, std::int64_t low, std::int64_t high,
                         std::int64_t otherwise) const;
    double number(std::string_view key, double otherwise) const;
    bool boolean(std::string_view key, bool otherwise) const;
    const std::vector<std::string>& texts(std::string_view key) const;
    std::vector<double> numbers(std::string_view key) const;
    std::vector<std::int64_t> integers(std::string_view key) const;

  private:
    const Value& find(std::string_view key) const;

    std::string m_source;
    std::map<std::string, Value, std::less<>> m_values;
};

}  // namespace asterism
