#include "core/model/gguf.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/model/byte_cursor.h"
#include "core/model/fit_vocabulary.h"
#include "core/model/gguf_vocabulary.h"
#include "core/model/in_quotes.h"

namespace asterism {

namespace {

// Settings and tensor descriptions of real models take 2 to 20 MB. The limits keep a hostile file
// from asking for memory that its own size does not explain.
constexpr std::size_t kMaxHeaderBytes = std::size_t{64} << 20;
constexpr std::uint64_t kMaxSettings = 1U << 16;
constexpr std::uint64_t kMaxTensors = 1U << 17;
constexpr std::uint32_t kMaxDimensions = 4;
constexpr std::uint32_t kMaxAlignment = 1U << 20;

// Numbers of the value types, as stored.
enum class ValueType : std::uint32_t {
    uint8 = 0,
    int8 = 1,
    uint16 = 2,
    int16 = 3,
    uint32 = 4,
    int32 = 5,
    float32 = 6,
    boolean = 7,
    text = 8,
    array = 9,
    uint64 = 10,
    int64 = 11,
    float64 = 12,
};

struct StoredType {
    std::uint32_t number;
    DataType type;
};

// Numbers of the tensor types, as stored.
constexpr std::array kStoredTypes{
    StoredType{0, DataType::f32},   StoredType{1, DataType::f16},   StoredType{2, DataType::q4_0},
    StoredType{3, DataType::q4_1},  StoredType{6, DataType::q5_0},  StoredType{7, DataType::q5_1},
    StoredType{8, DataType::q8_0},  StoredType{12, DataType::q4_k}, StoredType{13, DataType::q5_k},
    StoredType{14, DataType::q6_k}, StoredType{30, DataType::bf16},
};

std::string supportedTypes() {
    std::string names;
    for (const StoredType& stored : kStoredTypes) {
        if (!names.empty()) names += ", ";
        names += dataTypeInfo(stored.type).name;
    }
    return names;
}

// What the header says, before the tensors are located in the data behind it.
struct Header {
    std::vector<TensorPlace> tensors;
    std::vector<std::size_t> entryOffsets;  // of each tensor's description, for errors
    std::size_t dataBegin = 0;
};

class HeaderReader {
  public:
    HeaderReader(const std::string& source, std::span<const std::byte> file)
        : m_fileBytes(file.size()),
          m_cursor(source, file.first(std::min(file.size(), kMaxHeaderBytes))) {}

    Header read(Metadata& metadata);

  private:
    void readSettings(Metadata& metadata, std::uint64_t count);
    Metadata::Value readValue(ValueType type, std::string_view key);
    Metadata::Value readArray(std::string_view key);
    template <typename Stored, typename Kept>
    std::vector<Kept> readNumbers(std::uint64_t count, std::string_view key);
    std::vector<std::string> readTexts(std::uint64_t count, std::string_view key);
    bool readBoolean(std::string_view key);
    std::string readName(std::string_view what);
    TensorPlace readTensor(std::uint64_t alignment);

