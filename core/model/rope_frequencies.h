#pragma once

#include <cstdint>

#include "core/model/config.h"
#include "core/model/model_file.h"

namespace asterism {

// Angles without any scaling: pair i turns base^(-2i/dimensions) per position.
RopeConfig plainRope(std::int64_t dimensions, double base);

// Angles of a model whose settings stand under `prefix` ("llama."): rope.freq_base,
// rope.dimension_count (`headDim` where it is not given), rope.scaling.* (none, linear, llama3,
// yarn) and the factors in the tensor rope_freqs.weight (Llama 3.1 as GGUF stores it).
// Throws Error for values out of range and for scalings that are not known.
RopeConfig readRope(const ModelFile& file, const std::string& prefix, std::int64_t headDim);

// Tokens the model may be given: context_length, or what YaRN stretches its training length to.
std::int64_t readWindow(const ModelFile& file, const std::string& prefix);

}  // namespace asterism
