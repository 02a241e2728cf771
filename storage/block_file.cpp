#include "storage/block_file.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <type_traits>
#include <utility>

#include "core/base/check.h"

namespace asterism {

namespace {

static_assert(std::endian::native == std::endian::little, "block files are little-endian");

constexpr std::array<char, 8> kMagic = {'A', 'S', 'T', 'K', 'V', 'B', 'L', 'K'};
constexpr std::uint32_t kFormatVersion = 1;
constexpr std::int64_t kDataAlignment = 4096;

// The part of the header that has the same size in all files. Persistent, do not reorder.
struct FixedHeader {
    std::array<char, 8> magic = kMagic;
    std::uint32_t version = kFormatVersion;
    std::uint32_t headerLength = 0;  // this struct, the layers' checksums and its own checksum
    std::array<std::uint8_t, 16> key{};
    std::int64_t kvType = 0;
    std::int64_t layers = 0;
    std::int64_t kvHeads = 0;
    std::int64_t headDim = 0;
    std::int64_t tokens = 0;
    std::int64_t layerBytes = 0;
    std::int64_t dataOffset = 0;
    std::int64_t totalBytes = 0;  // size of the file

    bool operator==(const FixedHeader&) const = default;
};
static_assert(sizeof(FixedHeader) == 96 && std::is_trivially_copyable_v<FixedHeader> &&
              std::has_unique_object_representations_v<FixedHeader>);

constexpr std::size_t kChecksumBytes = 8;
constexpr std::size_t kMinHeaderBytes = sizeof(FixedHeader) + kChecksumBytes;

std::uint64_t checksum(std::span<const std::byte> bytes) {
    return XXH3_64bits(bytes.data(), bytes.size());
}

std::uint64_t checksumAt(std::span<const std::byte> file, std::size_t offset) {
    std::uint64_t value = 0;
    std::memcpy(&value, file.data() + offset, sizeof value);
    return value;
}

// What the header of a right file says, but for the checksums.
FixedHeader headerOf(const BlockKey& key, const BlockShape& shape) {
    FixedHeader header;
    const auto length = static_cast<std::int64_t>(kMinHeaderBytes) +
                        shape.layout.layers * static_cast<std::int64_t>(kChecksumBytes);
    header.headerLength = static_cast<std::uint32_t>(length);
    header.key = key.bytes;
    header.kvType = static_cast<std::int64_t>(shape.layout.type);
    header.layers = shape.layout.layers;
    header.kvHeads = shape.layout.kvHeads;
    header.headDim = shape.layout.headDim;
    header.tokens = shape.tokens;
    header.layerBytes = shape.layout.layerBytes(shape.tokens);
    header.dataOffset = (length + kDataAlignment - 1) / kDataAlignment * kDataAlignment;
    header.totalBytes = header.dataOffset + shape.bytes();
    return header;
}

// Small enough that no size computed from them overflows.
bool isPlausible(const FixedHeader& header) {
    const auto isWithin = [](std::int64_t value, std::int64_t least, std::int64_t most) {
        return value >= least && value <= most;
    };
    return isWithin(header.kvType, 0, static_cast<std::int64_t>(KvType::q8)) &&
           isWithin(header.layers, 1, 1 << 10) && isWithin(header.kvHeads, 1, 1 << 12) &&
           isWithin(header.headDim, 1, 1 << 12) && isWithin(header.tokens, 0, 1 << 24);
}

BlockShape shapeOf(const FixedHeader& header) {
    return {{static_cast<KvType>(header.kvType), header.layers, header.kvHeads, header.headDim},
            header.tokens};
}

// What is wrong with the header of a file; empty if nothing is.
std::string headerProblem(std::span<const std::byte> file, const BlockKey& key,
                          const BlockShape* shape) {
    if (file.size() < kMinHeaderBytes) return "is cut off in its header";
    FixedHeader header;
    std::memcpy(&header, file.data(), sizeof header);
    if (header.magic != kMagic) return "is not a block file";
    if (header.version != kFormatVersion)
        return "has format version " + std::to_string(header.version) + " instead of " +
               std::to_string(kFormatVersion);
    if (header.headerLength < kMinHeaderBytes) return "has a damaged header";
    if (header.headerLength > file.size()) return "is cut off in its header";
    const std::size_t checksumOffset = header.headerLength - kChecksumBytes;
    if (checksum(file.first(checksumOffset)) != checksumAt(file, checksumOffset))
        return "has a damaged header";
    if (header.key != key.bytes) return "holds the block of another key";
    if (!isPlausible(header)) return "has a header that makes no sense";
    const FixedHeader expected = headerOf(key, shape ? *shape : shapeOf(header));
    if (header != expected) return "holds a block of another shape";
    if (static_cast<std::uint64_t>(header.totalBytes) != file.size())
        return "has " + std::to_string(file.size()) + " bytes instead of " +
               std::to_string(header.totalBytes);
    return {};
}

}  // namespace

std::vector<std::byte> blockFileHead(const BlockKey& key, const BlockShape& shape,
                                     std::span<const std::byte> bytes) {
    const FixedHeader header = headerOf(key, shape);
    ASTERISM_CHECK(isPlausible(header) && static_cast<std::int64_t>(bytes.size()) == shape.bytes());
    std::vector<std::byte> head(static_cast<std::size_t>(header.dataOffset));
    std::memcpy(head.data(), &header, sizeof header);
    std::byte* next = head.data() + sizeof header;
    const auto put = [&next](std::uint64_t value) {
        std::memcpy(next, &value, sizeof value);
        next += sizeof value;
    };
    const auto layerBytes = static_cast<std::size_t>(header.layerBytes);
    for (std::size_t layer = 0; layer < static_cast<std::size_t>(header.layers); ++layer)
        put(checksum(bytes.subspan(layer * layerBytes, layerBytes)));
    put(checksum(std::span(head).first(header.headerLength - kChecksumBytes)));
    return head;
}

CheckedBlockFile checkBlockFile(std::span<const std::byte> file, const BlockKey& key,
                                const BlockShape* shape) {
    if (std::string problem = headerProblem(file, key, shape); !problem.empty())
        return {{}, std::move(problem)};
    FixedHeader header;
    std::memcpy(&header, file.data(), sizeof header);
    const auto dataOffset = static_cast<std::size_t>(header.dataOffset);
    const auto layerBytes = static_cast<std::size_t>(header.layerBytes);
    const auto padding = file.first(dataOffset).subspan(header.headerLength);
    if (std::any_of(padding.begin(), padding.end(), [](std::byte b) { return b != std::byte{0}; }))
        return {{}, "is damaged between its header and its data"};
    const auto data = file.subspan(dataOffset);
    for (std::size_t layer = 0; layer < static_cast<std::size_t>(header.layers); ++layer)
        if (checksum(data.subspan(layer * layerBytes, layerBytes)) !=
            checksumAt(file, sizeof header + layer * kChecksumBytes))
            return {{}, "is damaged in layer " + std::to_string(layer)};
    return {data, {}};
}

}  // namespace asterism
