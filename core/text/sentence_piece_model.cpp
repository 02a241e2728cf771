#include "core/text/sentence_piece_model.h"

#include <bit>
#include <cstdint>
#include <string_view>

#include "core/base/error.h"

namespace asterism {

namespace {

// Field numbers of sentencepiece_model.proto.
namespace number {
constexpr std::uint32_t kPieces = 1;
constexpr std::uint32_t kTrainer = 2;
constexpr std::uint32_t kNormalizer = 3;
constexpr std::uint32_t kPieceText = 1;
constexpr std::uint32_t kPieceScore = 2;
constexpr std::uint32_t kPieceType = 3;
constexpr std::uint32_t kModelType = 3;
constexpr std::uint32_t kByteFallback = 35;
constexpr std::uint32_t kCharacterMap = 2;
constexpr std::uint32_t kAddsPrefix = 3;
constexpr std::uint32_t kRemovesSpaces = 4;
constexpr std::uint32_t kEscapesSpaces = 5;
}  // namespace number

constexpr std::uint64_t kBytePairModel = 2;

enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

struct Field {
    std::uint32_t number = 0;
    WireType type = WireType::varint;
    std::uint64_t value = 0;  // of the numeric types
    std::string_view bytes;
};

// Reads the fields of one message in the protocol-buffer wire format.
class MessageReader {
  public:
    MessageReader(std::string_view message, const std::string& source)
        : m_rest(message), m_source(source) {}

    // False at the end of the message.
    bool next(Field& field) {
        if (m_rest.empty()) return false;
        const std::uint64_t tag = varint();
        field.number = static_cast<std::uint32_t>(tag >> 3);
        field.type = static_cast<WireType>(tag & 7);
        field.bytes = {};
        switch (field.type) {
            case WireType::varint:
                field.value = varint();
                return true;
            case WireType::fixed64:
                field.value = fixed(8);
                return true;
            case WireType::fixed32:
                field.value = fixed(4);
                return true;
            case WireType::bytes:
                field.bytes = take(varint());
                return true;
        }
        fail();
    }

  private:
    [[noreturn]] void fail() const {
        throw Error(m_source, ": the SentencePiece model is damaged ", m_rest.size(),
                    " bytes before the end of a message; get the file again");
    }

    std::string_view take(std::uint64_t count) {
        if (count > m_rest.size()) fail();
        const std::string_view taken = m_rest.substr(0, static_cast<std::size_t>(count));
        m_rest.remove_prefix(taken.size());
        return taken;
    }

    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            const auto byte = static_cast<std::uint8_t>(take(1).front());
            value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
            if (byte < 0x80) return value;
        }
        fail();
    }

    std::uint64_t fixed(std::size_t count) {
        std::uint64_t value = 0;
        const std::string_view bytes = take(count);
        for (std::size_t i = 0; i < count; ++i)
            value |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(bytes[i])) << (8 * i);
        return value;
    }

    std::string_view m_rest;
    const std::string& m_source;
};

void appendVarint(std::string& message, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) message.push_back(static_cast<char>(0x80 | (value & 0x7F)));
    message.push_back(static_cast<char>(value));
}

void appendTag(std::string& message, std::uint32_t number, WireType type) {
    appendVarint(message,
                 static_cast<std::uint64_t>(number) << 3 | static_cast<std::uint64_t>(type));
}

void appendNumber(std::string& message, std::uint32_t number, std::uint64_t value) {
    appendTag(message, number, WireType::varint);
    appendVarint(message, value);
}

void appendBytes(std::string& message, std::uint32_t number, std::string_view bytes) {
    appendTag(message, number, WireType::bytes);
    appendVarint(message, bytes.size());
    message.append(bytes);
}

void appendFloat(std::string& message, std::uint32_t number, float value) {
    appendTag(message, number, WireType::fixed32);
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (int shift = 0; shift < 32; shift += 8)
        message.push_back(static_cast<char>(bits >> shift & 0xFF));
}

std::string withSpaceLetters(std::string_view piece) {
    std::string spelling;
    for (const char byte : piece) {
        if (byte == ' ')
            spelling.append(kSpaceLetter);
        else
            spelling.push_back(byte);
    }
    return spelling;
}

