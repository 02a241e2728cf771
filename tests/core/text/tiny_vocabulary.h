#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/text/vocabulary.h"

namespace asterism::test {

// Byte-level BPE with the 256 byte letters, ChatML's control tokens and what the merges make.
// Pieces that merges need and that are not there are added in order.
Vocabulary bytePairVocabulary(std::vector<std::string> merges,
                              PreTokenizer family = PreTokenizer::gpt2);

// SentencePiece with an unknown piece, <s>, </s>, the 256 byte pieces, the space letter and these
// pieces, of which earlier ones are merged first.
Vocabulary sentencePieceVocabulary(const std::vector<std::string>& pieces);

// Adds a piece and returns its id.
TokenId addPiece(Vocabulary& vocabulary, std::string_view piece, PieceType type);

}  // namespace asterism::test
