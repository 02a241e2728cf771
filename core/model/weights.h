#pragma once

#include <memory>
#include <vector>

#include "core/backend.h"
#include "core/model/config.h"

namespace asterism {

using SharedWeight = std::shared_ptr<const Weight>;

// Weights of one transformer layer; null where the architecture has none.
struct LayerWeights {
    SharedWeight attentionNorm;      // [hidden]
    SharedWeight query, key, value;  // [heads * headDim, hidden], [kvHeads * headDim, hidden]
    SharedWeight queryBias, keyBias, valueBias;  // [heads * headDim], [kvHeads * headDim]
    SharedWeight queryNorm, keyNorm;             // [headDim]
    SharedWeight attentionOutput;                // [hidden, heads * headDim]
    SharedWeight attentionPostNorm;              // [hidden]
    SharedWeight feedForwardNorm;                // [hidden]
    SharedWeight gate, up;                       // [feedForward, hidden]
    SharedWeight down;                           // [hidden, feedForward]
    SharedWeight feedForwardPostNorm;            // [hidden]
};

// All weights of a model on one device. Immutable; shared by the ranks of that device.
struct ModelWeights {
    SharedWeight embedding;  // [vocabulary, hidden]
    std::vector<LayerWeights> layers;
    SharedWeight outputNorm;  // [hidden]
    SharedWeight output;      // [vocabulary, hidden]; the embedding itself where they are tied
};

// Makes all weights ready on a backend. `file` must outlive the result, which may refer to its
// bytes. Throws Error if a tensor is missing or does not have the shape that the settings ask for.
ModelWeights loadWeights(const ModelFile& file, const ModelConfig& config, Backend& backend);

}  // namespace asterism
