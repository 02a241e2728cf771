#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/model/model_file.h"

namespace asterism {

// Sizes of a model of the llama architecture.
struct ModelShape {
    std::string name;
    std::int64_t layers = 0;
    std::int64_t hidden = 0;
    std::int64_t feedForward = 0;
    std::int64_t heads = 0;
    std::int64_t kvHeads = 0;
    std::int64_t headDim = 0;
    std::int64_t vocabulary = 0;
};

// Llama-3.1-8B, Qwen2.5-0.5B and SmolLM2-135M.
const std::vector<ModelShape>& knownShapes();

// Throws Error that names the shapes there are.
const ModelShape& shapeNamed(const std::string& name);

// A model of a shape with random weights of one type, in memory and in no file: its tensors share
// their bytes, so that it takes little more than its largest one. For timing: speed does not depend
// on what the weights say.
std::unique_ptr<ModelFile> makeShapeModel(const ModelShape& shape, DataType weights);

}  // namespace asterism
