#pragma once

#include <filesystem>
#include <span>
#include <string_view>

#include "core/base/mapped_file.h"
#include "core/model/model_file.h"
#include "core/model/tensor_table.h"

namespace asterism {

// A model in one GGUF file, version 2 or 3, little-endian, of the tensor types in DataType.
// Immutable after opening, any thread.
class GgufFile final : public ModelFile {
  public:
    // Maps the file and checks all that is said about it. Throws Error with the offset for whatever
    // is truncated, out of range, given twice or of an unknown type.
    explicit GgufFile(const std::filesystem::path& path);

    const Metadata& metadata() const override { return m_metadata; }
    const StoredTensor* find(std::string_view tensorName) const override {
        return m_tensors.find(tensorName);
    }
    std::span<const StoredTensor> tensors() const override { return m_tensors.all(); }
    Vocabulary vocabulary() const override;
    std::filesystem::path path() const override { return m_file.path(); }
    bool isGguf() const override { return true; }

  private:
    MappedFile m_file;
    Metadata m_metadata;
    TensorTable m_tensors;
};

}  // namespace asterism
