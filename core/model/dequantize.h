#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/data_type.h"

namespace asterism {

// Turns stored values into floats: the plain definition of every GGUF type (ggml's block formats),
// used by tests and loaders and as the base line of the faster kernels in cpu/ and cuda/.
// `stored` holds exactly rowBytes(type, values.size()) bytes; values.size() is a multiple of the
// type's block.
void dequantize(DataType type, std::span<const std::byte> stored, std::span<float> values);

}  // namespace asterism
