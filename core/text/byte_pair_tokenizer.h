#pragma once

#include <memory>

#include "core/text/tokenizer.h"

namespace asterism {

// Byte-level BPE as GPT-2, SmolLM, Llama 3 and Qwen use it. Throws Error as makeTokenizer does.
std::unique_ptr<Tokenizer> makeBytePairTokenizer(Vocabulary vocabulary);

}  // namespace asterism
