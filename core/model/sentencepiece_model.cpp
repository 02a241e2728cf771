#include "core/model/sentencepiece_model.h"

#include <cmath>
#include <cstdint>
#include <limits>

#include "core/base/error.h"
#include "core/model/byte_cursor.h"

namespace asterism {

namespace {

// The file is one protobuf message (sentencepiece_model.proto); the library reads it, but does not
// tell all of a piece's types, so the fields that matter here are read from the wire format.
enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

struct Field {
    std::uint64_t number = 0;
    WireType type = WireType::varint;
    std::uint64_t value = 0;  // of a varint or a fixed number
    std::span<const std::byte> bytes;
};

std::uint64_t readVarint(ByteCursor& cursor) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const auto byte = cursor.read<std::uint8_t>("a number");
        value |= std::uint64_t{byte & 0x7fU} << shift;
        if (byte < 0x80) return value;
    }
    cursor.fail("a number is too long; the file is damaged");
}

Field readField(ByteCursor& cursor) {
    const std::uint64_t tag = readVarint(cursor);
    Field field;
    field.number = tag >> 3;
    field.type = static_cast<WireType>(tag & 7U);
    switch (field.type) {
        case WireType::varint:
            field.value = readVarint(cursor);
            return field;
        case WireType::fixed64:
            field.value = cursor.read<std::uint64_t>("a field");
            return field;
        case WireType::fixed32:
            field.value = cursor.read<std::uint32_t>("a field");
            return field;
        case WireType::bytes:
            field.bytes = cursor.take(readVarint(cursor), "a field");
            return field;
    }
    cursor.fail("a field is of an unknown kind; this is not a SentencePiece model");
}

// Calls `use` with every field of a message.
template <typename Use>
void forEachField(std::span<const std::byte> message, const std::string& source, const Use& use) {
    ByteCursor cursor(source, message);
    while (cursor.remaining() > 0) use(readField(cursor));
}

void readPiece(std::span<const std::byte> message, const std::string& source,
               Vocabulary& vocabulary) {
    std::string piece;
    float score = 0.0F;
    std::uint64_t type = 1;
    forEachField(message, source, [&](const Field& field) {
        if (field.number == 1 && field.type == WireType::bytes)
            piece.assign(reinterpret_cast<const char*>(field.bytes.data()), field.bytes.size());
        if (field.number == 2 && field.type == WireType::fixed32)
            score = std::bit_cast<float>(static_cast<std::uint32_t>(field.value));
        if (field.number == 3 && field.type == WireType::varint) type = field.value;
    });
    const std::size_t index = vocabulary.pieces.size();
    if (type < 1 || type > 6)
        throw Error(source, ": piece ", index, " is of the unknown type ", type);
    if (!std::isfinite(score)) throw Error(source, ": the score of piece ", index, " is no number");
    vocabulary.pieces.push_back(piece);
    vocabulary.scores.push_back(score);
    vocabulary.types.push_back(static_cast<PieceType>(type));
}

// The value of a number in a message inside the model; `usual` if it is not given.
std::uint64_t readNumber(std::span<const std::byte> message, const std::string& source,
                         std::uint64_t number, std::uint64_t usual) {
    std::uint64_t value = usual;
    forEachField(message, source, [&](const Field& field) {
        if (field.number == number && field.type == WireType::varint) value = field.value;
    });
    return value;
}

}  // namespace

void readSentencePieceModel(std::span<const std::byte> bytes, const std::string& source,
                            Vocabulary& vocabulary) {
    constexpr std::uint64_t kUnigram = 1;
    constexpr std::uint64_t kBytePair = 2;
    std::uint64_t algorithm = kUnigram;
    std::uint64_t addsPrefix = 1;
    forEachField(bytes, source, [&](const Field& field) {
        if (field.type != WireType::bytes) return;
        if (field.number == 1) readPiece(field.bytes, source, vocabulary);
        if (field.number == 2) algorithm = readNumber(field.bytes, source, 3, kUnigram);
        if (field.number == 3) addsPrefix = readNumber(field.bytes, source, 3, 1);
    });
    if (vocabulary.pieces.empty()) throw Error(source, ": holds no pieces");
    if (algorithm != kBytePair)
        throw Error(source, ": SentencePiece models of algorithm ", algorithm,
                    " are not supported; byte-pair models (2) are");
    vocabulary.kind = TokenizerKind::sentencePiece;
    vocabulary.addsSpacePrefix = addsPrefix != 0;
    vocabulary.sentencePieceModel.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace asterism
