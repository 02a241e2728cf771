#include "core/model/model_file.h"

#include "core/base/error.h"
#include "core/model/gguf.h"

namespace asterism {

std::unique_ptr<ModelFile> openModelFile(const std::filesystem::path& path) {
    return std::make_unique<GgufFile>(path);
}

}  // namespace asterism
