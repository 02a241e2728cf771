#pragma once

#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "core/model/model_file.h"
#include "core/model/safetensors.h"
#include "core/model/tensor_table.h"

namespace asterism {

// A model in a folder as Hugging Face hubs hold them: config.json, model.safetensors or the shards
// of model.safetensors.index.json, tokenizer files. Settings and tensors appear under GGUF's
// names. Immutable after opening, any thread.
class HuggingFaceFolder final : public ModelFile {
  public:
    // Throws Error for files that are missing, damaged or contradict each other.
    explicit HuggingFaceFolder(const std::filesystem::path& folder);

    const Metadata& metadata() const override { return m_metadata; }
    const StoredTensor* find(std::string_view tensorName) const override {
        return m_tensors.find(tensorName);
    }
    std::span<const StoredTensor> tensors() const override { return m_tensors.all(); }
    Vocabulary vocabulary() const override;
    std::filesystem::path path() const override { return m_folder; }
    bool isGguf() const override { return false; }

  private:
    std::filesystem::path m_folder;
    std::vector<SafetensorsFile> m_shards;  // keeps the files mapped
    Metadata m_metadata;
    TensorTable m_tensors;
};

}  // namespace asterism
