#pragma once

#include <string>
#include <string_view>

#include "core/text/vocabulary.h"

namespace asterism {

// Throws Error unless the vocabulary fits together as far as both kinds of tokenizers need it:
// one type per piece, no piece empty, not UTF-8 or given twice, ids within range.
void checkVocabulary(const Vocabulary& vocabulary);

// For messages: the file the vocabulary came from, and a piece cut to a readable length.
std::string sourceOf(const Vocabulary& vocabulary);
std::string quoted(std::string_view piece);

}  // namespace asterism
