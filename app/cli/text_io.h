#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/text/tokenizer.h"

namespace asterism {

// All bytes of standard input.
std::string readStandardInput();
// All bytes of a file. Throws Error if it cannot be read.
std::string readTextFile(const std::filesystem::path& path);

// The ids of a JSON array of whole numbers. Throws Error that names `source` and the place.
std::vector<TokenId> parseTokenIds(const std::string& json, const std::string& source);

// Tokenizes a text and names its source if it is not UTF-8.
std::vector<TokenId> encodeText(const Tokenizer& tokenizer, const std::string& text,
                                const std::string& source,
                                ControlTokens control = ControlTokens::asText);

// One line with one object on standard output.
void printJson(const nlohmann::ordered_json& object);

}  // namespace asterism
