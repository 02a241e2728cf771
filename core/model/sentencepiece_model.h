#pragma once

#include <span>
#include <string>

#include "core/text/vocabulary.h"

namespace asterism {

// Fills kind, pieces, scores, types, addsSpacePrefix and sentencePieceModel out of the bytes of a
// SentencePiece tokenizer.model. Throws Error if they are damaged or not a BPE model.
void readSentencePieceModel(std::span<const std::byte> bytes, const std::string& source,
                            Vocabulary& vocabulary);

}  // namespace asterism
