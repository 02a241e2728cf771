#pragma once

#include <cstdint>
#include <filesystem>

#include "core/text/vocabulary.h"

namespace asterism {

// The vocabulary of a Hugging Face folder: tokenizer.model if it is there, else tokenizer.json;
// special tokens, begin token and chat template out of tokenizer_config.json, chat_template.jinja,
// config.json and generation_config.json. `rows` is the number of embedding rows; ids without a
// piece become unused ones. Throws Error naming the file for whatever is missing or damaged.
Vocabulary readHuggingFaceVocabulary(const std::filesystem::path& folder, std::int64_t rows);

}  // namespace asterism
