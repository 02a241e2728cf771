#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/text/tokenizer.h"

namespace asterism {

// Byte-pair SentencePiece models with byte fallback as Llama 2, Mistral and Gemma use them.
// Throws Error as makeTokenizer does.
std::unique_ptr<Tokenizer> makeSentencePieceTokenizer(Vocabulary vocabulary);

// A piece as it reads in a text: U+2581 stands for a space.
std::string withPlainSpaces(std::string_view piece);

}  // namespace asterism
