#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "core/base/mapped_file.h"
#include "core/model/model_file.h"

namespace asterism {

// The tensors of one .safetensors file under the names it gives them; types F32, F16 and BF16.
// Immutable, any thread.
class SafetensorsFile {
  public:
    // Throws Error for a header that is too long, damaged or contradicts itself, and for tensors
    // outside the file or of an unknown type.
    explicit SafetensorsFile(const std::filesystem::path& path);

    std::span<const StoredTensor> tensors() const { return m_tensors; }
    const std::filesystem::path& path() const { return m_file.path(); }

  private:
    MappedFile m_file;
    std::vector<StoredTensor> m_tensors;
};

}  // namespace asterism
