#pragma once

#include "core/model/metadata.h"
#include "core/text/vocabulary.h"

namespace asterism {

// The vocabulary out of the tokenizer.ggml.* settings of a GGUF file. Throws Error if there is
// none, its parts contradict each other, or its kind or its way of cutting text is not known.
Vocabulary readGgufVocabulary(const Metadata& metadata);

}  // namespace asterism