    std::size_t m_fileBytes;
    ByteCursor m_cursor;
};

Header HeaderReader::read(Metadata& metadata) {
    if (m_cursor.takeText(4, "the file's signature") != "GGUF")
        m_cursor.fail("this is not a GGUF file: it does not begin with \"GGUF\"");
    const auto version = m_cursor.read<std::uint32_t>("the format version");
    if (version == 0x02000000U || version == 0x03000000U)
        m_cursor.fail("this is a big-endian GGUF file; little-endian ones are read");
    if (version != 2 && version != 3)
        m_cursor.fail("GGUF version ", version, " is not known; versions 2 and 3 are");
    const auto tensorCount = m_cursor.read<std::uint64_t>("the number of tensors");
    const auto settingCount = m_cursor.read<std::uint64_t>("the number of settings");
    // A setting takes at least 13 bytes, a tensor's description at least 32.
    if (settingCount > kMaxSettings || settingCount > m_cursor.remaining() / 13)
        m_cursor.fail(settingCount, " settings are announced, more than the file can hold");
    if (tensorCount > kMaxTensors || tensorCount > m_cursor.remaining() / 32)
        m_cursor.fail(tensorCount, " tensors are announced, more than the file can hold");

    readSettings(metadata, settingCount);
    const std::int64_t alignment = metadata.integer("general.alignment", 1, kMaxAlignment, 32);
    if (!std::has_single_bit(static_cast<std::uint64_t>(alignment)))
        m_cursor.fail("general.alignment is ", alignment, ", which is not a power of two");
    const auto step = static_cast<std::size_t>(alignment);

    Header header;
    header.tensors.reserve(tensorCount);
    header.entryOffsets.reserve(tensorCount);
    for (std::uint64_t i = 0; i < tensorCount; ++i) {
        header.entryOffsets.push_back(m_cursor.offset());
        header.tensors.push_back(readTensor(step));
    }
    header.dataBegin = std::min(m_fileBytes, (m_cursor.offset() + step - 1) / step * step);
    return header;
}

void HeaderReader::readSettings(Metadata& metadata, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::string key = readName("a setting's name");
        if (metadata.has(key)) m_cursor.fail("setting ", inQuotes(key), " is given twice");
        const auto type = m_cursor.read<ValueType>("a setting's type");
        metadata.set(key, readValue(type, key));
    }
}

Metadata::Value HeaderReader::readValue(ValueType type, std::string_view key) {
    switch (type) {
        case ValueType::uint8:
            return std::int64_t{m_cursor.read<std::uint8_t>(key)};
        case ValueType::int8:
            return std::int64_t{m_cursor.read<std::int8_t>(key)};
        case ValueType::uint16:
            return std::int64_t{m_cursor.read<std::uint16_t>(key)};
        case ValueType::int16:
            return std::int64_t{m_cursor.read<std::int16_t>(key)};
        case ValueType::uint32:
            return std::int64_t{m_cursor.read<std::uint32_t>(key)};
        case ValueType::int32:
            return std::int64_t{m_cursor.read<std::int32_t>(key)};
        case ValueType::int64:
            return m_cursor.read<std::int64_t>(key);
        case ValueType::uint64: {
            const auto value = m_cursor.read<std::uint64_t>(key);
            if (std::in_range<std::int64_t>(value)) return static_cast<std::int64_t>(value);
            return value;
        }
        case ValueType::float32:
            return double{m_cursor.read<float>(key)};
        case ValueType::float64:
            return m_cursor.read<double>(key);
        case ValueType::boolean:
            return readBoolean(key);
        case ValueType::text:
            return std::string(m_cursor.takeText(m_cursor.read<std::uint64_t>(key), key));
        case ValueType::array:
            return readArray(key);
    }
    m_cursor.fail("setting ", inQuotes(key), " has the unknown type ",
                  static_cast<std::uint32_t>(type));
}

Metadata::Value HeaderReader::readArray(std::string_view key) {
    const auto type = m_cursor.read<ValueType>(key);
    const auto count = m_cursor.read<std::uint64_t>(key);
    switch (type) {
        case ValueType::uint8:
            return readNumbers<std::uint8_t, std::int64_t>(count, key);
        case ValueType::int8:
            return readNumbers<std::int8_t, std::int64_t>(count, key);
        case ValueType::uint16:
            return readNumbers<std::uint16_t, std::int64_t>(count, key);
        case ValueType::int16:
            return readNumbers<std::int16_t, std::int64_t>(count, key);
        case ValueType::uint32:
            return readNumbers<std::uint32_t, std::int64_t>(count, key);
        case ValueType::int32:
            return readNumbers<std::int32_t, std::int64_t>(count, key);
        case ValueType::int64:
            return readNumbers<std::int64_t, std::int64_t>(count, key);
        case ValueType::uint64:
            return readNumbers<std::uint64_t, std::int64_t>(count, key);
        case ValueType::boolean:
            return readNumbers<std::uint8_t, std::int64_t>(count, key);
        case ValueType::float32:
            return readNumbers<float, double>(count, key);
        case ValueType::float64:
            return readNumbers<double, double>(count, key);
        case ValueType::text:
            return readTexts(count, key);
        case ValueType::array:
            m_cursor.fail("setting ", inQuotes(key), " is an array of arrays");
    }
    m_cursor.fail("array ", inQuotes(key), " has elements of the unknown type ",
                  static_cast<std::uint32_t>(type));
}

template <typename Stored, typename Kept>
std::vector<Kept> HeaderReader::readNumbers(std::uint64_t count, std::string_view key) {
    if (count > m_cursor.remaining() / sizeof(Stored))
        m_cursor.fail("array ", inQuotes(key), " of ", count, " values is longer than the file");
    const std::span<const std::byte> bytes = m_cursor.take(count * sizeof(Stored), key);
    std::vector<Kept> values(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < values.size(); ++i) {
        Stored stored{};
        std::memcpy(&stored, bytes.data() + i * sizeof(Stored), sizeof(Stored));
        if constexpr (std::is_integral_v<Stored>) {
            if (!std::in_range<std::int64_t>(stored))
                m_cursor.fail("array ", inQuotes(key), " holds ", stored,
                              ", which is out of range");
        }
        // NOLINTNEXTLINE(bugprone-signed-char-misuse): int8 holds numbers here, not letters
        values[i] = static_cast<Kept>(stored);
    }
    return values;
}

std::vector<std::string> HeaderReader::readTexts(std::uint64_t count, std::string_view key) {
    if (count > m_cursor.remaining() / sizeof(std::uint64_t))
        m_cursor.fail("array ", inQuotes(key), " of ", count, " texts is longer than the file");
    std::vector<std::string> texts;
    texts.reserve(static_cast<std::size_t>(count));
    for (std::uint64_t i = 0; i < count; ++i)
        texts.emplace_back(m_cursor.takeText(m_cursor.read<std::uint64_t>(key), key));
    return texts;
}

bool HeaderReader::readBoolean(std::string_view key) {
    const auto value = m_cursor.read<std::uint8_t>(key);
    if (value > 1)
        m_cursor.fail("setting ", inQuotes(key), " is neither true nor false but ", int{value});
    return value == 1;
}

std::string HeaderReader::readName(std::string_view what) {
    std::string name(m_cursor.takeText(m_cursor.read<std::uint64_t>(what), what));
    if (name.empty()) m_cursor.fail(what, " is empty");
    return name;
}

TensorPlace HeaderReader::readTensor(std::uint64_t alignment) {
    TensorPlace place;
    place.name = readName("a tensor's name");
    const auto dimensions = m_cursor.read<std::uint32_t>("a tensor's number of dimensions");
    if (dimensions > kMaxDimensions)
        m_cursor.fail("tensor ", inQuotes(place.name), " has ", dimensions, " dimensions; at most ",
                      kMaxDimensions, " are possible");
    for (std::uint32_t i = 0; i < dimensions; ++i)
        place.dimensions.push_back(m_cursor.read<std::uint64_t>("a tensor's dimension"));
    const auto number = m_cursor.read<std::uint32_t>("a tensor's type");
    const auto known = std::find_if(kStoredTypes.begin(), kStoredTypes.end(),
                                    [&](const StoredType& one) { return one.number == number; });
    if (known == kStoredTypes.end())
        m_cursor.fail("tensor ", inQuotes(place.name), " is of type number ", number,
                      ", which is not supported; supported are ", supportedTypes());
    place.type = known->type;
    place.offset = m_cursor.read<std::uint64_t>("a tensor's offset");
    if (place.offset % alignment != 0)
        m_cursor.fail("tensor ", inQuotes(place.name), " begins at ", place.offset,
                      ", which is not a multiple of the alignment of ", alignment);
    return place;
}

}  // namespace

GgufFile::GgufFile(const std::filesystem::path& path)
    : m_file(path), m_metadata(path.string()), m_tensors(path.string()) {
    const Header header = HeaderReader(path.string(), m_file.bytes()).read(m_metadata);
    const std::span<const std::byte> data = m_file.bytes().subspan(header.dataBegin);
    for (std::size_t i = 0; i < header.tensors.size(); ++i) {
        const std::string where =
            path.string() + ": at offset " + std::to_string(header.entryOffsets[i]);
        m_tensors.add(locateTensor(header.tensors[i], data, where));
    }
    m_tensors.checkOverlaps();
}

Vocabulary GgufFile::vocabulary() const {
    return readGgufVocabulary(m_metadata);
}

}  // namespace asterism
