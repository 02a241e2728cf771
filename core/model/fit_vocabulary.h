#pragma once

#include <cstdint>

#include "core/text/vocabulary.h"

namespace asterism {

// Makes a vocabulary as long as the embedding matrix has rows: models pad their matrices, so the
// last rows may have no piece; these become unused pieces "[PAD123]". Throws Error if there are
// more pieces than rows.
void fitVocabulary(Vocabulary& vocabulary, std::int64_t rows);

}  // namespace asterism
