#include "tests/support/gguf_writer.h"

#include <stdexcept>
#include <type_traits>

namespace asterism::test {

namespace {

constexpr std::size_t kAlignment = 32;

// Numbers of GGUF's value types.
constexpr std::uint32_t kUint32 = 4;
constexpr std::uint32_t kInt32 = 5;
constexpr std::uint32_t kFloat32 = 6;
constexpr std::uint32_t kBool = 7;
constexpr std::uint32_t kText = 8;
constexpr std::uint32_t kArray = 9;
constexpr std::uint32_t kUint64 = 10;

template <typename T>
void append(std::string& bytes, T value) {
    static_assert(std::is_trivially_copyable_v<T>);
    bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void appendText(std::string& bytes, std::string_view text) {
    append(bytes, std::uint64_t{text.size()});
    bytes += text;
}

void pad(std::string& bytes) {
    bytes.resize((bytes.size() + kAlignment - 1) / kAlignment * kAlignment);
}

std::uint32_t typeNumber(DataType type) {
    switch (type) {
        case DataType::f32:
            return 0;
        case DataType::f16:
            return 1;
        case DataType::q4_0:
            return 2;
        case DataType::q4_1:
            return 3;
        case DataType::q5_0:
            return 6;
        case DataType::q5_1:
            return 7;
        case DataType::q8_0:
            return 8;
        case DataType::q4_k:
            return 12;
        case DataType::q5_k:
            return 13;
        case DataType::q6_k:
            return 14;
        case DataType::bf16:
            return 30;
        case DataType::i8:
            break;
    }
    throw std::invalid_argument("GGUF models have no tensors of this type");
}

}  // namespace

void GgufWriter::beginSetting(std::string_view key, std::uint32_t type) {
    ++settingCount;
    appendText(m_settings, key);
    append(m_settings, type);
}

void GgufWriter::beginArray(std::string_view key, std::uint32_t type, std::size_t count) {
    beginSetting(key, kArray);
    append(m_settings, type);
    append(m_settings, std::uint64_t{count});
}

GgufWriter& GgufWriter::add(std::string_view key, std::uint32_t value) {
    beginSetting(key, kUint32);
    append(m_settings, value);
    return *this;
}

GgufWriter& GgufWriter::add(std::string_view key, std::uint64_t value) {
    beginSetting(key, kUint64);
    append(m_settings, value);
    return *this;
}

GgufWriter& GgufWriter::add(std::string_view key, float value) {
    beginSetting(key, kFloat32);
    append(m_settings, value);
    return *this;
}

GgufWriter& GgufWriter::add(std::string_view key, bool value) {
    beginSetting(key, kBool);
    append(m_settings, std::uint8_t{value});
    return *this;
}

GgufWriter& GgufWriter::add(std::string_view key, std::string_view value) {
    beginSetting(key, kText);
    appendText(m_settings, value);
    return *this;
}

GgufWriter& GgufWriter::add(std::string_view key, const std::vector<std::string>& values) {
    beginArray(key, kText, values.size());
    for (const std::string& value : values) appendText(m_settings, value);
    return *this;
}

GgufWriter& GgufWriter::add(std::string_view key, const std::vector<std::int32_t>& values) {
    beginArray(key, kInt32, values.size());
    for (const std::int32_t value : values) append(m_settings, value);
    return *this;
}

GgufWriter& GgufWriter::add(std::string_view key, const std::vector<float>& values) {
    beginArray(key, kFloat32, values.size());
    for (const float value : values) append(m_settings, value);
    return *this;
}

GgufWriter& GgufWriter::addTensor(std::string_view name,
                                  const std::vector<std::uint64_t>& dimensions, DataType type,
                                  std::string_view data) {
    ++tensorCount;
    pad(m_data);
    appendText(m_tensors, name);
    append(m_tensors, static_cast<std::uint32_t>(dimensions.size()));
    for (const std::uint64_t size : dimensions) append(m_tensors, size);
    append(m_tensors, typeNumber(type));
    append(m_tensors, std::uint64_t{m_data.size()});
    m_data += data;
    return *this;
}

GgufWriter& GgufWriter::addTensor(std::string_view name,
                                  const std::vector<std::uint64_t>& dimensions,
                                  std::span<const float> values) {
    return addTensor(name, dimensions, DataType::f32,
                     {reinterpret_cast<const char*>(values.data()), values.size_bytes()});
}

std::string GgufWriter::header() const {
    std::string bytes = "GGUF";
    append(bytes, version);
    append(bytes, tensorCount);
    append(bytes, settingCount);
    bytes += m_settings;
    bytes += m_tensors;
    pad(bytes);
    return bytes;
}

std::size_t GgufWriter::dataBegin() const {
    return header().size();
}

std::string GgufWriter::bytes() const {
    return header() + m_data;
}

}  // namespace asterism::test
