#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/data_type.h"
#include "core/model/metadata.h"
#include "core/text/vocabulary.h"
#include "core/weight.h"

namespace asterism {

// One tensor of a model file, not yet on any backend. The bytes stay in the mapped file, which
// lives as long as the ModelFile.
struct StoredTensor {
    std::string name;  // GGUF's name: blk.0.attn_q.weight
    DataType type = DataType::f32;
    std::int64_t rows = 1;     // outputs; 1 for vectors
    std::int64_t columns = 0;  // inputs, contiguous
    std::span<const std::byte> bytes;
};

// A model on disk: settings, tensors and vocabulary under the names GGUF uses. Two formats
// implement it: GgufFile (model/gguf.h) and HuggingFaceFolder (model/hugging_face.h).
// Immutable after opening; every method may be called from any thread.
class ModelFile {
  public:
    virtual ~ModelFile() = default;
    virtual const Metadata& metadata() const = 0;
    // Null if the file has no tensor of that name.
    virtual const StoredTensor* find(std::string_view tensorName) const = 0;
    virtual std::span<const StoredTensor> tensors() const = 0;
    // Reads the vocabulary; throws Error if the file has none or it is of an unknown kind.
    virtual Vocabulary vocabulary() const = 0;
    virtual std::filesystem::path path() const = 0;
    // What the values in the file still need (see ModelConfig): GGUF stores Gemma's norm gains
    // with 1 already added and llama's query and key rows interleaved; Hugging Face folders do not.
    virtual bool isGguf() const = 0;
};

// Opens a GGUF file or a Hugging Face folder. Throws Error for anything truncated, corrupted or
// out of range: all counts, offsets and sizes are checked before use, nothing is read later that
// was not checked here.
std::unique_ptr<ModelFile> openModelFile(const std::filesystem::path& path);

}  // namespace asterism
