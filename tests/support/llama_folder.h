#pragma once

#include <filesystem>

#include "core/model/model_file.h"

namespace asterism::test {

// Writes a GGUF model of the llama architecture with a SmolLM vocabulary as a Hugging Face folder:
// the same values in F32, rows of queries and keys in their natural order, the same tokenizer.
void writeLlamaFolder(const ModelFile& file, const std::filesystem::path& folder);

}  // namespace asterism::test
