#pragma once

#include <filesystem>
#include <string>

#include "core/model/json_reading.h"
#include "core/model/metadata.h"

namespace asterism {

// The settings of a config.json under GGUF's names, with the values that transformers supplies
// where the file leaves them out. Throws Error for an unknown architecture and for whatever the
// architectures here do not do (quantised weights, other activations, unknown rope scalings).
Metadata translateConfig(const JsonObject& config, const std::string& modelName);

// Setting of a translated configuration, true or false: whether the output matrix is the embedding
// matrix. GGUF files say so by having no tensor output.weight.
inline constexpr const char* kTiesEmbeddings = "asterism.ties_embeddings";

// A tensor's name in GGUF's terms; empty for tensors that carry nothing a model needs. Names that
// are not known stay as they are.
std::string translateTensorName(const std::string& name, const std::string& architecture);

}  // namespace asterism
