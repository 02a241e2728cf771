#pragma once

#include <string>
#include <string_view>

#include "core/text/vocabulary.h"

namespace asterism {

// The model files of the SentencePiece library are one protocol-buffer message. These two
// functions know the few fields of it that byte-pair models with byte fallback (Llama 2, Mistral,
// Gemma) need.

// The pieces, scores, types, unknown id and space prefix of such a file; the rest of the
// vocabulary is empty. Throws Error naming `source` if the file is damaged, or of a kind that
// would lose or rewrite text.
Vocabulary readSentencePieceModel(std::string_view model, const std::string& source);

// The message for the vocabulary's pieces, scores and types, with a normaliser that changes
// nothing: no space in front, none removed. Exactly the piece unknownId is of type unknown.
std::string writeSentencePieceModel(const Vocabulary& vocabulary);

// What stands for a space in pieces: U+2581.
inline constexpr std::string_view kSpaceLetter = "\xE2\x96\x81";

}  // namespace asterism
