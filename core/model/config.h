#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/backend.h"
#include "core/model/model_file.h"
#include "core/rope.h"

namespace asterism {

// The shape of a decoder-only transformer, the same for every format and architecture. All
// architectures share one layer loop (model/decoder.h); these fields say how they differ.
struct ModelConfig {
    std::string architecture;  // GGUF's name: llama, qwen2, qwen3, gemma3
    std::string name;
    std::int64_t layers = 0;
    std::int64_t hidden = 0;
    std::int64_t feedForward = 0;
    std::int64_t heads = 0;
    std::int64_t kvHeads = 0;
    std::int64_t headDim = 0;
    std::int64_t vocabulary = 0;
    std::int64_t window = 0;  // tokens the model was trained to see
    float normEpsilon = 1e-5F;
    float normOffset = 0.0F;      // added to every norm gain when it is loaded
    float embeddingScale = 1.0F;  // factor on token embeddings
    float attentionScale = 1.0F;  // factor on query . key
    Activation activation = Activation::silu;
    bool hasQueryKeyNorm = false;  // RMS norm of every query and key head
    bool hasPostNorms = false;     // RMS norms after attention and after the feed-forward part
    RowOrder queryKeyRows = RowOrder::natural;
    RopeConfig rope;
    // Sliding-window layers (gemma3): a token sees itself and slidingWindow - 1 tokens before.
    std::int64_t slidingWindow = 0;   // 0: none
    std::vector<bool> slidingLayers;  // one per layer, empty if none slides
    RopeConfig slidingRope;

    bool slides(std::int64_t layer) const {
        return !slidingLayers.empty() && slidingLayers[static_cast<std::size_t>(layer)];
    }
    std::int64_t headsPerKvHead() const { return heads / kvHeads; }
};

// How one architecture is read from a model file.
struct Architecture {
    std::string name;  // value of general.architecture
    // Throws Error for settings that are missing, out of range or contradict each other.
    ModelConfig (*readConfig)(const ModelFile& file);
};

// The list of architectures; adding one is its file and its line here (architectures.cpp).
const std::vector<Architecture>& architectures();

// Reads and checks the settings of a model. Throws Error that names the known architectures if the
// file is of another one.
ModelConfig readModelConfig(const ModelFile& file);

}  // namespace asterism
