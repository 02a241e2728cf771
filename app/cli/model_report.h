#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "core/fetch/catalogue.h"

namespace asterism {

// What `asterism-cli model list` and `model info` say: first as one JSON object, then the same as
// lines for people.

// {"folder", "models": [{"name", "title", "file", "bytes", "sha256", "licence", "terms", "default",
// "path" (null if it was not pulled)}]}
nlohmann::ordered_json describeCatalogue(const Catalogue& catalogue,
                                         const std::filesystem::path& folder);
std::string catalogueText(const nlohmann::ordered_json& description);

// {"path", "format", "architecture", "name", "layers", "hidden", "feed_forward", "heads",
// "kv_heads", "head_dim", "vocabulary", "window", "sliding_window" (0: none), "tokenizer",
// "chat_template" (true if the file has one), "parameters", "weight_bytes", "weight_types": {type:
// number of tensors}, "kv_bytes_per_token": {kv type: bytes, in blocks of 4,096 tokens}}
// Throws Error if the model cannot be read.
nlohmann::ordered_json describeModel(const std::filesystem::path& path);
std::string modelText(const nlohmann::ordered_json& description);

}  // namespace asterism
