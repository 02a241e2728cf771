#pragma once

#include <cstdint>
#include <string>

#include "core/model/json_reading.h"
#include "core/text/vocabulary.h"

namespace asterism {

// Fills all but the special ids and the chat template out of a tokenizer.json: byte-level BPE of
// the known families, and SentencePiece-like BPE (Llama 2, Mistral, Gemma), which comes out as
// pieces with scores. Throws Error naming what is known for anything else.
void readTokenizerJson(const JsonObject& file, Vocabulary& vocabulary);

// Applies "added_tokens" (an array of {id, content, special}) to pieces that are there and adds
// those that are not: special ones become control tokens, others are always matched whole. Tokens
// that have no embedding (id >= rows; Gemma 3's image token) can never be used and are left out.
void applyAddedTokens(const JsonObject& file, std::int64_t rows, Vocabulary& vocabulary);

// The piece that the post-processor puts in front of every text; empty if there is none.
std::string readBeginPiece(const JsonObject& file);

}  // namespace asterism
