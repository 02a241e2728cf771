#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/data_type.h"

namespace asterism::test {

// Puts a GGUF file together in memory, for tests: it writes what it is told, also nonsense.
class GgufWriter {
  public:
    GgufWriter& add(std::string_view key, std::uint32_t value);
    GgufWriter& add(std::string_view key, std::uint64_t value);
    GgufWriter& add(std::string_view key, float value);
    GgufWriter& add(std::string_view key, bool value);
    GgufWriter& add(std::string_view key, std::string_view value);
    GgufWriter& add(std::string_view key, const char* value) {
        return add(key, std::string_view(value));
    }
    GgufWriter& add(std::string_view key, const std::vector<std::string>& values);
    GgufWriter& add(std::string_view key, const std::vector<std::int32_t>& values);
    GgufWriter& add(std::string_view key, const std::vector<float>& values);

    // `dimensions` with the contiguous one first. The data is placed behind that of the tensor
    // before, at the next multiple of 32.
    GgufWriter& addTensor(std::string_view name, const std::vector<std::uint64_t>& dimensions,
                          DataType type, std::string_view data);
    GgufWriter& addTensor(std::string_view name, const std::vector<std::uint64_t>& dimensions,
                          std::span<const float> values);

    // The file: header, settings, tensor descriptions, padding, data.
    std::string bytes() const;
    // Offset of the tensor data in bytes().
    std::size_t dataBegin() const;

    // The parts of the header, free to be falsified.
    std::uint32_t version = 3;
    std::uint64_t settingCount = 0;
    std::uint64_t tensorCount = 0;

  private:
    void beginSetting(std::string_view key, std::uint32_t type);
    void beginArray(std::string_view key, std::uint32_t type, std::size_t count);
    std::string header() const;

    std::string m_settings;
    std::string m_tensors;
    std::string m_data;
};

}  // namespace asterism::test