void readPiece(std::string_view message, Vocabulary& vocabulary) {
    std::string piece;
    float score = 0;
    std::uint64_t type = static_cast<std::uint64_t>(PieceType::normal);
    MessageReader reader(message, vocabulary.source);
    for (Field field; reader.next(field);) {
        if (field.number == number::kPieceText) piece = field.bytes;
        if (field.number == number::kPieceScore)
            score = std::bit_cast<float>(static_cast<std::uint32_t>(field.value));
        if (field.number == number::kPieceType) type = field.value;
    }
    if (type < static_cast<std::uint64_t>(PieceType::normal) ||
        type > static_cast<std::uint64_t>(PieceType::byte))
        throw Error(vocabulary.source, ": piece ", vocabulary.pieces.size(),
                    " of the SentencePiece model has the unknown type ", type,
                    "; get the file again");
    if (type == static_cast<std::uint64_t>(PieceType::unknown))
        vocabulary.unknownId = static_cast<TokenId>(vocabulary.pieces.size());
    vocabulary.pieces.push_back(std::move(piece));
    vocabulary.scores.push_back(score);
    vocabulary.types.push_back(static_cast<PieceType>(type));
}

void readNormalizer(std::string_view message, Vocabulary& vocabulary) {
    vocabulary.addsSpacePrefix = true;  // what the format says where the field is absent
    bool removesSpaces = true;
    bool escapesSpaces = true;
    bool hasCharacterMap = false;
    MessageReader reader(message, vocabulary.source);
    for (Field field; reader.next(field);) {
        if (field.number == number::kCharacterMap) hasCharacterMap = !field.bytes.empty();
        if (field.number == number::kAddsPrefix) vocabulary.addsSpacePrefix = field.value != 0;
        if (field.number == number::kRemovesSpaces) removesSpaces = field.value != 0;
        if (field.number == number::kEscapesSpaces) escapesSpaces = field.value != 0;
    }
    if (removesSpaces || hasCharacterMap || !escapesSpaces)
        throw Error(
            vocabulary.source,
            ": the SentencePiece model rewrites characters or removes spaces, which would "
            "lose text; use a model with the identity normaliser (Llama 2, Mistral, Gemma)");
}

void readTrainer(std::string_view message, const std::string& source) {
    std::uint64_t type = 1;  // what the format says where the field is absent: unigram
    MessageReader reader(message, source);
    for (Field field; reader.next(field);)
        if (field.number == number::kModelType) type = field.value;
    if (type != kBytePairModel)
        throw Error(source, ": the SentencePiece model is of type ", type,
                    ", not of type 2 (byte pairs); use a Llama 2, Mistral or Gemma model");
}

}  // namespace

Vocabulary readSentencePieceModel(std::string_view model, const std::string& source) {
    Vocabulary vocabulary;
    vocabulary.source = source;
    vocabulary.kind = TokenizerKind::sentencePiece;
    MessageReader reader(model, source);
    std::string_view trainer;
    std::string_view normalizer;
    for (Field field; reader.next(field);) {
        if (field.number == number::kPieces) readPiece(field.bytes, vocabulary);
        if (field.number == number::kTrainer) trainer = field.bytes;
        if (field.number == number::kNormalizer) normalizer = field.bytes;
    }
    readTrainer(trainer, source);
    readNormalizer(normalizer, vocabulary);
    return vocabulary;
}

std::string writeSentencePieceModel(const Vocabulary& vocabulary) {
    std::string model;
    for (std::size_t id = 0; id < vocabulary.pieces.size(); ++id) {
        PieceType type = vocabulary.types[id];
        if (type == PieceType::unknown) type = PieceType::control;
        if (static_cast<TokenId>(id) == vocabulary.unknownId) type = PieceType::unknown;
        // Some files spell user-defined pieces with plain spaces.
        std::string spelling = vocabulary.pieces[id];
        if (type == PieceType::userDefined) spelling = withSpaceLetters(spelling);
        std::string piece;
        appendBytes(piece, number::kPieceText, spelling);
        appendFloat(piece, number::kPieceScore, vocabulary.scores[id]);
        appendNumber(piece, number::kPieceType, static_cast<std::uint64_t>(type));
        appendBytes(model, number::kPieces, piece);
    }
    std::string trainer;
    appendNumber(trainer, number::kModelType, kBytePairModel);
    appendNumber(trainer, number::kByteFallback, 1);
    appendBytes(model, number::kTrainer, trainer);
    std::string normalizer;
    appendNumber(normalizer, number::kAddsPrefix, 0);
    appendNumber(normalizer, number::kRemovesSpaces, 0);
    appendNumber(normalizer, number::kEscapesSpaces, 1);
    appendBytes(model, number::kNormalizer, normalizer);
    return model;
}

}  // namespace asterism
