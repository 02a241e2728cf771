#include "core/model/safetensors.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/error.h"
#include "core/model/byte_cursor.h"
#include "core/model/in_quotes.h"
#include "core/model/json_reading.h"
#include "core/model/tensor_table.h"

namespace asterism {

namespace {

constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;  // the format's own limit
constexpr std::size_t kMaxDimensions = 4;

DataType readType(const JsonObject& entry) {
    constexpr std::array kTypes{std::pair{"F32", DataType::f32}, std::pair{"F16", DataType::f16},
                                std::pair{"BF16", DataType::bf16}};
    const std::string name = entry.text("dtype");
    for (const auto& [known, type] : kTypes)
        if (name == known) return type;
    throw Error(entry.where(), ": type ", inQuotes(name),
                " is not supported; supported are F32, F16 and BF16");
}

StoredTensor readTensor(const std::string& name, const JsonObject& entry,
                        std::span<const std::byte> data) {
    constexpr std::int64_t kMaxSize = INT64_MAX;
    TensorPlace place;
    place.name = name;
    place.type = readType(entry);
    for (const std::int64_t size : entry.integers("shape", 0, kMaxSize))
        place.dimensions.insert(place.dimensions.begin(), static_cast<std::uint64_t>(size));
    if (place.dimensions.size() > kMaxDimensions)
        throw Error(entry.where(), ": has ", place.dimensions.size(), " dimensions; at most ",
                    kMaxDimensions, " are possible");
    const std::vector<std::int64_t> offsets = entry.integers("data_offsets", 0, kMaxSize);
    if (offsets.size() != 2 || offsets[0] > offsets[1])
        throw Error(entry.where(), ": data_offsets is not a begin and an end");
    place.offset = static_cast<std::uint64_t>(offsets[0]);
    StoredTensor tensor = locateTensor(place, data, entry.where());
    if (static_cast<std::int64_t>(tensor.bytes.size()) != offsets[1] - offsets[0])
        throw Error(entry.where(), ": data_offsets span ", offsets[1] - offsets[0],
                    " bytes, the shape needs ", tensor.bytes.size());
    return tensor;
}

}  // namespace

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path) : m_file(path) {
    const std::string source = path.string();
    ByteCursor cursor(source, m_file.bytes());
    const auto headerBytes = cursor.read<std::uint64_t>("the length of the header");
    if (headerBytes > kMaxHeaderBytes)
        cursor.fail("the header is ", headerBytes, " bytes long; at most ", kMaxHeaderBytes,
                    " are allowed");
    const Json header = parseJson(cursor.takeText(headerBytes, "the header"), source);
    const std::span<const std::byte> data = m_file.bytes().subspan(cursor.offset());

    const JsonObject entries(header, source + ": header");
    TensorTable table(source);
    for (const auto& [name, entry] : header.items()) {
        if (name == "__metadata__") continue;
        const JsonObject description(entry, source + ": tensor " + inQuotes(name));
        table.add(readTensor(name, description, data));
    }
    table.checkOverlaps();
    m_tensors.assign(table.all().begin(), table.all().end());
}

}  // namespace asterism
