#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/data_type.h"

namespace asterism {

// Kind of a piece, with the numbers GGUF gives them (tokenizer.ggml.token_type).
enum class PieceType : std::uint8_t {
    normal = 1,
    unknown = 2,
    control = 3,      // written only by templates, never parsed from document text
    userDefined = 4,  // always matched whole, also in document text
    unused = 5,
    byte = 6,
};

enum class TokenizerKind : std::uint8_t { bytePair, sentencePiece };

// The pattern that cuts text before byte pairs are merged; one per family of models.
enum class PreTokenizer : std::uint8_t { gpt2, smollm, llama3, qwen2 };

// All that a model file says about its tokenizer, whichever format it came in. Plain data: the
// model readers fill it, Tokenizer is built from it.
struct Vocabulary {
    std::string source;  // file the vocabulary came from, for error messages
    TokenizerKind kind = TokenizerKind::bytePair;
    std::vector<std::string> pieces;  // as in the file: byte-level letters, or U+2581 for space
    std::vector<PieceType> types;     // one per piece
    // Byte-level BPE.
    PreTokenizer preTokenizer = PreTokenizer::gpt2;
    std::vector<std::string> merges;  // "left right", best first
    bool normalizesToNfc = false;
    bool ignoresMerges = false;  // a whole pre-token that is a piece is taken unmerged (Llama 3)
    // SentencePiece.
    std::vector<float> scores;  // one per piece
    // Bytes of tokenizer.model; pieces, scores and types are read from it if there are none here.
    std::string sentencePieceModel;
    bool addsSpacePrefix = false;
    // Both. -1 where the model has none.
    TokenId beginId = -1;
    TokenId endId = -1;
    TokenId unknownId = -1;
    TokenId paddingId = -1;
    bool addsBegin = false;  // the model expects its begin token in front of a text
    std::vector<TokenId>
        endOfTurnIds;          // ids besides endId that end an answer, where the file says so
    std::string chatTemplate;  // Jinja source; empty if the model has none
};

}  // namespace asterism
