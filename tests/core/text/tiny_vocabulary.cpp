#include "tests/core/text/tiny_vocabulary.h"

#include <algorithm>
#include <cstdio>

#include "core/text/byte_letters.h"

namespace asterism::test {

Vocabulary bytePairVocabulary(std::vector<std::string> merges, PreTokenizer family) {
    Vocabulary vocabulary;
    vocabulary.source = "tiny.gguf";
    vocabulary.preTokenizer = family;
    vocabulary.endId = addPiece(vocabulary, "<|im_end|>", PieceType::control);
    vocabulary.beginId = addPiece(vocabulary, "<|im_start|>", PieceType::control);
    for (int byte = 0; byte < 256; ++byte)
        addPiece(vocabulary, letterOf(static_cast<std::uint8_t>(byte)), PieceType::normal);
    for (const std::string& merge : merges) {
        std::string piece = merge;
        std::erase(piece, ' ');
        if (std::find(vocabulary.pieces.begin(), vocabulary.pieces.end(), piece) ==
            vocabulary.pieces.end())
            addPiece(vocabulary, piece, PieceType::normal);
    }
    vocabulary.merges = std::move(merges);
    return vocabulary;
}

Vocabulary sentencePieceVocabulary(const std::vector<std::string>& pieces) {
    Vocabulary vocabulary;
    vocabulary.source = "tiny.gguf";
    vocabulary.kind = TokenizerKind::sentencePiece;
    vocabulary.unknownId = addPiece(vocabulary, "<unk>", PieceType::unknown);
    vocabulary.beginId = addPiece(vocabulary, "<s>", PieceType::control);
    vocabulary.endId = addPiece(vocabulary, "</s>", PieceType::control);
    for (unsigned byte = 0; byte < 256; ++byte) {
        char name[8];
        std::snprintf(name, sizeof(name), "<0x%02X>", byte & 0xFF);
        addPiece(vocabulary, name, PieceType::byte);
    }
    addPiece(vocabulary, "\u2581", PieceType::normal);
    for (const std::string& piece : pieces) addPiece(vocabulary, piece, PieceType::normal);
    return vocabulary;
}

TokenId addPiece(Vocabulary& vocabulary, std::string_view piece, PieceType type) {
    const auto id = static_cast<TokenId>(vocabulary.pieces.size());
    vocabulary.pieces.emplace_back(piece);
    vocabulary.types.push_back(type);
    if (vocabulary.kind == TokenizerKind::sentencePiece)
        vocabulary.scores.push_back(-static_cast<float>(id));
    return id;
}

}  // namespace asterism::test
