#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/text/vocabulary.h"
#include "tests/support/tiny_model.h"

namespace asterism::test {

// Puts a .safetensors file together in memory, for tests; `header` is free to be falsified.
class SafetensorsWriter {
  public:
    SafetensorsWriter& add(const std::string& name, const std::string& type,
                           const std::vector<std::int64_t>& shape, std::string_view data);
    std::string bytes() const;

    nlohmann::json header = nlohmann::json::object();

  private:
    std::string m_data;
};

// Length, header, data, as they stand in a file.
std::string safetensorsFile(std::string_view header, std::string_view data);

// A Hugging Face folder's name for the tensor that GGUF calls `name`.
std::string folderTensorName(const std::string& name, bool isGemma);

// tokenizer.json of a byte-level vocabulary whose text is cut as SmolLM's is.
nlohmann::json tokenizerJson(const Vocabulary& vocabulary);

// Writes the tiny model of these options (F32, with a byte-level vocabulary) as a Hugging Face
// folder: the same model as writeTinyModel's, in the other format's terms.
void writeTinyFolder(const std::filesystem::path& folder, const TinyModelOptions& options = {});

}  // namespace asterism::test
