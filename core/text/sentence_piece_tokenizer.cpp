#include "core/text/sentence_piece_tokenizer.h"

#include <sentencepiece_processor.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <unordered_map>

#include "core/base/check.h"
#include "core/base/error.h"
#include "core/text/sentence_piece_model.h"
#include "core/text/vocabulary_check.h"

namespace asterism {

namespace {

std::string bytePiece(int byte) {
    std::array<char, 8> name{};
    std::snprintf(name.data(), name.size(), "<0x%02X>", static_cast<unsigned>(byte));
    return name.data();
}

// A vocabulary that is nothing but a tokenizer.model.
void readPiecesFromModel(Vocabulary& vocabulary) {
    Vocabulary model = readSentencePieceModel(vocabulary.sentencePieceModel, sourceOf(vocabulary));
    vocabulary.pieces = std::move(model.pieces);
    vocabulary.types = std::move(model.types);
    vocabulary.scores = std::move(model.scores);
    vocabulary.unknownId = model.unknownId;
    vocabulary.addsSpacePrefix = model.addsSpacePrefix;
}

void checkScores(const Vocabulary& vocabulary) {
    if (vocabulary.scores.size() != vocabulary.pieces.size())
        throw Error(sourceOf(vocabulary), ": the vocabulary has ", vocabulary.pieces.size(),
                    " pieces but ", vocabulary.scores.size(), " scores; get the file again");
    for (std::size_t id = 0; id < vocabulary.scores.size(); ++id)
        if (!std::isfinite(vocabulary.scores[id]))
            throw Error(sourceOf(vocabulary), ": the score of piece ", id, " (",
                        quoted(vocabulary.pieces[id]), ") is not a number; get the file again");
}

// The library keeps user-defined pieces in a table of zero-terminated strings.
void checkUserDefined(const Vocabulary& vocabulary) {
    for (std::size_t id = 0; id < vocabulary.pieces.size(); ++id)
        if (vocabulary.types[id] == PieceType::userDefined &&
            vocabulary.pieces[id].find('\0') != std::string::npos)
            throw Error(sourceOf(vocabulary), ": the user-defined piece ", id, " (",
                        quoted(vocabulary.pieces[id]), ") holds a zero byte; get the file again");
}

// Without a piece for it the library would spell the letter that stands for a space in bytes.
void checkSpace(const Vocabulary& vocabulary) {
    for (std::size_t id = 0; id < vocabulary.pieces.size(); ++id) {
        const bool isText = vocabulary.types[id] == PieceType::normal ||
                            vocabulary.types[id] == PieceType::userDefined;
        if (isText && withPlainSpaces(vocabulary.pieces[id]) == " " &&
            static_cast<TokenId>(id) != vocabulary.unknownId)
            return;
    }
    throw Error(sourceOf(vocabulary), ": the vocabulary has no piece for the space (",
                quoted(kSpaceLetter), "); get the file again");
}

class SentencePieceTokenizer final : public Tokenizer {
  public:
    explicit SentencePieceTokenizer(Vocabulary checkedVocabulary)
        : Tokenizer(std::move(checkedVocabulary)) {
        indexPieces();
        loadModel();
    }

    std::string bytesOf(TokenId id) const override {
        checkId(id);
        const auto index = static_cast<std::size_t>(id);
        const std::string& piece = vocabulary().pieces[index];
        switch (vocabulary().types[index]) {
            case PieceType::control:
            case PieceType::unknown:
                return piece;
            case PieceType::byte:
                return std::string(1, m_byteValues.at(id));
            default:
                return withPlainSpaces(piece);
        }
    }

    TokenId idOf(std::string_view piece) const override {
        const auto found = m_ids.find(piece);
        return found == m_ids.end() ? -1 : found->second;
    }

  private:
    void indexPieces();
    void loadModel();
    void encodeOrdinary(std::string_view text, Place place,
                        std::vector<TokenId>& ids) const override;

    std::unordered_map<std::string_view, TokenId> m_ids;  // by spelling, views of the vocabulary
    std::unordered_map<TokenId, char> m_byteValues;       // of the 256 byte pieces
    sentencepiece::SentencePieceProcessor m_processor;
};

void SentencePieceTokenizer::indexPieces() {
    const Vocabulary& words = vocabulary();
    m_ids.reserve(words.pieces.size());
    for (std::size_t id = 0; id < words.pieces.size(); ++id)
        m_ids.emplace(words.pieces[id], static_cast<TokenId>(id));
    for (int byte = 0; byte < 256; ++byte) {
        const std::string name = bytePiece(byte);
        const TokenId id = idOf(name);
        if (id < 0 || words.types[static_cast<std::size_t>(id)] != PieceType::byte)
            throw Error(sourceOf(words), ": the vocabulary has no byte piece ", name,
                        ", so it cannot spell every text; get the file again");
        m_byteValues.emplace(id, static_cast<char>(byte));
    }
    const auto bytePieces = std::count(words.types.begin(), words.types.end(), PieceType::byte);
    if (bytePieces != 256)
        throw Error(sourceOf(words), ": the vocabulary has ", bytePieces,
                    " byte pieces, not 256; get the file again");
}

void SentencePieceTokenizer::loadModel() {
    // The table of user-defined pieces throws what it finds wrong; the rest returns a status.
    std::string problem;
    try {
        const auto status =
            m_processor.LoadFromSerializedProto(writeSentencePieceModel(vocabulary()));
        if (!status.ok()) problem = status.message();
    } catch (const std::exception& error) {
        problem = error.what();
    }
    if (!problem.empty())
        throw Error(sourceOf(vocabulary()), ": SentencePiece refuses the vocabulary: ", problem);
    ASTERISM_CHECK(m_processor.GetPieceSize() == static_cast<int>(size()));
}

void SentencePieceTokenizer::encodeOrdinary(std::string_view text, Place place,
                                            std::vector<TokenId>& ids) const {
    // These models were trained with a space in front of every text between control tokens. A
    // template that writes it out means the same space.
    const bool opensText =
        place == Place::textStart || (place == Place::behindControl && !text.starts_with(' '));
    std::string prefixed;
    if (opensText && vocabulary().addsSpacePrefix) text = prefixed = std::string(" ").append(text);
    if (text.empty()) return;
    std::vector<int> encoded;
    const auto status = m_processor.Encode(text, &encoded);
    if (!status.ok()) throw Error("SentencePiece cannot encode text: ", status.message());
    ids.insert(ids.end(), encoded.begin(), encoded.end());
}

}  // namespace

std::unique_ptr<Tokenizer> makeSentencePieceTokenizer(Vocabulary vocabulary) {
    if (vocabulary.pieces.empty() && !vocabulary.sentencePieceModel.empty())
        readPiecesFromModel(vocabulary);
    checkVocabulary(vocabulary);
    checkScores(vocabulary);
    checkUserDefined(vocabulary);
    checkSpace(vocabulary);
    if (vocabulary.unknownId < 0)
        throw Error(sourceOf(vocabulary),
                    ": the vocabulary names no unknown piece, which SentencePiece needs; get the "
                    "file again");
    return std::make_unique<SentencePieceTokenizer>(std::move(vocabulary));
}

std::string withPlainSpaces(std::string_view piece) {
    std::string text;
    text.reserve(piece.size());
    while (!piece.empty()) {
        const std::size_t space = piece.find(kSpaceLetter);
        text.append(piece.substr(0, space));
        if (space == std::string_view::npos) break;
        text.push_back(' ');
        piece.remove_prefix(space + kSpaceLetter.size());
    }
    return text;
}

}  // namespace asterism
