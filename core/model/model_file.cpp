#include "core/model/model_file.h"

#include "core/model/gguf.h"
#include "core/model/hugging_face.h"

namespace asterism {

std::unique_ptr<ModelFile> openModelFile(const std::filesystem::path& path) {
    std::error_code ignored;  // a path that cannot be examined is opened as a file, which says why
    if (std::filesystem::is_directory(path, ignored))
        return std::make_unique<HuggingFaceFolder>(path);
    return std::make_unique<GgufFile>(path);
}

}  // namespace asterism
